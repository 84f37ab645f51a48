"""What the API's answers look like, said once as types: mypy holds the code to them, and the OpenAPI document is made
of them. Knows no app, so every app may import it.

A shape is a ``TypedDict`` called ``<Name>Json``. Words such as ``Moment`` carry what JSON Schema says beyond the type.
"""

import types
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import Enum
from inspect import cleandoc
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NotRequired,
    TypedDict,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]


class Must:
    """What JSON Schema says of a value beyond its type."""

    def __init__(self, **says: Any) -> None:
        self.says = says


Id = Annotated[str, Must(pattern="^[0-9a-f]{24}$")]
Moment = Annotated[str, Must(format="date-time")]  # UTC
Day = Annotated[str, Must(format="date")]
Count = Annotated[int, Must(minimum=0)]
Percent = Annotated[float, Must(minimum=0, maximum=100)]
Share = Annotated[float, Must(minimum=0, maximum=1)]
Stars = Annotated[float, Must(minimum=0, maximum=5)]
Score = Annotated[float, Must(minimum=-1, maximum=1)]

Item = TypeVar("Item")


class PageJson(TypedDict, Generic[Item]):
    """One page of a list. `total` and `pages` are null where counting takes too long."""

    items: list[Item]
    total: Count | None
    page: Annotated[int, Must(minimum=1)]
    page_size: Annotated[int, Must(minimum=1, maximum=100)]
    pages: Count | None


class MessageJson(TypedDict):
    message: str


BASIC: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Any: {},
}


def is_shape(hint: Any) -> bool:
    return is_typeddict(get_origin(hint) or hint) or get_origin(hint) in (list, dict, Union, types.UnionType)


def name_of(hint: Any) -> str:
    """``PageJson[ResultJson]`` is called ``ResultPage``."""
    name: str = (get_origin(hint) or hint).__name__
    return "".join(map(name_of, get_args(hint))) + name.removesuffix("Json").removesuffix("Serializer")


class Shapes(ABC):
    """Makes JSON Schema of types. Shapes and enumerations become components: what that is, is for others to say."""

    @abstractmethod
    def component(self, hint: Any, make: Callable[[], Schema]) -> Schema:
        """A reference to the component of this type, called ``name_of`` it."""

    @abstractmethod
    def other(self, hint: Any) -> Schema:
        """What is no shape."""

    def schema(self, hint: Any) -> Schema:
        origin, args = get_origin(hint), get_args(hint)
        if hint in BASIC:
            return dict(BASIC[hint])
        if is_typeddict(origin or hint):
            return self.component(hint, lambda: self._object(hint))
        if isinstance(hint, type) and issubclass(hint, Enum):
            values = [member.value for member in hint]
            return self.component(hint, lambda: {"type": "string", "enum": values})
        if origin is Annotated:  # Annotated[str, State] is a text as far as Python knows, and one of those of State
            return {**self.schema(args[0]), **args[1].says} if isinstance(args[1], Must) else self.schema(args[1])
        if origin is NotRequired:
            return self.schema(args[0])
        if origin is Literal:
            return {"type": BASIC[type(args[0])]["type"], "enum": list(args)}
        if origin is list:
            return {"type": "array", "items": self.schema(args[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.schema(args[1])}
        if origin in (Union, types.UnionType):
            return self._any_of([arg for arg in args if arg is not types.NoneType], types.NoneType in args)
        return self.other(hint)

    def _any_of(self, hints: list[Any], is_nullable: bool) -> Schema:
        schemas = [self.schema(hint) for hint in hints]
        if is_nullable and len(schemas) == 1 and isinstance(schemas[0].get("type"), str) and "enum" not in schemas[0]:
            return {**schemas[0], "type": [schemas[0]["type"], "null"]}
        return {"anyOf": [*schemas, {"type": "null"}] if is_nullable else schemas}

    def _object(self, hint: Any) -> Schema:
        shape = get_origin(hint) or hint
        behind = dict(zip(getattr(shape, "__parameters__", ()), get_args(hint), strict=True))  # a letter, as in Page[X]
        fields = get_type_hints(shape, include_extras=True).items()
        schema: Schema = {
            "type": "object",
            "properties": {name: self.schema(_filled(field, behind)) for name, field in fields},
            "required": [name for name, _ in fields if name in shape.__required_keys__],
        }
        return schema | ({"description": cleandoc(shape.__doc__)} if shape.__doc__ else {})


def _filled(field: Any, behind: Mapping[Any, Any]) -> Any:
    return list[behind[get_args(field)[0]]] if get_args(field)[:1] in [(letter,) for letter in behind] else field

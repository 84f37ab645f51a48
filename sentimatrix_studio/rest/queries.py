"""Query parameters: a view declares each with a field, which reads it here and explains it in the OpenAPI document."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed, ValidationError
from rest_framework.request import Request

from sentimatrix_studio.rest.bodies import AnyField

LARGEST = 10**15 - 1


class Whole(serializers.IntegerField):
    """Digits only: Python's own reading of numbers is too generous."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_value": LARGEST, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        return super().to_internal_value(data) if re.fullmatch(r"-?[0-9]{1,15}", data) else self.fail("invalid")


class Flag(serializers.BooleanField):
    default_error_messages = {"invalid": "Use true or false."}

    def __init__(self, *, default: bool = False, **kwargs: Any) -> None:
        super().__init__(default=default, **kwargs)

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            self.fail("invalid")
        return bool(data == "true")


class Unread(serializers.Field[Any, Any, Any, Any]):
    """A parameter that its view reads itself; ``field`` says what it looks like."""

    def __init__(self, field: AnyField, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.field = field


class StrictQuery:
    """Refuses query parameters that its view does not declare, and values that their fields refuse."""

    # action → name → field
    query_parameters: ClassVar[Mapping[str, Mapping[str, AnyField]]] = {}
    allowed_methods: list[str]
    asked: Mapping[str, Any]  # what the query says, and defaults for what it does not

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in self.allowed_methods:  # else its query would be refused instead
            raise MethodNotAllowed(request.method or "")
        self.asked = read(request, self.query_parameters.get(action_of(self, request), {}))


def action_of(view: Any, request: Request) -> str:
    """The action of a view set, or the method of a plain view in small letters."""
    return getattr(view, "action", None) or (request.method or "").lower()


def read(request: Request, declared: Mapping[str, AnyField]) -> dict[str, Any]:
    """What the fields make of a query. Raises ValidationError."""
    query = request.query_params
    errors: dict[str, Any] = {
        name: ["There is no such query parameter."] for name in sorted(set(query) - set(declared))
    }
    asked: dict[str, Any] = {}
    for name, field in declared.items():
        if isinstance(field, Unread):
            continue
        if len(values := query.getlist(name)) > 1:
            errors[name] = ["Say this once."]
            continue
        try:
            asked[name] = field.run_validation(values[0] if values else serializers.empty)
        except serializers.SkipField:
            pass
        except ValidationError as error:
            errors[name] = error.detail
    if errors:
        raise ValidationError(errors)
    return asked

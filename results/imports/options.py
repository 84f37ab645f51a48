"""How a file is to be read: what the user says, and after ``guess`` everything."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Annotated, TypedDict

from django.core.exceptions import ValidationError

from projects.choices import Platform
from sentimatrix_studio.shapes import Must

FORMATS = ("csv", "tsv", "xlsx", "json", "jsonl", "text")
DELIMITED = ("csv", "tsv")
ROLES = ("text", "title", "author", "rating", "date", "url", "id", "language")
DATE_ORDERS = ("dmy", "mdy")
Column = str | int


class ImportOptionsJson(TypedDict, total=False):
    """How a file is to be read. What is left out, null or empty is guessed; a column is named or counted from 0."""

    format: Annotated[str, Must(enum=["", *FORMATS])] | None
    encoding: str | None
    delimiter: Annotated[str, Must(maxLength=1)] | None
    quote: Annotated[str, Must(enum=["", '"', "'"])] | None
    header: bool | None
    columns: dict[str, Column] | None
    platform: Annotated[str, Must(enum=["", *Platform.values])] | None
    rating_min: float | None
    rating_max: float | None
    date_order: Annotated[str, Must(enum=["", *DATE_ORDERS])] | None


@dataclass(frozen=True, slots=True)
class Options:
    """An empty value means "guess". ``columns`` names each by its heading, or by its place counted from 0.

    ``quote`` is the quotation mark around cells ("" = there is none: a " is an ordinary character). ``rating_min`` is
    the bottom of a scale that does not start at 0. ``date_order`` decides between 3 April and 4 March for 03/04/2024.
    """

    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    quote: str | None = None
    header: bool | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    platform: str = ""
    rating_min: float | None = None
    rating_max: float | None = None
    date_order: str = ""

    @classmethod
    def from_json(cls, data: object) -> "Options":
        """Raises ValidationError by the name of the option. Null is the same as absent; unknown names are refused."""
        if not isinstance(data, dict):
            raise ValidationError("The options must be an object with names and values.")
        known = {option.name for option in fields(cls)}
        if unknown := sorted(str(name) for name in set(data) - known):
            raise ValidationError(dict.fromkeys(unknown, "There is no such option."))
        errors: dict[str, str] = {}
        given = {name: value for name, value in data.items() if value is not None}
        for name, value in given.items():
            if problem := _PROBLEMS[name](value):
                errors[name] = problem
        if errors:
            raise ValidationError(errors)
        return cls(**given)

    def to_json(self) -> ImportOptionsJson:
        return asdict(self) | {"columns": dict(self.columns)}  # type: ignore[return-value]  # asdict forgets the types

    @property
    def is_complete(self) -> bool:
        """Whether a file can be read by them without another look at it."""
        shape = self.format and (self.encoding or self.format == "xlsx") and self.columns
        if self.format not in DELIMITED:
            return bool(shape) and (self.header is not None or self.format in ("json", "jsonl"))
        return bool(shape and self.delimiter) and self.quote is not None and self.header is not None


def _format(value: object) -> str:
    return "" if value in ("", *FORMATS) else f"Must be one of {', '.join(FORMATS)}."


def _encoding(value: object) -> str:
    try:
        if isinstance(value, str) and (not value or "a".encode(value)):
            return ""
    except (LookupError, UnicodeError, ValueError):
        pass
    return "There is no such encoding. Usual ones are utf-8, utf-16 and windows-1252."


def _delimiter(value: object) -> str:
    is_usable = isinstance(value, str) and (not value or (len(value) == 1 and value not in '\r\n"'))
    return "" if is_usable else "Must be one character, such as a comma, a semicolon or a tab."


def _quote(value: object) -> str:
    return "" if value in ("", '"', "'") else "Must be a quotation mark or empty."


def _header(value: object) -> str:
    return "" if isinstance(value, bool) else "Must be true or false."


def _columns(value: object) -> str:
    if not isinstance(value, dict):
        return "Must be an object: what each column holds, and its name or number."
    if unknown := sorted(str(role) for role in set(value) - set(ROLES)):
        return f"A column cannot hold “{unknown[0]}”, only {', '.join(ROLES)}."
    for role, column in value.items():
        is_number = isinstance(column, int) and not isinstance(column, bool) and 0 <= column < 10_000
        if not is_number and not (isinstance(column, str) and column):
            return f"The column of the {role} must be a name, or a number counted from 0."
    return "" if value.get("text") is not None or not value else "Say which column holds the text."


def _platform(value: object) -> str:
    return "" if value in ("", *Platform.values) else f"Must be one of {', '.join(Platform.values)}."


def _number(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1_000_000
    return "" if is_number else "Must be a number."


def _top(value: object) -> str:
    return _number(value) or ("" if isinstance(value, int | float) and value > 0 else "Must be above 0.")


def _date_order(value: object) -> str:
    return "" if value in ("", *DATE_ORDERS) else f"Must be one of {', '.join(DATE_ORDERS)}."


_PROBLEMS = {
    "format": _format,
    "encoding": _encoding,
    "delimiter": _delimiter,
    "quote": _quote,
    "header": _header,
    "columns": _columns,
    "platform": _platform,
    "rating_min": _number,
    "rating_max": _top,
    "date_order": _date_order,
}

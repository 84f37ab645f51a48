"""Bodies: JSON read strictly, and serializers that refuse what they do not know instead of bending it."""

import copy
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn, overload

from bson import ObjectId
from bson.errors import InvalidId
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import models
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField
from rest_framework import parsers, serializers
from rest_framework.exceptions import ParseError, ValidationError

AnyField = serializers.Field[Any, Any, Any, Any]
HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # of a surrogate pair: alone it can be neither stored nor shown
Refusal = Any  # the detail of a ValidationError: a list, or for the rows of a list a dictionary; None if all is well


class JSONParser(parsers.JSONParser):
    """UTF-8 whatever ``charset`` says, as RFC 8259 wants it; what cannot be read is a 400, however odd it is."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        try:
            return read_json(raw)
        except ValueError as error:
            raise ParseError(f"This is not JSON: {error}") from error


def read_json(raw: bytes) -> Any:
    """Raises ValueError, also for what Python alone would take: NaN, halves of a character, or nesting without end."""
    try:
        value = json.loads(raw.decode(), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
    if HALF.search(raw):
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value.")


class IdField(serializers.Field[ObjectId, Any, str, Any]):
    """An ObjectId as 24 hex digits."""

    default_error_messages = {"invalid": "This is not an id: ids have 24 hexadecimal digits."}

    def to_representation(self, value: ObjectId) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> ObjectId:
        try:
            return ObjectId(data) if isinstance(data, str) else self.fail("invalid")
        except InvalidId:
            self.fail("invalid")


@overload
def utc(moment: datetime) -> str: ...


@overload
def utc(moment: datetime | None) -> str | None: ...


def utc(moment: datetime | None) -> str | None:
    """With ``Z`` whatever zone the reader's pages are in, and in milliseconds: MongoDB keeps no more."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class UtcField(serializers.DateTimeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_representation(self, value: datetime) -> str:
        return utc(value)


# What Django REST framework would bend: it takes 12 for "12", "yes" for true and "3" for 3.
JSON_TYPES: Mapping[type[AnyField], tuple[type, ...]] = {
    serializers.CharField: (str,),
    serializers.BooleanField: (bool,),
    serializers.IntegerField: (int,),
    serializers.FloatField: (int, float),
}
LARGEST = 2**63 - 1  # that MongoDB can store


class Strict(serializers.Serializer[Any]):
    """Refuses fields it does not know instead of ignoring them, and values of a wrong type instead of bending them."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            fields = {name: field for name, field in self.fields.items() if not field.read_only}
            errors = {name: self._refusal(fields.get(name), name, value) for name, value in data.items()}
            if refused := {name: error for name, error in errors.items() if error}:
                raise ValidationError(refused)
        return super().to_internal_value(data)

    def _refusal(self, field: AnyField | None, name: str, value: Any) -> Refusal:
        if field is None:
            return ["This cannot be set." if name in self.fields else "There is no such field."]
        return mistyped(field, value)


class Serializer(Strict):
    pass


class ModelSerializer(Strict, serializers.ModelSerializer[Any]):
    found_fields: ClassVar[dict[str, AnyField]]
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        ObjectIdAutoField: IdField,
        ObjectIdField: IdField,
        models.DateTimeField: UtcField,
    }

    def get_fields(self) -> dict[str, AnyField]:
        """Looking over the model takes longer than showing a row of it: it is done once for each class."""
        if "found_fields" not in vars(type(self)):
            type(self).found_fields = super().get_fields()
        return copy.deepcopy(type(self).found_fields)

    def filled(self) -> Any:
        """The row with what the body says of it, to be saved by its own verb. Raises ValidationError."""
        self.is_valid(raise_exception=True)
        for name, value in self.validated_data.items():
            setattr(self.instance, name, value)
        return self.instance


def mistyped(field: AnyField, value: Any) -> Refusal:
    """What is wrong with the type of a value, as a field says it; None when nothing is."""
    if value is None:
        return None  # whether it may be is for the field to say
    if isinstance(field, serializers.ListField):
        rows = enumerate(value) if isinstance(value, list) else ()
        return {index: wrong for index, one in rows if (wrong := mistyped(field.child, one))} or None
    if isinstance(field, serializers.ChoiceField):
        return None if _is_choice(field, value) else [field.error_messages["invalid_choice"].format(input=value)]
    if isinstance(field, serializers.IntegerField) and isinstance(value, float) and value.is_integer():
        value = int(value)  # in JSON 3.0 is the number 3
    wanted = next((types for kind, types in JSON_TYPES.items() if isinstance(field, kind)), None)
    is_fine = wanted is None or (type(value) in wanted and _can_be_stored(value))
    return None if is_fine else [field.error_messages["invalid"]]


def _is_choice(field: serializers.ChoiceField, value: Any) -> bool:
    choices = [*field.choices, *([""] if field.allow_blank else [])]
    return any(type(choice) is type(value) and choice == value for choice in choices)


def _can_be_stored(value: Any) -> bool:
    return not isinstance(value, int | float) or -LARGEST <= value <= LARGEST

"""Fields of the API: made of the declarations of settings."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from projects.config import CONFIG, PRODUCT, SCHEDULE
from projects.declarations import Choice, Choices, Flag, Group, Number, Setting, Text, Texts
from projects.platforms import detect
from sentimatrix_studio import rest

AnyField = serializers.Field[Any, Any, Any, Any]


class OnceEach(serializers.ListField):
    def to_internal_value(self, data: Any) -> Any:
        return list(dict.fromkeys(super().to_internal_value(data)))


def _number(one: Number, **common: Any) -> AnyField:
    if one.is_whole:
        return serializers.IntegerField(min_value=int(one.minimum), max_value=int(one.maximum), **common)
    return serializers.FloatField(min_value=one.minimum, max_value=one.maximum, **common)


def _text(one: Text, **common: Any) -> AnyField:
    if one.is_address:
        return serializers.URLField(max_length=one.maximum, allow_blank=True, **common)
    if one.pattern:  # which says how long it may be
        common["error_messages"] = {"invalid": one.wanted}
        return serializers.RegexField(rf"^({one.pattern})?$", allow_blank=True, **common)
    return serializers.CharField(max_length=one.maximum, allow_blank=True, **common)


def _texts(one: Texts, **common: Any) -> AnyField:
    child: AnyField = serializers.CharField(max_length=one.maximum)
    if one.pattern:
        child = serializers.RegexField(
            f"^{one.pattern}$", max_length=one.maximum, error_messages={"invalid": one.wanted}
        )
    return OnceEach(child=child, max_length=one.most, **common)


FIELDS: dict[type[Setting], Callable[..., AnyField]] = {
    Flag: lambda one, **common: serializers.BooleanField(**common),
    Number: _number,
    Choice: lambda one, **common: serializers.ChoiceField(one.options, allow_null=bool(one.none), **common),
    Choices: lambda one, **common: OnceEach(child=serializers.ChoiceField(one.options), **common),
    Text: _text,
    Texts: _texts,
}


def field_of(setting: Setting) -> AnyField:
    """Nothing need be said: what is not, stays as it is."""
    words = " ".join(part for part in (f"{setting.label}.", setting.help) if part)
    return FIELDS[type(setting)](setting, required=False, help_text=words)


class Declared(rest.Serializer):
    """Reads what is declared. What is stored is JSON already, and shown as it is."""

    def to_representation(self, instance: Any) -> Any:
        return instance


def serializer_of(group: Group, name: str = "") -> type[Declared]:
    """Called after the group, if no other name is given."""
    fields = {setting.name: field_of(setting) for setting in group.settings}
    return type(f"{name or group.name.title()}Serializer", (Declared,), fields)


ProductSerializer = serializer_of(PRODUCT)
PresetScheduleSerializer = serializer_of(SCHEDULE, "PresetSchedule")
ConfigSerializer = type(
    "ConfigSerializer", (Declared,), {group.name: serializer_of(group)(required=False) for group in CONFIG}
)


class AddressField(serializers.CharField):
    """An address → what it is."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return detect(super().to_internal_value(data))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error

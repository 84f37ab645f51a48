"""Targets and presets in files of the admin: they come in by the rules by which people make and change them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from projects.bodies import PresetSerializer
from projects.models import Preset, Target
from projects.options import understood
from projects.platforms import detect
from sentimatrix_studio.mongo.admin import MongoModelResource


class TargetResource(MongoModelResource):
    """A new target has an address and a project; of a known one label, options and status can be changed."""

    class Meta:
        model = Target
        fields = ("id", "project", "url", "label", "options", "status")
        clean_model_instances = True
        skip_unchanged = True

    def import_instance(self, instance: Target, row: Mapping[str, Any], **kwargs: Any) -> None:
        before = (instance.project_id, instance.url) if instance.pk else None
        options = dict(instance.options)
        super().import_instance(instance, row, **kwargs)
        if before is None:
            self._begin(instance)
        elif (instance.project_id, instance.url) != before:
            raise ValidationError({"url": "A target keeps its project and its address. Add another one instead."})
        else:
            said, instance.options = instance.options or {}, options
            instance.options = instance.with_options({**dict.fromkeys(options, ""), **said})

    def _begin(self, target: Target) -> None:
        if target.project_id is None:
            raise ValidationError({"project": "Say the id of the project."})
        found, said = detect(target.url), target.options or {}
        target.owner_id, target.url = target.project.owner_id, found.url
        target.platform, target.detected_type = found.platform, found.detected_type
        target.external_id = found.external_id
        target.options = {**found.options, **understood(found.platform, said)}


class PresetResource(MongoModelResource):
    """Settings within their bounds; what a file does not name is standard, or stays."""

    class Meta:
        model = Preset
        fields = ("id", "owner", "name", "description", "config", "schedule")
        clean_model_instances = True
        skip_unchanged = True

    def import_instance(self, instance: Preset, row: Mapping[str, Any], **kwargs: Any) -> None:
        known = Preset.objects.get(pk=instance.pk) if instance.pk else None
        super().import_instance(instance, row, **kwargs)
        if known and instance.owner_id != known.owner_id:
            raise ValidationError({"owner": "A preset keeps its owner."})
        if instance.owner_id is None:
            raise ValidationError({"owner": "Say the id of its owner."})
        named = {name for name in ("name", "description", "config", "schedule") if name in row}
        said = PresetSerializer(known, {name: getattr(instance, name) for name in named}, partial=known is not None)
        if not said.is_valid():
            raise ValidationError({name: list(_sentences(wrong)) for name, wrong in said.errors.items()})
        for name, value in said.validated_data.items():
            setattr(instance, name, value)


def _sentences(wrong: Any, place: str = "") -> Iterator[str]:
    """What a serializer says of nested values, each with its place."""
    if isinstance(wrong, dict):
        for name, inner in wrong.items():
            yield from _sentences(inner, f"{place}.{name}".lstrip("."))
    else:
        yield from (f"{place}: {message}" if place else str(message) for message in wrong)

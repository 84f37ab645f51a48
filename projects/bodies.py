"""What requests about projects may say, and what answers show."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from rest_framework import serializers

from projects import config, options
from projects.choices import PLATFORMS, Platform, ProjectStatus, TargetStatus
from projects.config import CUSTOM
from projects.declarations import overlay
from projects.fields import AddressField, ConfigSerializer, PresetScheduleSerializer, ProductSerializer
from projects.forms import MAX_ADDRESSES
from projects.models import AnyPreset, Preset, Project, Target
from projects.options import Wanted
from projects.shapes import CoverageJson, ProjectStatsJson, TargetStatsJson
from sentimatrix_studio import rest

SETTABLE = (ProjectStatus.ACTIVE, ProjectStatus.PAUSED, ProjectStatus.ARCHIVED)


class StatusField(serializers.ChoiceField):
    """Some values can be set; all are shown."""

    def __init__(self, settable: Sequence[Any], shown: type[Any], **kwargs: Any) -> None:
        super().__init__([(value.value, value.label) for value in settable], **kwargs)
        self.shown = shown


class OptionsSerializer(rest.Serializer):
    """How a target is read. Which of these it takes depends on its platform; an empty one is taken away."""

    country = serializers.CharField(max_length=2, required=False, allow_blank=True)
    language = serializers.CharField(max_length=20, required=False, allow_blank=True)
    sort_by = serializers.CharField(max_length=20, required=False, allow_blank=True)
    filter = serializers.CharField(max_length=20, required=False, allow_blank=True)


class LinkSerializer(rest.Serializer):
    """A page to watch, among ``platform_links``."""

    url = AddressField()
    label = serializers.CharField(max_length=200, required=False, allow_blank=True)  # type: ignore[assignment]
    country = serializers.CharField(max_length=2, required=False)
    language = serializers.CharField(max_length=20, required=False)

    def __init__(self, platform: Platform, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.platform = platform

    def validate_url(self, value: Any) -> Any:
        if value.platform != self.platform:
            raise serializers.ValidationError(f"This is {value.platform.label}, not {self.platform.label}.")
        return value

    def validate(self, attrs: dict[str, Any]) -> Any:
        found, label = attrs.pop("url"), attrs.pop("label", "")
        with pointing_to():
            return Wanted(found, label, options.understood(found.platform, attrs))


class LinksSerializer(rest.Serializer):
    """Pages by platform."""

    def get_fields(self) -> dict[str, Any]:
        return {platform.value: LinkSerializer(platform, many=True, required=False) for platform in PLATFORMS}

    def validate(self, attrs: dict[str, list[Wanted]]) -> Any:
        links = [link for links in attrs.values() for link in links]
        if len(links) > MAX_ADDRESSES:
            raise serializers.ValidationError(f"At most {MAX_ADDRESSES} links at a time.")
        return links


class PresetField(serializers.Field[Any, str, str, Any]):
    """The id of a preset of the system or of one's own → the preset; ``custom`` → None."""

    default_error_messages = {"invalid": "There is no such preset."}

    def to_internal_value(self, data: str) -> AnyPreset | None:
        if data == CUSTOM:
            return None
        preset = Preset.objects.find(self.context["user"], data) if isinstance(data, str) else None
        return preset or self.fail("invalid")

    def to_representation(self, value: str) -> str:
        return value


class WithNotices(rest.ModelSerializer):
    """Of something with settings; ``keys`` in the context are the providers for which the reader has one."""

    def get_notices(self, row: AnyPreset | Project) -> list[str]:
        return row.unmet(self.context["keys"])


class ProjectSerializer(WithNotices):
    """``config`` and ``product`` change what they name. Settings that differ from their preset's are ``custom``."""

    status = StatusField(SETTABLE, ProjectStatus, required=False)
    preset = PresetField(required=False)
    product = ProductSerializer(required=False)
    config = ConfigSerializer(required=False)
    platform_links = LinksSerializer(required=False, write_only=True)
    notices = serializers.SerializerMethodField()
    stats = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields: tuple[str, ...] = (
            *("id", "name", "description", "status", "preset", "product", "config", "platform_links", "notices"),
            *("stats", "created_at", "updated_at", "archived_at"),
        )

    def get_stats(self, project: Project) -> ProjectStatsJson:
        stats: dict[ObjectId, ProjectStatsJson] = self.context["stats"]
        return stats[project.pk]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None and "preset" in attrs and attrs["preset"] is None and "config" not in attrs:
            raise serializers.ValidationError({"config": ["Say which settings, or name a preset."]})
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Project:
        links: Sequence[Wanted] = validated_data.pop("platform_links", ())
        chosen = validated_data.pop("status", ProjectStatus.ACTIVE)
        project, plan = Project(owner=validated_data.pop("owner")), validated_data.pop("plan")
        preset = validated_data.get("preset")
        _change(project, validated_data)
        project.create_with(links, lambda made: plan(made, preset.schedule if preset else None))
        if chosen != project.status:
            project.set_status(chosen)
        return project

    def update(self, instance: Project, validated_data: dict[str, Any]) -> Project:
        chosen = validated_data.pop("status", instance.status)
        _change(instance, validated_data)
        instance.save_said()
        if chosen != instance.status:
            instance.set_status(chosen)
        return instance


class ProjectChangeSerializer(ProjectSerializer):
    """What is named is changed, the rest stays. Targets are added to a project by themselves."""

    platform_links = None  # type: ignore[assignment]  # is how one takes a field away

    class Meta(ProjectSerializer.Meta):
        fields: tuple[str, ...] = tuple(name for name in ProjectSerializer.Meta.fields if name != "platform_links")


def _change(project: Project, said: dict[str, Any]) -> None:
    """To be saved."""
    if "preset" in said:
        project.use(said["preset"])
    project.adjust(said.get("config", {}))
    project.product = {**project.product, **said.get("product", {})}
    project.name = said.get("name", project.name)
    project.description = said.get("description", project.description)


class NewTargetSerializer(rest.Serializer):
    url = AddressField()
    label = serializers.CharField(  # type: ignore[assignment]  # a field that happens to have this name
        max_length=200, required=False, allow_blank=True, default=""
    )
    options = OptionsSerializer(required=False, default=dict)

    def validate(self, attrs: dict[str, Any]) -> Any:
        found = attrs["url"]
        with pointing_to("options"):
            return Wanted(found, attrs["label"], options.understood(found.platform, attrs["options"]))


class NewTargetsSerializer(rest.Serializer):
    urls = serializers.ListField(child=AddressField(), min_length=1, max_length=MAX_ADDRESSES)
    options = OptionsSerializer(required=False, default=dict)

    def validate(self, attrs: dict[str, Any]) -> Any:
        with pointing_to("options"):
            return options.for_each(attrs["urls"], attrs["options"])


class CheckSerializer(rest.Serializer):
    url = AddressField()


class TargetSerializer(rest.ModelSerializer):
    status = StatusField((TargetStatus.ACTIVE, TargetStatus.PAUSED), TargetStatus, required=False)
    project_id = rest.IdField(read_only=True)
    options = OptionsSerializer(required=False)
    coverage = serializers.SerializerMethodField()
    stats = serializers.SerializerMethodField()

    class Meta:
        model = Target
        fields = (
            *("id", "project_id", "url", "label", "platform", "detected_type", "external_id", "options"),
            *("status", "error_message", "coverage", "stats", "created_at"),
        )
        read_only_fields = ("url", "platform", "detected_type", "external_id", "error_message")

    def get_coverage(self, target: Target) -> CoverageJson:
        return {
            "collected": self.context["stats"][target.pk]["results_count"],
            "reported_total": target.reported_total,
            "outcome_code": target.outcome_code or None,
        }

    def get_stats(self, target: Target) -> TargetStatsJson:
        stats: dict[ObjectId, TargetStatsJson] = self.context["stats"]
        return stats[target.pk]

    def validate_options(self, said: dict[str, str]) -> dict[str, str]:
        """What is not named stays."""
        target: Target = self.instance  # type: ignore[assignment]  # there is one: targets are made in other ways
        with pointing_to():
            return target.with_options(said)

    def update(self, instance: Target, validated_data: dict[str, Any]) -> Target:
        for name in validated_data:
            setattr(instance, name, validated_data[name])
        instance.save(update_fields=list(validated_data))
        return instance


class PresetSerializer(WithNotices):
    """``config`` changes what it names: of the standard settings at first, later of those that are there."""

    id = serializers.CharField(read_only=True)  # those of the system have names
    created_at = rest.UtcField(read_only=True, allow_null=True)
    updated_at = rest.UtcField(read_only=True, allow_null=True)
    config = ConfigSerializer(required=False)
    schedule = PresetScheduleSerializer(required=False, allow_null=True)
    is_system = serializers.BooleanField(read_only=True)
    notices = serializers.SerializerMethodField()

    class Meta:
        model = Preset
        fields = (
            *("id", "name", "description", "is_system", "config", "schedule", "notices"),
            *("created_at", "updated_at"),
        )

    def validate_config(self, said: dict[str, Any]) -> dict[str, Any]:
        return overlay(self.instance.config if self.instance else config.defaults(), said)

    def validate_schedule(self, said: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if said is None else {**config.SCHEDULE.defaults(), **said}


@contextmanager
def pointing_to(name: str = "") -> Iterator[None]:
    """What is wrong with the parts of a value, by its name."""
    try:
        yield
    except ValidationError as error:
        detail = error.message_dict
        raise serializers.ValidationError({name: detail} if name else detail) from error

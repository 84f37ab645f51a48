"""Projects and targets. What they count comes from the layers above: the API map hands in ``stats_of``."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import owned_or_404, signed_in
from projects.choices import ProjectStatus, TargetStatus
from projects.forms import MAX_ADDRESSES
from projects.models import SENTIMENT_CLASSES, Added, Project, Target
from projects.platforms import detect
from sentimatrix_studio import rest

SETTABLE = (ProjectStatus.ACTIVE, ProjectStatus.PAUSED, ProjectStatus.ARCHIVED)

StatsOf = Callable[[Sequence[Any]], dict[ObjectId, dict[str, Any]]]


def no_stats(rows: Sequence[Any]) -> dict[ObjectId, dict[str, Any]]:
    raise NotImplementedError("The API map has to hand in where the figures come from.")


class AnalysisSerializer(rest.Serializer):
    sentiment = serializers.BooleanField(source="analyse", required=False)
    sentiment_classes = serializers.ChoiceField([number for number, _ in SENTIMENT_CLASSES], required=False)


class ConfigSerializer(rest.Serializer):
    analysis = AnalysisSerializer(source="*", required=False)


class ProjectSerializer(rest.ModelSerializer):
    status = serializers.ChoiceField([(value.value, value.label) for value in SETTABLE], required=False)
    config = ConfigSerializer(source="*", required=False)
    stats = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = ("id", "name", "description", "status", "config", "stats", "created_at", "updated_at", "archived_at")

    def get_stats(self, project: Project) -> dict[str, Any]:
        stats: dict[ObjectId, dict[str, Any]] = self.context["stats"]
        return stats[project.pk]

    def create(self, validated_data: dict[str, Any]) -> Project:
        chosen = validated_data.pop("status", ProjectStatus.ACTIVE)
        project: Project = super().create(validated_data)
        project.set_status(chosen)
        return project

    def update(self, instance: Project, validated_data: dict[str, Any]) -> Project:
        chosen = validated_data.pop("status", instance.status)
        project: Project = super().update(instance, validated_data)
        project.set_status(chosen)
        return project


class ProjectViewSet(rest.ViewSet):
    stats_of: StatsOf = staticmethod(no_stats)
    query_parameters = {"list": ("status", "search", *rest.PAGING), "destroy": ("permanent",)}

    def list(self, request: Request) -> Response:
        projects = Project.objects.owned_by(request.user).order_by("-created_at", "-pk")
        if chosen := request.query_params.get("status"):
            if chosen not in ProjectStatus.values:
                raise serializers.ValidationError({"status": [f"Use one of {', '.join(ProjectStatus.values)}."]})
            projects = projects.filter(status=chosen)
        page = self.paginate_queryset(projects.named_like(request.query_params.get("search", "")))
        return self.get_paginated_response(self._as_json(page or []))

    def create(self, request: Request) -> Response:
        serializer = ProjectSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        project = serializer.save(owner=signed_in(request))
        return Response(self._as_json([project])[0], status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, project_id: ObjectId) -> Response:
        return Response(self._as_json([self._project(project_id)])[0])

    def update(self, request: Request, project_id: ObjectId) -> Response:
        """Changes what is named in the body and leaves the rest."""
        serializer = ProjectSerializer(self._project(project_id), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(self._as_json([serializer.save()])[0])

    def destroy(self, request: Request, project_id: ObjectId) -> Response:
        project = self._project(project_id)
        if rest.flag(request, "permanent"):
            project.delete()
        else:
            project.archive()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _project(self, project_id: ObjectId) -> Project:
        return owned_or_404(Project, self.request.user, project_id)

    def _as_json(self, projects: Sequence[Project]) -> Sequence[dict[str, Any]]:
        stats = self.stats_of(projects)
        return [dict(ProjectSerializer(project, context={"stats": stats}).data) for project in projects]


class AddressField(serializers.CharField):
    """An address → what it is."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return detect(super().to_internal_value(data))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class OptionsSerializer(rest.Serializer):
    country = serializers.CharField(max_length=2, required=False)
    language = serializers.CharField(max_length=20, required=False)
    sort_by = serializers.CharField(max_length=20, required=False)
    filter = serializers.CharField(max_length=20, required=False)


class NewTargetSerializer(rest.Serializer):
    url = AddressField()
    label = serializers.CharField(  # type: ignore[assignment]  # a field that happens to have this name
        max_length=200, required=False, allow_blank=True, default=""
    )
    options = OptionsSerializer(required=False, default=dict)


class NewTargetsSerializer(rest.Serializer):
    urls = serializers.ListField(child=AddressField(), min_length=1, max_length=MAX_ADDRESSES)
    options = OptionsSerializer(required=False, default=dict)


class CheckSerializer(rest.Serializer):
    url = AddressField()


class TargetSerializer(rest.ModelSerializer):
    status = serializers.ChoiceField(
        [(value.value, value.label) for value in (TargetStatus.ACTIVE, TargetStatus.PAUSED)], required=False
    )
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

    def get_coverage(self, target: Target) -> dict[str, Any]:
        return {
            "collected": self.context["stats"][target.pk]["results_count"],
            "reported_total": target.reported_total,
            "outcome_code": target.outcome_code or None,
        }

    def get_stats(self, target: Target) -> dict[str, Any]:
        stats: dict[ObjectId, dict[str, Any]] = self.context["stats"]
        return stats[target.pk]

    def update(self, instance: Target, validated_data: dict[str, Any]) -> Target:
        for name in validated_data:
            setattr(instance, name, validated_data[name])
        instance.save(update_fields=list(validated_data))
        return instance


class TargetViewSet(rest.ViewSet):
    stats_of: StatsOf = staticmethod(no_stats)
    query_parameters = {"list": rest.PAGING}

    def list(self, request: Request, project_id: ObjectId) -> Response:
        targets = Target.objects.filter(project=self._project(project_id)).order_by("-created_at", "-pk")
        return self.get_paginated_response(self._as_json(self.paginate_queryset(targets) or []))

    def create(self, request: Request, project_id: ObjectId) -> Response:
        """201 with the target; 200 when it was already there."""
        project, said = self._project(project_id), self._said(NewTargetSerializer)
        (added,) = project.add_targets([said["url"]], said["label"], **said["options"])
        made = status.HTTP_201_CREATED if added.is_new else status.HTTP_200_OK
        return Response(self._as_json([added.target])[0], status=made)

    def bulk(self, request: Request, project_id: ObjectId) -> Response:
        """The targets in the order of their addresses; one that was already there is returned, not doubled."""
        project, said = self._project(project_id), self._said(NewTargetsSerializer)
        added: list[Added] = project.add_targets(said["urls"], **said["options"])
        return Response(self._as_json([one.target for one in added]), status=status.HTTP_201_CREATED)

    def check(self, request: Request, project_id: ObjectId) -> Response:
        """What an address is, without adding it."""
        project, found = self._project(project_id), self._said(CheckSerializer)["url"]
        return Response({**asdict(found), "already_there": project.has_target(found)})

    def retrieve(self, request: Request, project_id: ObjectId, target_id: ObjectId) -> Response:
        return Response(self._as_json([self._target(project_id, target_id)])[0])

    def update(self, request: Request, project_id: ObjectId, target_id: ObjectId) -> Response:
        """Changes what is named in the body and leaves the rest."""
        serializer = TargetSerializer(self._target(project_id, target_id), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(self._as_json([serializer.save()])[0])

    def destroy(self, request: Request, project_id: ObjectId, target_id: ObjectId) -> Response:
        self._target(project_id, target_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _said(self, kind: type[rest.Serializer]) -> dict[str, Any]:
        serializer = kind(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        said: dict[str, Any] = serializer.validated_data
        return said

    def _project(self, project_id: ObjectId) -> Project:
        return owned_or_404(Project, self.request.user, project_id)

    def _target(self, project_id: ObjectId, target_id: ObjectId) -> Target:
        return owned_or_404(Target, self.request.user, target_id, project_id=project_id)

    def _as_json(self, targets: Sequence[Target]) -> Sequence[dict[str, Any]]:
        stats = self.stats_of(targets)
        return [dict(TargetSerializer(target, context={"stats": stats}).data) for target in targets]

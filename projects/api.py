"""Projects, targets and presets. What they count comes from the layers above: the API map hands in ``stats_of``."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bson import ObjectId
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import signed_in
from projects.bodies import (
    CheckSerializer,
    NewTargetSerializer,
    NewTargetsSerializer,
    PresetSerializer,
    ProjectChangeSerializer,
    ProjectSerializer,
    TargetSerializer,
)
from projects.choices import ProjectStatus
from projects.models import Added, AnyPreset, Plan, Preset, Project, Target
from projects.ownership import OfProject
from projects.shapes import AllStatsJson, DetectedJson
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import PageJson

KeysOf = Callable[[ObjectId], Collection[str]]
StatsOf = Callable[[Sequence[Any]], dict[ObjectId, dict[str, Any]]]


def no_stats(rows: Sequence[Any]) -> dict[ObjectId, dict[str, Any]]:
    raise NotImplementedError("The API map has to hand in where the figures come from.")


def no_keys(owner_id: ObjectId) -> Collection[str]:
    raise NotImplementedError("The API map has to hand in who knows of keys.")


def no_advice(platform: str, keys: Collection[str]) -> str:
    raise NotImplementedError("The API map has to hand in who knows what platforms want.")


def no_plan(project: Project, schedule: Mapping[str, str] | None) -> None:
    raise NotImplementedError("The API map has to hand in who plans runs.")


class ProjectViewSet(OfProject, rest.ViewSet):
    keys_of: KeysOf = staticmethod(no_keys)
    stats_of: StatsOf = staticmethod(no_stats)
    jobs_of: StatsOf = staticmethod(no_stats)  # how many of its jobs ended how
    plan: Plan = staticmethod(no_plan)
    query_parameters = {
        "list": {
            "status": serializers.ChoiceField(ProjectStatus.choices, required=False),
            "search": serializers.CharField(max_length=100, required=False, allow_blank=True, help_text="In the name."),
            **rest.PAGING,
        },
        "destroy": {"permanent": rest.Flag(help_text="Remove it and all that hangs on it, instead of archiving it.")},
    }

    @extend_schema(responses={200: PageJson[ProjectSerializer]})
    def list(self, request: Request) -> Response:
        """List projects.

        Newest first.
        """
        projects = Project.objects.owned_by(request.user).order_by("-created_at", "-pk")
        if chosen := self.asked.get("status"):
            projects = projects.filter(status=chosen)
        page = self.paginate_queryset(projects.named_like(self.asked.get("search", "")))
        return self.get_paginated_response(self._as_json(page or []))

    @extend_schema(request=ProjectSerializer, responses={201: ProjectSerializer})
    def create(self, request: Request) -> Response:
        """Make a project.

        Its settings are those of a preset, ``standard`` if it is not said, changed by what ``config`` names. Each of
        ``platform_links`` becomes a target. Where the preset names a schedule, the project has it.
        """
        serializer = ProjectSerializer(data=request.data, context={"user": request.user})
        serializer.is_valid(raise_exception=True)
        project = serializer.save(owner=signed_in(request), plan=self.plan)
        return Response(self._as_json([project])[0], status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: ProjectSerializer})
    def retrieve(self, request: Request, project_id: ObjectId) -> Response:
        """Show a project."""
        return Response(self._as_json([self._project(project_id)])[0])

    @extend_schema(request=ProjectChangeSerializer(partial=True), responses={200: ProjectSerializer})
    def update(self, request: Request, project_id: ObjectId) -> Response:
        """Change a project.

        What is named in the body is changed, the rest stays. ``{"status": "active"}`` brings it back from the archive.
        """
        context = {"user": request.user}
        serializer = ProjectChangeSerializer(
            self._project(project_id), data=request.data, partial=True, context=context
        )
        serializer.is_valid(raise_exception=True)
        return Response(self._as_json([serializer.save()])[0])

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: ObjectId) -> Response:
        """Archive or delete a project.

        It is archived; with ``permanent`` it is gone at once, and all that hangs on it within a minute.
        """
        project = self._project(project_id)
        if self.asked["permanent"]:
            project.leave()
        else:
            project.archive()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={200: AllStatsJson})
    def stats(self, request: Request, project_id: ObjectId) -> Response:
        """Count what a project has."""
        projects = [self._project(project_id)]
        return Response({**self.stats_of(projects)[project_id], **self.jobs_of(projects)[project_id]})

    def _as_json(self, projects: Sequence[Project]) -> Sequence[dict[str, Any]]:
        context = {"stats": self.stats_of(projects), "keys": self.keys_of(signed_in(self.request).pk)}
        return [dict(one) for one in ProjectSerializer(projects, many=True, context=context).data]


class TargetViewSet(OfProject, rest.ViewSet):
    keys_of: KeysOf = staticmethod(no_keys)
    missing_key: Callable[[str, Collection[str]], str] = staticmethod(no_advice)
    stats_of: StatsOf = staticmethod(no_stats)
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[TargetSerializer]})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List targets.

        Newest first.
        """
        targets = Target.objects.filter(project=self._project(project_id)).order_by("-created_at", "-pk")
        return self.get_paginated_response(self._as_json(self.paginate_queryset(targets) or []))

    @extend_schema(request=NewTargetSerializer, responses={200: TargetSerializer, 201: TargetSerializer})
    def create(self, request: Request, project_id: ObjectId) -> Response:
        """Add a target.

        201 with the target; 200 when it was already there.
        """
        project, wanted = self._project(project_id), self.said(NewTargetSerializer)
        (added,) = project.add_targets([wanted])
        made = status.HTTP_201_CREATED if added.is_new else status.HTTP_200_OK
        return Response(self._as_json([added.target])[0], status=made)

    @extend_schema(request=NewTargetsSerializer, responses={201: TargetSerializer(many=True)})
    def bulk(self, request: Request, project_id: ObjectId) -> Response:
        """Add several targets.

        They come in the order of their addresses; one that was already there is returned, not doubled. When an address
        is bad none is added, and each bad one is named.
        """
        project, wanted = self._project(project_id), self.said(NewTargetsSerializer)
        added: list[Added] = project.add_targets(wanted)
        return Response(self._as_json([one.target for one in added]), status=status.HTTP_201_CREATED)

    @extend_schema(request=CheckSerializer, responses={200: DetectedJson})
    def check(self, request: Request, project_id: ObjectId) -> Response:
        """Look at an address.

        Says what it is, without adding it; `notices` say what is missing before anything can be collected there.
        """
        project, found = self._project(project_id), self.said(CheckSerializer)["url"]
        missing = self.missing_key(found.platform, self.keys_of(signed_in(request).pk))
        notices = [missing] if missing else []
        return Response({**asdict(found), "already_there": project.has_target(found), "notices": notices})

    @extend_schema(responses={200: TargetSerializer})
    def retrieve(self, request: Request, project_id: ObjectId, target_id: ObjectId) -> Response:
        """Show a target."""
        return Response(self._as_json([self._part(Target, project_id, target_id)])[0])

    @extend_schema(request=TargetSerializer(partial=True), responses={200: TargetSerializer})
    def update(self, request: Request, project_id: ObjectId, target_id: ObjectId) -> Response:
        """Change a target.

        What is named in the body is changed, the rest stays.
        """
        serializer = TargetSerializer(self._part(Target, project_id, target_id), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(self._as_json([serializer.save()])[0])

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: ObjectId, target_id: ObjectId) -> Response:
        """Delete a target.

        Its reviews go with it.
        """
        self._part(Target, project_id, target_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _as_json(self, targets: Sequence[Target]) -> Sequence[dict[str, Any]]:
        stats = self.stats_of(targets)
        return [dict(one) for one in TargetSerializer(targets, many=True, context={"stats": stats}).data]


class PresetViewSet(rest.ViewSet):
    """Those of the system have their names for ids."""

    keys_of: KeysOf = staticmethod(no_keys)
    bodiless_actions = ("duplicate",)
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[PresetSerializer]})
    def list(self, request: Request) -> Response:
        """List presets.

        Those of the system first.
        """
        page = self.paginate_queryset(Preset.objects.open_to(request.user))
        return self.get_paginated_response(PresetSerializer(page, many=True, context=self._context()).data)

    @extend_schema(request=PresetSerializer, responses={201: PresetSerializer})
    def create(self, request: Request) -> Response:
        """Make a preset."""
        serializer = PresetSerializer(data=request.data, context=self._context())
        serializer.is_valid(raise_exception=True)
        serializer.save(owner=signed_in(request))
        return Response(serializer.data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: PresetSerializer})
    def retrieve(self, request: Request, preset_id: str) -> Response:
        """Show a preset."""
        return Response(PresetSerializer(self._preset(preset_id), context=self._context()).data)

    @extend_schema(request=PresetSerializer(partial=True), responses={200: PresetSerializer})
    def update(self, request: Request, preset_id: str) -> Response:
        """Change a preset.

        What is named in the body is changed, the rest stays. Projects keep the settings they took from it.
        """
        preset, context = self._own(preset_id), self._context()
        serializer = PresetSerializer(preset, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, preset_id: str) -> Response:
        """Delete a preset.

        Projects keep the settings they took from it.
        """
        self._own(preset_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={201: PresetSerializer})
    def duplicate(self, request: Request, preset_id: str) -> Response:
        """Duplicate a preset.

        A preset of one's own with the same settings.
        """
        preset = Preset.copy_of(self._preset(preset_id), signed_in(request).pk)
        preset.save()
        shown = PresetSerializer(preset, context=self._context()).data
        return Response(shown, status=status.HTTP_201_CREATED)

    def _context(self) -> dict[str, Any]:
        return {"keys": self.keys_of(signed_in(self.request).pk)}

    def _preset(self, preset_id: str) -> AnyPreset:
        preset = Preset.objects.find(self.request.user, preset_id)
        if preset is None:
            raise Http404
        return preset

    def _own(self, preset_id: str) -> Preset:
        preset = self._preset(preset_id)
        if not isinstance(preset, Preset):
            words = "The system's presets cannot be changed. Duplicate it, and change the copy."
            raise exceptions.PermissionDenied(words, code="AUTHORIZATION_ERROR")
        return preset

"""Jobs, and the import of files, which is a job too."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from rest_framework import exceptions, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import owned_or_404, signed_in
from projects import files
from projects.models import Project, Target
from results import imports
from scraping import importing, progress
from scraping.choices import JobStatus, StepState, Trigger
from scraping.models import Job, JobRefused, LogLine, Step
from sentimatrix_studio import rest

MOST_TARGETS = 500


class NothingToDo(exceptions.APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "VALIDATION_ERROR"


@contextmanager
def refusals() -> Iterator[None]:
    """A refused job as an answer of the API."""
    try:
        yield
    except JobRefused as refused:
        kind = NothingToDo if refused.code == "nothing_to_collect" else rest.Conflict
        raise kind(refused.message) from refused


class JobTargetSerializer(rest.ModelSerializer):
    """A collect step, as the caller knows it: one of the job's targets."""

    target_id = rest.IdField()
    status = serializers.CharField(source="state")
    progress = serializers.SerializerMethodField()
    results_count = serializers.IntegerField(source="collected")
    error = serializers.CharField(source="message")

    class Meta:
        model = Step
        fields = (
            *("target_id", "status", "outcome_code", "progress", "results_count", "reported_total"),
            *("attempts", "error"),
        )

    def get_progress(self, step: Step) -> float:
        return round(100 * progress.fraction(step), 1)


class JobSerializer(rest.ModelSerializer):
    """A job of a queryset ``with_collecting``."""

    project_id = rest.IdField()
    retry_of = rest.IdField(source="retry_of_id")
    progress = serializers.SerializerMethodField()
    targets = JobTargetSerializer(source="collecting", many=True)
    stats = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            *("id", "project_id", "status", "status_message", "trigger", "retry_of", "progress", "targets", "options"),
            *("stats", "created_at", "started_at", "completed_at", "error_message"),
        )

    def get_progress(self, job: Any) -> float:
        return progress.progress(job, job.collecting)

    def get_stats(self, job: Any) -> dict[str, Any]:
        return {
            "targets_total": len(job.collecting),
            "targets_completed": sum(step.state == StepState.DONE for step in job.collecting),
            **progress.stats(job),
            "requests_made": job.requests_made,
            "errors_count": job.errors_count,
            "llm_tokens": 0,
            "cost_usd": 0,
        }


class LogLineSerializer(rest.ModelSerializer):
    class Meta:
        model = LogLine
        fields = ("seq", "at", "level", "message")


class JobOptionsSerializer(rest.Serializer):
    max_results = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    include_replies = serializers.BooleanField(required=False)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "date_from" in attrs and "date_to" in attrs and attrs["date_from"] > attrs["date_to"]:
            raise serializers.ValidationError({"date_to": ["This is before date_from."]})
        return {name: value.isoformat() if name.startswith("date") else value for name, value in attrs.items()}


class StartSerializer(rest.Serializer):
    target_ids = serializers.ListField(child=rest.IdField(), min_length=1, max_length=MOST_TARGETS, required=False)
    options = JobOptionsSerializer(required=False, default=dict)


class ImportSerializer(rest.Serializer):
    """The fields of a multipart body: ``file``, and ``options`` as JSON."""

    file = serializers.FileField(allow_empty_file=True)
    options = serializers.CharField(required=False, allow_blank=True, default="")

    def validate_options(self, value: str) -> imports.Options:
        try:
            return imports.Options.from_json(json.loads(value or "{}"))
        except ValueError as error:
            raise serializers.ValidationError("This is not JSON.") from error
        except ValidationError as error:
            detail = error.message_dict if hasattr(error, "error_dict") else error.messages
            raise serializers.ValidationError(detail) from error


class ProjectViewSet(rest.ViewSet):
    """What hangs on a project of the caller's."""

    def project(self, project_id: ObjectId) -> Project:
        return owned_or_404(Project, self.request.user, project_id)

    def answer(self, job: Job, status_code: int = status.HTTP_200_OK) -> Response:
        return Response(JobSerializer(Job.objects.with_collecting().get(pk=job.pk)).data, status=status_code)


class JobViewSet(ProjectViewSet):
    query_parameters = {
        "list": ("status", *rest.PAGING),
        "running": rest.PAGING,
        "log": rest.PAGING,
        "progress": ("after",),
    }

    def start(self, request: Request, project_id: ObjectId) -> Response:
        project = self.project(project_id)
        serializer = StartSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        said = serializer.validated_data
        targets = _targets(project, said["target_ids"]) if "target_ids" in said else None
        with refusals():
            job = Job.objects.start(project, targets, trigger=Trigger.API, options=said["options"])
        return self.answer(job, status.HTTP_202_ACCEPTED)

    def list(self, request: Request, project_id: ObjectId) -> Response:
        jobs = Job.objects.filter(project=self.project(project_id))
        if chosen := request.query_params.get("status"):
            if chosen not in JobStatus.values:
                raise serializers.ValidationError({"status": [f"Use one of {', '.join(JobStatus.values)}."]})
            jobs = jobs.filter(status=chosen)
        return self._page(jobs)

    def running(self, request: Request) -> Response:
        return self._page(Job.objects.owned_by(request.user).live())

    def retrieve(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        return self.answer(self._job(project_id, job_id))

    def cancel(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        job = self._job(project_id, job_id)
        if job.cancel():
            progress.announce_end(job.pk)
        elif job.status != JobStatus.CANCELLED:
            raise rest.Conflict("The job has ended already.")
        return self.answer(job)

    def retry(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        with refusals():
            job = self._job(project_id, job_id).retry()
        return self.answer(job, status.HTTP_202_ACCEPTED)

    def progress(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        return Response(progress.snapshot(self._job(project_id, job_id), _after(request)))

    def log(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        lines = self.paginate_queryset(LogLine.objects.filter(job=self._job(project_id, job_id)).order_by("seq", "id"))
        return self.get_paginated_response(LogLineSerializer(lines, many=True).data)

    def _job(self, project_id: ObjectId, job_id: ObjectId) -> Job:
        return owned_or_404(Job, self.request.user, job_id, project_id=project_id)

    def _page(self, jobs: Any) -> Response:
        page = self.paginate_queryset(jobs.with_collecting().order_by("-created_at", "-id"))
        return self.get_paginated_response(JobSerializer(page, many=True).data)


class ImportViewSet(ProjectViewSet):
    parser_classes = (MultiPartParser,)

    def preview(self, request: Request, project_id: ObjectId) -> Response:
        """How the file would be read; nothing of it is kept."""
        self.project(project_id)
        said = self._said()
        shown = imports.preview(said["file"], said["options"])
        errors = [{"line": error.line, "reason": error.reason} for error in shown.errors]
        return Response(
            {
                "options": shown.options.to_json(),
                "columns": shown.columns,
                "rows": shown.rows,
                "errors": errors,
                "warnings": shown.warnings,
            }
        )

    def start(self, request: Request, project_id: ObjectId) -> Response:
        project, said = self.project(project_id), self._said()
        upload = importing.keep(signed_in(request).pk, said["file"].name, said["file"].chunks())
        try:
            with refusals():
                options = importing.preview(upload, said["options"]).options
                job = importing.start(project, upload, options)
        except (ValidationError, exceptions.APIException):
            files.delete(upload.id)
            raise
        return self.answer(job, status.HTTP_202_ACCEPTED)

    def _said(self) -> dict[str, Any]:
        serializer = ImportSerializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        said: dict[str, Any] = serializer.validated_data
        return said


def _targets(project: Project, ids: Sequence[ObjectId]) -> list[Target]:
    """In the order asked for. Raises ValidationError."""
    found = {target.pk: target for target in project.targets.filter(pk__in=ids)}
    if missing := [str(pk) for pk in ids if pk not in found]:
        raise serializers.ValidationError({"target_ids": [f"The project has no target {', '.join(missing)}."]})
    return [found[pk] for pk in dict.fromkeys(ids)]


def _after(request: Request) -> int:
    raw = request.query_params.get("after", "0")
    if not (raw.isascii() and raw.isdigit()):
        raise serializers.ValidationError({"after": ["Use the seq of the last snapshot, a whole number."]})
    return int(raw[:10])

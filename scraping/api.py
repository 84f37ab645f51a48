"""Jobs, and the import of files, which is a job too."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import signed_in
from projects import files
from projects.models import Project, Target
from projects.ownership import OfProject
from results import imports
from scraping import importing, progress
from scraping.choices import JobStatus, Trigger
from scraping.models import Job, JobRefused, LogLine
from scraping.progress import LogLineJson, SnapshotJson
from scraping.shapes import DifferenceJson, JobOptionsSerializer, JobSerializer, PreviewJson, difference_as_json
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import PageJson

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


def answer(job: Job, code: int = status.HTTP_200_OK) -> Response:
    """The job as it stands now."""
    return Response(JobSerializer(Job.objects.with_collecting().get(pk=job.pk)).data, code)


class StartSerializer(rest.Serializer):
    target_ids = serializers.ListField(child=rest.IdField(), min_length=1, max_length=MOST_TARGETS, required=False)
    options = JobOptionsSerializer(required=False, default=dict)
    parallel = serializers.BooleanField(
        required=False, default=False, help_text="Also while another job of the project runs."
    )


class OptionsField(serializers.CharField):
    """JSON as a text, as the part of a multipart body has it."""

    shape = imports.ImportOptionsJson


class ImportSerializer(rest.Serializer):
    """The fields of a multipart body: ``file``, and ``options`` as JSON."""

    file = serializers.FileField(allow_empty_file=True)
    options = OptionsField(required=False, allow_blank=True, default="")

    def validate_options(self, value: str) -> imports.Options:
        try:
            return imports.Options.from_json(rest.read_json((value or "{}").encode()))
        except ValueError as error:
            raise serializers.ValidationError("This is not JSON.") from error
        except ValidationError as error:
            detail = error.message_dict if hasattr(error, "error_dict") else error.messages
            raise serializers.ValidationError(detail) from error


class JobViewSet(OfProject, rest.ViewSet):
    idempotent_actions = ("start", "retry")
    bodiless_actions = ("cancel", "retry")
    query_parameters = {
        "list": {"status": serializers.ChoiceField(JobStatus.choices, required=False), **rest.PAGING},
        "running": rest.PAGING,
        "log": rest.PAGING,
        "diff": rest.PAGING,
        "progress": {"after": rest.Whole(min_value=0, default=0, help_text="The `seq` of the last snapshot.")},
    }

    @extend_schema(request=StartSerializer, responses={202: JobSerializer, 400: None, 409: None})
    def start(self, request: Request, project_id: ObjectId) -> Response:
        """Start a job.

        It collects from the project's active targets, or from those that are named. Without any: 400. While another
        job of the project runs: 409, unless it is to run in ``parallel``.
        """
        project = self._project(project_id)
        said = self.said(StartSerializer)
        targets = _targets(project, said["target_ids"]) if "target_ids" in said else None
        with refusals():
            job = Job.objects.start(
                project, targets, trigger=Trigger.API, options=said["options"], is_parallel=said["parallel"]
            )
        return answer(job, status.HTTP_202_ACCEPTED)

    @extend_schema(responses={200: PageJson[JobSerializer]})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List the jobs of a project.

        Newest first.
        """
        jobs = Job.objects.filter(project=self._project(project_id))
        if chosen := self.asked.get("status"):
            jobs = jobs.filter(status=chosen)
        return self._page(jobs)

    @extend_schema(responses={200: PageJson[JobSerializer]})
    def running(self, request: Request) -> Response:
        """List running jobs.

        Those of all projects that wait or run, newest first.
        """
        return self._page(Job.objects.shown_to(request.user).live())

    @extend_schema(responses={200: JobSerializer})
    def retrieve(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        """Show a job."""
        return answer(self._part(Job, project_id, job_id))

    @extend_schema(request=None, responses={200: JobSerializer, 409: None})
    def cancel(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        """Cancel a job.

        What it has found so far stays. One that has ended otherwise: 409.
        """
        job = self._part(Job, project_id, job_id)
        if job.cancel():
            progress.announce_end(job.pk)
        elif job.status != JobStatus.CANCELLED:
            raise rest.Conflict("The job has ended already.")
        return answer(job)

    @extend_schema(request=None, responses={202: JobSerializer, 400: None, 409: None})
    def retry(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        """Retry a job.

        A new job over the targets that failed.
        """
        with refusals():
            job = self._part(Job, project_id, job_id).retry()
        return answer(job, status.HTTP_202_ACCEPTED)

    @extend_schema(responses={200: SnapshotJson})
    def progress(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        """Follow a job.

        Everything there is to see of it; its log from behind ``after``, at most the latest 200 lines.
        """
        return Response(progress.snapshot(self._part(Job, project_id, job_id), self.asked["after"]))

    @extend_schema(responses={200: PageJson[LogLineJson]})
    def log(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        """Read the log of a job."""
        lines = LogLine.objects.filter(job=self._part(Job, project_id, job_id)).order_by("seq", "id")
        page = self.paginate_queryset(lines)
        return self.get_paginated_response([progress.log_line(line) for line in page or []])

    @extend_schema(responses={200: DifferenceJson})
    def diff(self, request: Request, project_id: ObjectId, job_id: ObjectId) -> Response:
        """Show what a job changed.

        Four lists, each with the same page: reviews that were new, updated (with what they said before), unchanged, and
        missing. Missing are those that were known and no longer there; that is said only after all of a target was
        read.
        """
        job = self._part(Job, project_id, job_id)
        return Response(difference_as_json(job, self.asked["page"], rest.page_size(self.asked)))

    def _page(self, jobs: Any) -> Response:
        page = self.paginate_queryset(jobs.with_collecting().order_by("-created_at", "-id"))
        return self.get_paginated_response(JobSerializer(page, many=True).data)


class ImportViewSet(OfProject, rest.ViewSet):
    idempotent_actions = ("start",)
    parser_classes = (MultiPartParser,)

    @extend_schema(request=ImportSerializer, responses={200: PreviewJson})
    def preview(self, request: Request, project_id: ObjectId) -> Response:
        """Show how a file would be read.

        Nothing of it is kept.
        """
        self._project(project_id)
        said = self.said(ImportSerializer)
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

    @extend_schema(request=ImportSerializer, responses={202: JobSerializer, 409: None})
    def start(self, request: Request, project_id: ObjectId) -> Response:
        """Import a file.

        A job reads it, by what is said in ``options`` and by guesses for the rest.
        """
        project, said = self._project(project_id), self.said(ImportSerializer)
        upload = importing.keep(signed_in(request).pk, said["file"].name, said["file"].chunks())
        try:
            with refusals():
                options = importing.preview(upload, said["options"]).options
                job = importing.start(project, upload, options)
        except (ValidationError, exceptions.APIException):
            files.delete(upload.id)
            raise
        return answer(job, status.HTTP_202_ACCEPTED)


def _targets(project: Project, ids: Sequence[ObjectId]) -> list[Target]:
    """In the order asked for. Raises ValidationError."""
    found = {target.pk: target for target in project.targets.filter(pk__in=ids)}
    if missing := [str(pk) for pk in ids if pk not in found]:
        raise serializers.ValidationError({"target_ids": [f"The project has no target {', '.join(missing)}."]})
    return [found[pk] for pk in dict.fromkeys(ids)]

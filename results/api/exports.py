"""Exports that a worker makes."""

from typing import Annotated, Any, TypedDict

from bson import ObjectId
from django.http import Http404, StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from results.api.filtered import FilteredViewSet
from results.api.results import FILES
from results.choices import ExportState
from results.exports import COLUMNS, CONTENT_TYPES, DELIMITERS, ExportRequest, background, response
from results.models import Export
from results.parameters import FILTERS
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Id, Moment, PageJson


class ExportJson(TypedDict):
    """`url` is where the file is fetched, by its owner alone, once it is ready and until it expires."""

    id: Id
    project_id: Id
    format: str
    query: str
    state: Annotated[str, ExportState]
    message: str
    filename: str | None
    size: Count | None
    created_at: Moment
    finished_at: Moment | None
    expires_at: Moment | None
    url: str | None


class ExportSerializer(rest.Serializer):
    format = serializers.ChoiceField(list(CONTENT_TYPES), default="csv")
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.ChoiceField(list(COLUMNS)), default=list, help_text="Columns; all if none is named."
    )
    bom = serializers.BooleanField(default=True, help_text="So that Excel takes a CSV file for UTF-8.")
    delimiter = serializers.ChoiceField(list(DELIMITERS), default=",")


class ExportViewSet(FilteredViewSet):
    idempotent_actions = ("create",)
    file_actions = ("file",)
    query_parameters = {"list": rest.PAGING, "create": FILTERS}

    @extend_schema(responses={200: PageJson[ExportJson]})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List exports that a worker makes or has made.

        Newest first. They are removed when they expire.
        """
        project = self._project(project_id)
        page = self.paginate_queryset(Export.objects.filter(project_id=project.pk).newest_first())
        return self.get_paginated_response([self._shown(one) for one in page or []])

    @extend_schema(request=ExportSerializer, responses={202: ExportJson, 409: None})
    def create(self, request: Request, project_id: ObjectId) -> Response:
        """Have a worker make an export.

        Of what the filters find when it is made. For many reviews, and for those who do not want to hold a connection
        until the last of them. With five of one's own unfinished: 409.
        """
        project = self._project(project_id)
        asked = self._asked(project)
        said = self.said(ExportSerializer)
        try:
            ordered = background.order(project, asked, _form(said))
        except background.ExportRefused as refused:
            raise rest.Conflict(refused.message) from refused
        return Response(self._shown(ordered), status.HTTP_202_ACCEPTED)

    @extend_schema(responses={200: ExportJson})
    def retrieve(self, request: Request, project_id: ObjectId, export_id: ObjectId) -> Response:
        """Show an export."""
        return Response(self._shown(self._part(Export, project_id, export_id)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: ObjectId, export_id: ObjectId) -> Response:
        """Delete an export and its file.

        One that is still being made ends.
        """
        self._part(Export, project_id, export_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=FILES)
    def file(self, request: Request, project_id: ObjectId, export_id: ObjectId, key: str) -> StreamingHttpResponse:
        """Fetch the file of an export.

        From its `url`, which is good until the export expires.
        """
        one = self._part(Export, project_id, export_id)
        try:
            if one.is_opened_by(key):
                return response(request._request, background.file_of(one))
        except FileNotFoundError:
            pass  # expired in this moment
        raise Http404

    def _shown(self, one: Export) -> ExportJson:
        path = reverse("api:export_file", args=[one.project_id, one.pk, one.key]) if one.is_ready else None
        return {
            "id": str(one.pk),
            "project_id": str(one.project_id),
            "format": one.format,
            "query": one.query,
            "state": one.state,
            "message": one.message,
            "filename": one.filename or None,
            "size": one.size,
            "created_at": rest.utc(one.created_at),
            "finished_at": rest.utc(one.finished_at),
            "expires_at": rest.utc(one.expires_at),
            "url": self.request.build_absolute_uri(path) if path else None,
        }


def _form(said: dict[str, Any]) -> ExportRequest:
    columns = tuple(name for name in COLUMNS if not said["fields"] or name in said["fields"])
    return ExportRequest(said["format"], columns, said["bom"], DELIMITERS[said["delimiter"]])

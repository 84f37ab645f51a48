"""Saved views of the reviews of a project."""

from bson import ObjectId
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects.ownership import OfProject
from results import saving
from results.models import SavedView
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import PageJson


class SavedViewSerializer(rest.ModelSerializer):
    class Meta:
        model = SavedView
        fields = ("id", "name", "query", "created_at")
        read_only_fields = ("id", "created_at")
        extra_kwargs = {"query": {"help_text": "Filters and `sort` of the list, as in `sentiment=negative`."}}


class SavedViewViewSet(OfProject, rest.ViewSet):
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[SavedViewSerializer]})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List saved views of reviews."""
        page = self.paginate_queryset(SavedView.objects.of(self._project(project_id)))
        return self.get_paginated_response(SavedViewSerializer(page, many=True).data)

    @extend_schema(request=SavedViewSerializer, responses={201: SavedViewSerializer})
    def create(self, request: Request, project_id: ObjectId) -> Response:
        """Save a view: filters and an order under a name."""
        return self._saved(saving.new_view(self._project(project_id)), status.HTTP_201_CREATED)

    @extend_schema(responses={200: SavedViewSerializer})
    def retrieve(self, request: Request, project_id: ObjectId, view_id: ObjectId) -> Response:
        """Show a saved view."""
        return Response(SavedViewSerializer(self._part(SavedView, project_id, view_id)).data)

    @extend_schema(request=SavedViewSerializer(partial=True), responses={200: SavedViewSerializer})
    def update(self, request: Request, project_id: ObjectId, view_id: ObjectId) -> Response:
        """Rename a saved view, or change what it shows.

        What is named in the body is changed, the rest stays.
        """
        return self._saved(self._part(SavedView, project_id, view_id), status.HTTP_200_OK)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: ObjectId, view_id: ObjectId) -> Response:
        """Delete a saved view. Its reviews stay."""
        self._part(SavedView, project_id, view_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _saved(self, view: SavedView, code: int) -> Response:
        body = SavedViewSerializer(view, data=self.request.data, partial=not view._state.adding)
        saving.save(body.filled())
        return Response(SavedViewSerializer(view).data, code)

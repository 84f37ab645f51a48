"""Days that may have changed what people say."""

from bson import ObjectId
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects.ownership import OfProject
from results import comparing, marking
from results.api.comparing import ComparisonJson, comparison_as_json
from results.models import Marker
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import PageJson


class MarkerSerializer(rest.ModelSerializer):
    class Meta:
        model = Marker
        fields = ("id", "name", "day", "created_at")
        read_only_fields = ("id", "created_at")


class MarkerViewSet(OfProject, rest.ViewSet):
    query_parameters = {
        "list": rest.PAGING,
        "effect": {
            "days": rest.Whole(
                min_value=1, max_value=marking.MOST_DAYS, default=marking.DAYS, help_text="How many on each side."
            )
        },
    }

    @extend_schema(responses={200: PageJson[MarkerSerializer]})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List markers.

        Oldest day first.
        """
        page = self.paginate_queryset(Marker.objects.of(self._project(project_id)))
        return self.get_paginated_response(MarkerSerializer(page, many=True).data)

    @extend_schema(request=MarkerSerializer, responses={201: MarkerSerializer})
    def create(self, request: Request, project_id: ObjectId) -> Response:
        """Mark a day.

        A release, a sale: it is drawn on timelines.
        """
        return self._saved(marking.new_marker(self._project(project_id)), status.HTTP_201_CREATED)

    @extend_schema(responses={200: MarkerSerializer})
    def retrieve(self, request: Request, project_id: ObjectId, marker_id: ObjectId) -> Response:
        """Show a marker."""
        return Response(MarkerSerializer(self._part(Marker, project_id, marker_id)).data)

    @extend_schema(request=MarkerSerializer(partial=True), responses={200: MarkerSerializer})
    def update(self, request: Request, project_id: ObjectId, marker_id: ObjectId) -> Response:
        """Rename a marker, or move it to another day.

        What is named in the body is changed, the rest stays.
        """
        return self._saved(self._part(Marker, project_id, marker_id), status.HTTP_200_OK)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: ObjectId, marker_id: ObjectId) -> Response:
        """Delete a marker."""
        self._part(Marker, project_id, marker_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={200: ComparisonJson})
    def effect(self, request: Request, project_id: ObjectId, marker_id: ObjectId) -> Response:
        """Compare what was said before and after a marker.

        So many days from the marker's day on, with as many just before.
        """
        marker = self._part(Marker, project_id, marker_id)
        wanted = marking.before_and_after(marker, self.asked["days"])
        return Response(comparison_as_json(comparing.compare(marker.project, wanted)))

    def _saved(self, marker: Marker, code: int) -> Response:
        body = MarkerSerializer(marker, data=self.request.data, partial=not marker._state.adding)
        marking.save(body.filled())
        return Response(MarkerSerializer(marker).data, code)

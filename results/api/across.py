"""What is about several projects at once."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from results import across
from results.api.comparing import ComparisonJson, comparison_as_json
from results.api.filtered import refuse_empty
from results.parameters import ACROSS
from sentimatrix_studio import rest


class AcrossViewSet(rest.ViewSet):
    query_parameters = {"compare": ACROSS}

    @extend_schema(responses={200: ComparisonJson})
    def compare(self, request: Request) -> Response:
        """Compare projects.

        Two to five of one's own, archived ones included, on the days they share. Labels are three unless all of them
        have five.
        """
        refuse_empty(request.query_params)
        wanted = across.Asked.parse(request.user, request.query_params)
        return Response(comparison_as_json(across.compare(wanted)))

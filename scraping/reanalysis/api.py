"""Reading reviews again."""

from bson import ObjectId
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from projects.config import ENGINES
from results.api.filtered import FilteredViewSet
from results.parameters import FILTERS
from scraping.api import answer, refusals
from scraping.reanalysis import starting
from scraping.shapes import JobSerializer
from sentimatrix_studio import rest


class ReanalysisSerializer(rest.Serializer):
    engine = serializers.ChoiceField(ENGINES, required=False, help_text="The project's own if none is named.")


class ReanalysisViewSet(FilteredViewSet):
    idempotent_actions = ("start",)
    query_parameters = {"start": FILTERS}

    @extend_schema(request=ReanalysisSerializer, responses={202: JobSerializer, 400: None, 409: None})
    def start(self, request: Request, project_id: ObjectId) -> Response:
        """Read reviews again.

        A job has an engine read what the filters find, all reviews without any. What a person has said of one stays.
        Where an engine cannot be had the built-in one reads, and the log of the job says why. Without a review to read:
        400. While another job of the project runs: 409.
        """
        project = self._project(project_id)
        asked = self._asked(project)
        said = self.said(ReanalysisSerializer)
        with refusals():
            job = starting.start(project, asked, said.get("engine", ""))
        return answer(job, status.HTTP_202_ACCEPTED)

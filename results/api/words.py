"""What reviews say: the words that tell something, and what is praised, criticised and asked for."""

from bson import ObjectId
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects.models import Project
from results import insights, keywords
from results.api.filtered import FilteredViewSet
from results.filters import ResultFilter
from results.insights import InsightsJson
from results.keywords import KeywordsJson, RisingJson
from results.parameters import FILTERS
from sentimatrix_studio import rest

MOST = 50
# Sides are compared, so all of them are read, and only what has a label is on one.
COMPARED = {name: field for name, field in FILTERS.items() if name not in ("sentiment", "state")}
LISTED = {
    **COMPARED,
    "limit": rest.Whole(min_value=1, max_value=MOST, default=keywords.MOST, help_text="Terms a list."),
}


class WordsViewSet(FilteredViewSet):
    query_parameters = {"keywords": LISTED, "rising": LISTED}

    @extend_schema(responses={200: KeywordsJson})
    def keywords(self, request: Request, project_id: ObjectId) -> Response:
        """Find the words that set praise and blame apart.

        By class-based TF-IDF, over the newest 4,000 reviews with a label at most: `read` says how many those were. A
        word counts in all its forms, as the search finds it.
        """
        return Response(keywords.keywords(*self._compared(project_id), self.asked["limit"]))

    @extend_schema(responses={200: RisingJson})
    def rising(self, request: Request, project_id: ObjectId) -> Response:
        """Find the words that come up more than before.

        The days asked for beside as many days before them; without ``date_from`` the last four weeks. Only what is
        more than chance.
        """
        return Response(keywords.rising(*self._compared(project_id), self.asked["limit"]))

    def _compared(self, project_id: ObjectId) -> tuple[Project, ResultFilter]:
        project = self._project(project_id)
        return project, self._asked(project, only=tuple(COMPARED))


class InsightsViewSet(FilteredViewSet):
    bodiless_actions = ("create",)
    query_parameters = {"retrieve": COMPARED, "create": COMPARED}

    @extend_schema(responses={200: InsightsJson})
    def retrieve(self, request: Request, project_id: ObjectId) -> Response:
        """Show what is praised, criticised and asked for.

        What a worker wrote last for exactly these filters; `state` is `none` where nobody has asked for it.
        """
        project = self._project(project_id)
        asked = self._asked(project, only=tuple(COMPARED))
        return Response(insights.as_json(project, asked, insights.find(project, asked)))

    @extend_schema(request=None, responses={202: InsightsJson})
    def create(self, request: Request, project_id: ObjectId) -> Response:
        """Have it written what is praised, criticised and asked for.

        By a worker: ask for the insights of the same filters until `state` is no longer `waiting`.
        """
        project = self._project(project_id)
        asked = self._asked(project, only=tuple(COMPARED))
        row = insights.ask(project, asked)
        return Response(insights.as_json(project, asked, row), status=status.HTTP_202_ACCEPTED)

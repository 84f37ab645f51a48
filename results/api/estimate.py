"""What it would cost to let a language model read, before it is asked."""

from typing import TypedDict

from bson import ObjectId
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from results.analysis.estimating import Outlook, outlook
from results.api.filtered import FilteredViewSet
from results.parameters import FILTERS
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count


class EstimateJson(TypedDict):
    """`model` is null where none is chosen, `cost_usd` where nobody knows the price. Of `reviews`, those `remembered`
    cost nothing. `notice` says why the built-in engine would read instead, or the rest; else it is empty.
    """

    model: str | None
    reviews: Count
    remembered: Count
    calls: Count
    tokens_sent: Count
    tokens_received: Count
    cost_usd: float | None
    budget_usd: float
    month_spent_usd: float
    month_budget_usd: float
    notice: str


class EstimateViewSet(FilteredViewSet):
    query_parameters = {
        "retrieve": {
            **FILTERS,
            "next_run": rest.Flag(help_text="Of a run that brings as many as it may, in place of reviews there are."),
        }
    }

    @extend_schema(responses={200: EstimateJson})
    def retrieve(self, request: Request, project_id: ObjectId) -> Response:
        """Estimate what a language model would cost.

        To read the reviews the filters find, or those of the ``next_run``, with the model of the project's settings.
        Nothing is sent anywhere.
        """
        project = self._project(project_id)
        reviews = None if self.asked["next_run"] else self._asked(project).queryset(project)
        return Response(estimate_as_json(outlook(project, reviews), project.config["limits"]["llm_budget_usd"]))


def estimate_as_json(found: Outlook, budget: float) -> EstimateJson:
    estimate = found.estimate
    return {
        "model": estimate.model if estimate else None,
        "reviews": estimate.reviews if estimate else 0,
        "remembered": estimate.remembered if estimate else 0,
        "calls": estimate.calls if estimate else 0,
        "tokens_sent": estimate.sent if estimate else 0,
        "tokens_received": estimate.received if estimate else 0,
        "cost_usd": estimate.dollars if estimate else None,
        "budget_usd": budget,
        "month_spent_usd": found.month,
        "month_budget_usd": found.most_a_month,
        "notice": found.notice,
    }

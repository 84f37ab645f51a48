"""Figures of reviews."""

from typing import Any

from bson import ObjectId
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import validate_timezone
from projects.models import Project
from results import analytics, aspects_counted, comparing
from results.api.comparing import ComparisonJson, comparison_as_json
from results.api.filtered import FilteredViewSet
from results.counting import CountedFrom, Counting
from results.filters import ResultFilter
from results.parameters import FILTERS, OTHER_PERIOD

COMPARE = serializers.ChoiceField(
    ["previous"], required=False, help_text="With the same figures of as many days before, and what has changed."
)
INTERVAL = serializers.ChoiceField(analytics.INTERVALS, default="day")
ZONE = serializers.CharField(
    default="UTC",
    validators=[validate_timezone],
    help_text="The time zone of hours, and of periods within 92 days, such as `Europe/Vienna`; else they are UTC.",
)


class AnalyticsViewSet(FilteredViewSet):
    """By whole days, platforms and targets figures are read off roll-ups; for all other filters reviews are counted."""

    query_parameters = {
        "summary": {**FILTERS, "compare": COMPARE},
        "sentiment_timeline": {**FILTERS, "interval": INTERVAL, "tz": ZONE},
        "emotions": FILTERS,
        "platforms": FILTERS,
        "aspects": FILTERS,
        "compare": {**FILTERS, **OTHER_PERIOD, "by": serializers.ChoiceField(comparing.WAYS, default="targets")},
    }
    answer_headers = {
        "summary": ["X-Counted-From"],
        "sentiment_timeline": ["X-Counted-From", "X-Time-Zone"],
        "emotions": ["X-Counted-From"],
        "platforms": ["X-Counted-From"],
        "aspects": ["X-Counted-From"],
    }

    @extend_schema(responses={200: analytics.SummaryJson, 503: None})
    def summary(self, request: Request, project_id: ObjectId) -> Response:
        """Sum reviews up.

        With ``compare=previous`` beside as many days before.
        """
        project, asked = self._scope(project_id)
        sum_up = analytics.summary_with_previous if self.asked.get("compare") else analytics.summary
        return _answer(sum_up(project, asked), Counting(project, asked).counted_from)

    @extend_schema(responses={200: list[analytics.TimelinePointJson], 503: None})
    def sentiment_timeline(self, request: Request, project_id: ObjectId) -> Response:
        """Follow sentiment over time.

        Periods without reviews are left out. By the hour it takes ``date_from`` and ``date_to``, at most 31 days apart.
        Dates are days of UTC whatever the zone of the periods is: the first and the last may be cut.
        """
        project, asked = self._scope(project_id)
        interval, counting = self.asked["interval"], Counting(project, asked)
        zone = counting.zone_of(interval, self.asked["tz"])
        points = analytics.sentiment_timeline(project, asked, interval, zone)
        return _answer(points, counting.periods_counted_from(interval, zone), zone)

    @extend_schema(responses={200: list[analytics.EmotionCountJson], 503: None})
    def emotions(self, request: Request, project_id: ObjectId) -> Response:
        """Count the strongest emotions of reviews.

        Most frequent first; those nobody feels are left out.
        """
        project, asked = self._scope(project_id)
        return _answer(analytics.emotions(project, asked), Counting(project, asked).counted_from)

    @extend_schema(responses={200: list[analytics.PlatformCountJson], 503: None})
    def platforms(self, request: Request, project_id: ObjectId) -> Response:
        """Compare platforms.

        Most reviews first.
        """
        project, asked = self._scope(project_id)
        return _answer(analytics.platforms(project, asked), Counting(project, asked).counted_from)

    @extend_schema(responses={200: list[aspects_counted.AspectFiguresJson], 503: None})
    def aspects(self, request: Request, project_id: ObjectId) -> Response:
        """Say what is praised and what hurts.

        Most mentioned first, with two quotes each. An approximation, found where the project's settings ask for it.
        """
        project, asked = self._scope(project_id)
        return _answer(aspects_counted.figures(project, asked), Counting(project, asked).counted_from)

    @extend_schema(responses={200: ComparisonJson, 503: None})
    def compare(self, request: Request, project_id: ObjectId) -> Response:
        """Compare targets, platforms or periods.

        By ``targets`` or ``platforms`` it takes two to five, or those with most reviews if none is named.

        By ``periods`` it takes the days asked for and others, which come first. The first part is what others are
        compared with.
        """
        project, asked = self._scope(project_id)
        wanted = comparing.Asked.parse(project, asked, request.query_params)
        return Response(comparison_as_json(comparing.compare(project, wanted)))

    def _scope(self, project_id: ObjectId) -> tuple[Project, ResultFilter]:
        project = self._project(project_id)
        return project, self._asked(project)


def _answer(figures: Any, counted_from: CountedFrom, zone: str = "") -> Response:
    """A list has no room for where it comes from: it is said beside it."""
    return Response(figures, headers={"X-Counted-From": counted_from} | ({"X-Time-Zone": zone} if zone else {}))

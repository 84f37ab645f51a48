"""Figures of reviews."""

from bson import ObjectId
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from projects.models import Project
from results import analytics
from results.api.filtered import OfProject
from results.filters import COUNTED_BY_DAY, ResultFilter
from results.parameters import BY_DAY


class AnalyticsViewSet(OfProject):
    query_parameters = {
        "summary": BY_DAY,
        "sentiment_timeline": {**BY_DAY, "interval": serializers.ChoiceField(analytics.INTERVALS, default="day")},
        "emotions": BY_DAY,
        "platforms": BY_DAY,
    }

    @extend_schema(responses={200: analytics.SummaryJson})
    def summary(self, request: Request, project_id: ObjectId) -> Response:
        """Sum reviews up."""
        return Response(analytics.summary(*self._scope(project_id)))

    @extend_schema(responses={200: list[analytics.TimelinePointJson]})
    def sentiment_timeline(self, request: Request, project_id: ObjectId) -> Response:
        """Follow sentiment over time.

        Periods without reviews are left out. By the hour it takes ``date_from`` and ``date_to``, at most 31 days apart.
        """
        return Response(analytics.sentiment_timeline(*self._scope(project_id), self.asked["interval"]))

    @extend_schema(responses={200: list[analytics.EmotionCountJson]})
    def emotions(self, request: Request, project_id: ObjectId) -> Response:
        """Count the strongest emotions of reviews.

        Most frequent first; those nobody feels are left out.
        """
        return Response(analytics.emotions(*self._scope(project_id)))

    @extend_schema(responses={200: list[analytics.PlatformCountJson]})
    def platforms(self, request: Request, project_id: ObjectId) -> Response:
        """Compare platforms.

        Most reviews first.
        """
        return Response(analytics.platforms(*self._scope(project_id)))

    def _scope(self, project_id: ObjectId) -> tuple[Project, ResultFilter]:
        project = self._project(project_id)
        asked = self._asked(project, only=COUNTED_BY_DAY)
        if self.asked.get("interval") != "hour":
            asked.require_whole_days()
        return project, asked

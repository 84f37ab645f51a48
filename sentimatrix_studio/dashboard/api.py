"""The dashboard for programs."""

from datetime import timedelta
from typing import Annotated, Any, Literal, TypedDict, cast

from bson import ObjectId
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.ownership import owned_or_404, signed_in
from projects.choices import ProjectStatus
from projects.models import Project
from results.analytics import Distribution
from results.models import DailyRollup
from results.panels import Periods
from results.report import today
from results.tallies import RATING, SENTIMENT, Tally
from scraping.models import Job
from scraping.shapes import JobSerializer
from sentimatrix_studio import rest
from sentimatrix_studio.dashboard.activity import ActivityJson, activity_as_json, recent_activity
from sentimatrix_studio.dashboard.changes import WEEK, WeeklyChangeJson, change_as_json, changes, first_day
from sentimatrix_studio.dashboard.overall import course, overall
from sentimatrix_studio.shapes import Count, Day, Id, Score, Stars

MOST_JOBS = 5
DAYS = rest.Whole(min_value=1, max_value=366, default=30, help_text="How many, up to today.")
INTERVAL = serializers.ChoiceField(["day", "week", "month"], default="day")


class OverallJson(TypedDict):
    """Reviews of the last days are those that are dated so; all else is as of now. Sentiments are the three sides."""

    total_targets: Count
    total_results: Count
    total_scrape_jobs: Count
    jobs_last_24h: Count
    results_last_7_days: Count
    avg_sentiment_score: Score | None
    sentiment_distribution: Distribution
    platform_distribution: dict[str, Count]
    recent_jobs: list[JobSerializer]
    recent_activity: list[ActivityJson]


class DashboardJson(OverallJson):
    total_projects: Count
    active_projects: Count


class ProjectDashboardJson(OverallJson):
    project_id: Id
    name: str
    status: Annotated[str, ProjectStatus]
    changes: list[WeeklyChangeJson]


class WeekJson(TypedDict):
    date_from: Day
    date_to: Day
    total_results: Count
    avg_sentiment_score: Score | None
    avg_rating: Stars | None
    sentiment_distribution: Distribution


class DashboardSummaryJson(TypedDict):
    """Seven days up to today (UTC) beside the seven before, and what has changed by more than chance."""

    this_week: WeekJson
    week_before: WeekJson
    changes: list[WeeklyChangeJson]
    running_jobs: Count


class SentimentPointJson(TypedDict):
    date: Day
    avg_score: Score | None
    positive: Count
    neutral: Count
    negative: Count


class VolumePointJson(TypedDict):
    date: Day
    count: Count


class SentimentTrendJson(TypedDict):
    """Every period there is, those without reviews as well."""

    interval: Literal["day", "week", "month"]
    points: list[SentimentPointJson]


class VolumeTrendJson(TypedDict):
    """Every period there is, those without reviews as well."""

    interval: Literal["day", "week", "month"]
    points: list[VolumePointJson]


class DashboardViewSet(rest.ViewSet):
    query_parameters = {
        "sentiment": {"days": DAYS, "interval": INTERVAL},
        "volume": {"days": DAYS, "interval": INTERVAL},
    }

    @extend_schema(responses={200: DashboardJson})
    def show(self, request: Request) -> Response:
        """Sum all projects up.

        Archived ones are left out.
        """
        user = signed_in(request)
        rows = list(_projects(user).values_list("pk", "status"))
        found: DashboardJson = {
            "total_projects": len(rows),
            "active_projects": sum(status == ProjectStatus.ACTIVE for _, status in rows),
            **_overall(user, [pk for pk, _ in rows]),
        }
        return Response(found)

    @extend_schema(responses={200: DashboardSummaryJson})
    def summary(self, request: Request) -> Response:
        """Say what changed this week.

        In words and numbers. Nothing is claimed on fewer than twenty reviews, or where it may well be chance.
        """
        user = signed_in(request)
        ids = _ids(user)
        weeks = DailyRollup.objects.filter(project_id__in=ids).between(first_day() - WEEK, today())
        before, now = weeks.before_and_since(first_day(), (), (*SENTIMENT, *RATING)).get((), (Tally({}), Tally({})))
        found: DashboardSummaryJson = {
            "this_week": _week(now, 0),
            "week_before": _week(before, 1),
            "changes": [change_as_json(change) for change in changes(user, ids)],
            "running_jobs": Job.objects.shown_to(user).live().count(),
        }
        return Response(found)

    @extend_schema(responses={200: SentimentTrendJson})
    def sentiment(self, request: Request) -> Response:
        """Follow the sentiment of all projects."""
        points = [_sentiment_point(start.isoformat(), tally) for start, tally in self._course()]
        return Response({"interval": self.asked["interval"], "points": points})

    @extend_schema(responses={200: VolumeTrendJson})
    def volume(self, request: Request) -> Response:
        """Follow how many reviews all projects get."""
        points: list[VolumePointJson] = [
            {"date": start.isoformat(), "count": tally.total} for start, tally in self._course()
        ]
        return Response({"interval": self.asked["interval"], "points": points})

    @extend_schema(responses={200: ProjectDashboardJson})
    def project(self, request: Request, project_id: ObjectId) -> Response:
        """Sum a project up."""
        user, project = signed_in(request), owned_or_404(Project, request.user, project_id)
        found: ProjectDashboardJson = {
            "project_id": str(project.pk),
            "name": project.name,
            "status": project.status,
            "changes": [change_as_json(change) for change in changes(user, [project.pk])],
            **_overall(user, [project.pk], only_these=True),
        }
        return Response(found)

    def _course(self) -> Periods:
        start = today() - timedelta(days=self.asked["days"] - 1)
        return course(_ids(signed_in(self.request)), start, self.asked["interval"])


def _projects(user: User) -> Any:
    return Project.objects.owned_by(user).not_archived()


def _ids(user: User) -> list[ObjectId]:
    return list(_projects(user).values_list("pk", flat=True))


def _overall(user: User, ids: list[ObjectId], *, only_these: bool = False) -> OverallJson:
    found = overall(ids)
    jobs = Job.objects.filter(project_id__in=ids).with_collecting().order_by("-created_at", "-pk")
    return {
        "total_targets": found.targets,
        "total_results": found.tally.total,
        "total_scrape_jobs": found.jobs,
        "jobs_last_24h": found.jobs_last_24h,
        "results_last_7_days": found.results_last_7_days,
        "avg_sentiment_score": found.tally.avg_score,
        "sentiment_distribution": found.tally.polarities,
        "platform_distribution": {platform: tally.total for platform, tally in found.by_platform.items()},
        "recent_jobs": cast(Any, JobSerializer(jobs[:MOST_JOBS], many=True).data),
        "recent_activity": [activity_as_json(one) for one in recent_activity(user, ids, only_these=only_these)],
    }


def _week(tally: Tally, weeks_ago: int) -> WeekJson:
    start = first_day() - weeks_ago * WEEK
    return {
        "date_from": start.isoformat(),
        "date_to": (start + WEEK - timedelta(days=1)).isoformat(),
        "total_results": tally.total,
        "avg_sentiment_score": tally.avg_score,
        "avg_rating": tally.avg_rating,
        "sentiment_distribution": tally.polarities,
    }


def _sentiment_point(day: str, tally: Tally) -> SentimentPointJson:
    sides = tally.polarities
    return {
        "date": day,
        "avg_score": tally.avg_score,
        "positive": sides["positive"],
        "neutral": sides["neutral"],
        "negative": sides["negative"],
    }

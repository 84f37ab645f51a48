"""What some projects of one person add up to: roll-ups and counts, never a look at reviews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bson import ObjectId
from django.utils import timezone

from projects.models import Target
from results.counting import Period
from results.models import DailyRollup, TotalRollup
from results.panels import Periods
from results.report import filled, today
from results.tallies import SENTIMENT, Tally
from scraping.models import Job
from sentimatrix_studio.mongo.pipelines import united

LATELY = timedelta(days=30)  # figures of all days are compared by these and as many before


@dataclass(frozen=True, slots=True)
class Overall:
    by_platform: dict[str, Tally]  # most reviews first
    targets: int
    jobs: int
    jobs_last_24h: int
    results_last_7_days: int  # by the day they are of

    @property
    def tally(self) -> Tally:
        return sum(self.by_platform.values(), Tally({}))


def overall(project_ids: Sequence[ObjectId]) -> Overall:
    """In three queries."""
    found = TotalRollup.objects.filter(project_id__in=project_ids).tally_by("platform", SENTIMENT)
    week = DailyRollup.objects.filter(project_id__in=project_ids).between(today() - timedelta(days=6), today())
    counted: dict[str, int] = {}
    for row in _counted(project_ids):
        counted |= row
    return Overall(
        by_platform=dict(sorted(found.items(), key=lambda group: (-group[1].total, group[0]))),
        targets=counted.get("targets", 0),
        jobs=counted.get("jobs", 0),
        jobs_last_24h=counted.get("lately", 0),
        results_last_7_days=week.tally(["total"]).total,
    )


def _counted(project_ids: Sequence[ObjectId]) -> Iterable[dict[str, Any]]:
    of_these = {"$match": {"project_id": {"$in": list(project_ids)}}}
    since = timezone.now() - timedelta(days=1)
    lately = {"$sum": {"$cond": [{"$gte": ["$created_at", since]}, 1, 0]}}
    return united(
        (Target, [of_these, {"$group": {"_id": None, "targets": {"$sum": 1}}}]),
        (Job, [of_these, {"$group": {"_id": None, "jobs": {"$sum": 1}, "lately": lately}}]),
    )


def course(project_ids: Sequence[ObjectId], start: date, interval: Period) -> Periods:
    """Every period from the one the day is in to that of today."""
    rollups = DailyRollup.objects.filter(project_id__in=project_ids).between(start, today())
    return filled(rollups.tally_by_period(interval, SENTIMENT), start, today(), interval)

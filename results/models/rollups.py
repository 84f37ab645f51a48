from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Self

from django.db import models
from django_mongodb_backend.fields import ObjectIdField

from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.choices import Platform
from projects.models import Project, Target
from results.tallies import COUNTERS, Tally
from sentimatrix_studio.mongo.pipelines import collection, condition, session


class RollupQuerySet(OwnedQuerySet):
    """Each tally is one ``$group`` over the roll-ups of the queryset, whatever the number of reviews behind them."""

    def tally(self, counters: Iterable[str] = COUNTERS) -> Tally:
        return next((tally for _, tally in self._groups(None, counters)), Tally({}))

    def tally_by(self, column: str, counters: Iterable[str] = COUNTERS) -> dict[Any, Tally]:
        """By ``platform``, ``target_id``, ``project_id`` or ``owner_id``."""
        return dict(self._groups(f"${column}", counters))

    def _groups(self, key: Any, counters: Iterable[str]) -> list[tuple[Any, Tally]]:
        sums = {name: {"$sum": f"$counters.{name}"} for name in counters}
        return [(row.pop("_id"), Tally(row)) for row in self._aggregate({"$group": {"_id": key, **sums}})]

    def _aggregate(self, *stages: dict[str, Any]) -> Iterator[dict[str, Any]]:
        pipeline = [{"$match": condition(self)}, *stages]
        yield from collection(self.model).aggregate(pipeline, session=session())


class DailyRollupQuerySet(RollupQuerySet):
    def between(self, start: date | None, end: date | None) -> Self:
        """Days from ``start`` to ``end``, both included; None leaves that side open."""
        rows = self.filter(day__gte=_midnight(start)) if start else self
        return rows.filter(day__lte=_midnight(end)) if end else rows

    def tally_by_period(self, unit: str, counters: Iterable[str] = COUNTERS) -> dict[date, Tally]:
        """By the first day of each ``day``, ``week`` (from Monday) or ``month``, in order; empty ones are left out."""
        found = self._groups(period(unit), counters)
        return {start.date(): tally for start, tally in sorted(found, key=lambda group: group[0])}

    def before_and_since(
        self, day: date, columns: Sequence[str], counters: Iterable[str] = COUNTERS
    ) -> dict[tuple[Any, ...], tuple[Tally, Tally]]:
        """By the values of the columns: what was counted before the day, and since."""
        key: dict[str, Any] = {column: f"${column}" for column in columns}
        key["is_since"] = {"$gte": ["$day", _midnight(day)]}
        found: dict[tuple[Any, ...], list[Tally]] = {}
        for group, tally in self._groups(key, counters):
            pair = found.setdefault(tuple(group[column] for column in columns), [Tally({}), Tally({})])
            pair[group["is_since"]] = tally
        return {values: (before, since) for values, (before, since) in found.items()}

    def first_and_last_day(self) -> tuple[date, date] | None:
        group = {"$group": {"_id": None, "first": {"$min": "$day"}, "last": {"$max": "$day"}}}
        found = next(self._aggregate(group), None)
        return (found["first"].date(), found["last"].date()) if found else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def period(unit: str) -> Any:
    return "$day" if unit == "day" else {"$dateTrunc": {"date": "$day", "unit": unit, "startOfWeek": "monday"}}


class Rollup(OwnedModel):
    """How many reviews of which kind one target got."""

    id = ObjectIdField(primary_key=True, db_column="_id", editable=False)  # made of what it is about: see rollups.py
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.CharField(max_length=12, choices=Platform)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="+")
    counters = models.JSONField(default=dict)  # every name of COUNTERS → integer

    class Meta:
        abstract = True


class DailyRollup(Rollup):
    """On one day (UTC): what charts and figures of a period read."""

    day = models.DateTimeField()  # midnight UTC

    objects = DailyRollupQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project", "day"], name="rollup_project_day"),
            models.Index(fields=["owner", "day"], name="rollup_owner_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.platform}"


class TotalRollup(Rollup):
    """On all its days together: a sum over years takes one document of a target instead of a thousand."""

    objects = RollupQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project"], name="total_project"),
            models.Index(fields=["owner"], name="total_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.platform}, all days"

from datetime import date
from typing import Any

from django.db import models

from results.models.rollups import DailyRollupQuerySet, Rollup, period
from results.tallies import ASPECT_COUNTERS, AspectTally


class AspectRollupQuerySet(DailyRollupQuerySet):
    def tally_by_aspect(self) -> dict[str, AspectTally]:
        return {key["aspect"]: tally for key, tally in self._by_aspect({})}

    def tally_by_aspect_and(self, column: str) -> dict[tuple[str, Any], AspectTally]:
        """By aspect, and by ``platform`` or ``target_id``."""
        return {(key["aspect"], key["other"]): tally for key, tally in self._by_aspect({"other": f"${column}"})}

    def tally_by_aspect_and_period(self, unit: str) -> dict[tuple[str, date], AspectTally]:
        """By aspect and the first day of each ``day``, ``week`` or ``month``: of daily ones."""
        return {(key["aspect"], key["start"].date()): tally for key, tally in self._by_aspect({"start": period(unit)})}

    def _by_aspect(self, beside: dict[str, Any]) -> list[tuple[dict[str, Any], AspectTally]]:
        sums = {name: {"$sum": f"$counters.{name}"} for name in ASPECT_COUNTERS}
        groups = self._aggregate({"$group": {"_id": {"aspect": "$aspect", **beside}, **sums}})
        return [(row.pop("_id"), AspectTally(**row)) for row in groups]


class AspectRollup(Rollup):
    """How many reviews of one target mention an aspect, and what they say of it."""

    aspect = models.CharField(max_length=40)

    class Meta:
        abstract = True


class DailyAspectRollup(AspectRollup):
    """On one day (UTC)."""

    day = models.DateTimeField()  # midnight UTC

    objects = AspectRollupQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project", "day"], name="aspect_project_day"),
            models.Index(fields=["owner"], name="aspect_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.aspect}, {self.day:%Y-%m-%d} {self.platform}"


class TotalAspectRollup(AspectRollup):
    """On all its days together."""

    objects = AspectRollupQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project"], name="aspect_total_project"),
            models.Index(fields=["owner"], name="aspect_total_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.aspect}, {self.platform}, all days"

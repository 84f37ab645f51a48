"""Which reviews of a target a visit is after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from projects.models import Target
from results import ingest


@dataclass(frozen=True)
class Scope:
    """Which reviews of a target are wanted."""

    max_results: int | None
    date_from: datetime | None
    date_to: datetime | None  # the first moment that is too late

    @classmethod
    def of(cls, options: dict[str, Any], target: Target) -> "Scope":
        """By the job's options, else by the limits of the project; files are read to their end."""
        most = target.project.config["limits"]["max_reviews_per_target"]
        limit = options.get("max_results") or (None if target.is_file else most)
        date_to = _midnight(options.get("date_to"))
        return cls(limit, _midnight(options.get("date_from")), date_to + timedelta(days=1) if date_to else None)

    @property
    def is_narrowed(self) -> bool:
        """Whether reviews of some dates only are wanted."""
        return self.date_from is not None or self.date_to is not None

    def cut(self, items: Iterable[ingest.Item], collected: int) -> list[ingest.Item]:
        wanted = [item for item in items if self._covers(item.published_at)]
        return wanted if self.max_results is None else wanted[: max(0, self.max_results - collected)]

    def is_met(self, collected: int) -> bool:
        return self.max_results is not None and collected >= self.max_results

    def is_passed(self, items: Sequence[ingest.Item]) -> bool:
        """Whether a page that goes back in time has left the dates asked for: then nothing behind it is wanted."""
        if self.date_from is None or len(items) < 2 or not is_newest_first(items):
            return False
        newest = items[0].published_at
        return newest is not None and newest < self.date_from

    def fraction(self, collected: int, reported_total: int | None) -> float:
        ends = [end for end in (self.max_results, reported_total) if end]
        return min(1.0, collected / min(ends)) if ends else 0.0

    def _covers(self, at: datetime | None) -> bool:
        if at is None:
            return self.date_from is None and self.date_to is None
        return (self.date_from is None or at >= self.date_from) and (self.date_to is None or at < self.date_to)


def _midnight(day: str | None) -> datetime | None:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None


def is_newest_first(items: Sequence[ingest.Item]) -> bool:
    """Whether all have dates, and the later ones come first."""
    dates = [item.published_at for item in items if item.published_at]
    return len(dates) == len(items) and dates == sorted(dates, reverse=True)

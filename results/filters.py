"""Which reviews: one definition for the page, the API, exports and deletion.

asked = ResultFilter.parse(project, request.GET)    # ValidationError says what is wrong with which parameter
asked.queryset(project), asked.query    # what it counts: counting.py; in words: chips.py
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.http import QueryDict

from projects.models import Project, Target
from results import reading, rollups, searching
from results.choices import labels_covered
from results.models import (
    AspectRollupQuerySet,
    DailyAspectRollup,
    DailyRollup,
    DailyRollupQuerySet,
    Result,
    ResultQuerySet,
    RollupQuerySet,
    TotalAspectRollup,
)

COUNTED_BY_DAY = ("platform", "target_id", "date_from", "date_to")  # what a roll-up can tell apart besides its counters
TARGETS_MERGED = 100  # up to so many targets MongoDB merges their indexes; beyond, one index and a filter is faster

DAY, MOMENT = timedelta(days=1), timedelta(milliseconds=1)  # the least that MongoDB tells apart

Rollups = TypeVar("Rollups", bound=RollupQuerySet)


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Reviews that match everything that is set; within a tuple any value will do. Empty finds all."""

    sentiment: tuple[str, ...] = ()  # as the project names them: of three, "positive" covers the very positive
    platform: tuple[str, ...] = ()
    target_id: tuple[ObjectId, ...] = ()
    emotion: tuple[str, ...] = ()  # the strongest of a review
    aspect: tuple[str, ...] = ()  # that it mentions; "story:negative" is what it says of it
    language: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    label_source: tuple[str, ...] = ()
    rating_min: float | None = None  # on a scale of 0 … 5, whatever the platform's own is
    rating_max: float | None = None
    min_confidence: float | None = None
    search: str = ""
    date_from: date | datetime | None = None
    date_to: date | datetime | None = None  # a date means to its end, in UTC
    job_id: ObjectId | None = None

    @classmethod
    def parse(
        cls, project: Project, query: QueryDict, *, only: Collection[str] = (), beside: Collection[str] = ()
    ) -> Self:
        """The filter a query string asks for.

        Several values of a name may be given as ``a=1&a=2`` or ``a=1,2``; empty ones are as good as absent. ``beside``
        are parameters that mean something else to the caller. With ``only`` other filters are unknown.

        Raises ValidationError naming each parameter that is unknown or wrong.
        """
        known = only or reading.READERS
        values, errors = {}, {}
        for name in query:
            if name in known:
                try:
                    values[name] = reading.READERS[name](query.getlist(name), project)
                except ValidationError as error:
                    errors[name] = error
            elif name not in beside:
                errors[name] = ValidationError("There is no such query parameter.")
        if errors:
            raise ValidationError(errors)
        asked = cls(**values)
        asked._check_order()
        return asked

    def _check_order(self) -> None:
        if self.start and self.end and self.start >= self.end:
            raise ValidationError({"date_to": "This is before date_from."})
        if None not in (self.rating_min, self.rating_max) and self.rating_min > self.rating_max:  # type: ignore[operator]
            raise ValidationError({"rating_max": "This is less than rating_min."})

    # What it is

    def items(self) -> Iterator[tuple[str, Any]]:
        """The parts that are set."""
        for field in fields(self):
            if (value := getattr(self, field.name)) not in ((), "", None):
                yield field.name, value

    @property
    def is_empty(self) -> bool:
        return not any(self.items())

    @property
    def is_of_one_word(self) -> bool:
        """Besides days: an index has both."""
        names = {name for name, _ in self.items()}
        return "search" in names <= {"search", "date_from", "date_to"} and searching.parse(self.search).is_one_word

    @property
    def start(self) -> datetime | None:
        """The first moment."""
        return first_moment(self.date_from) if self.date_from else None

    @property
    def end(self) -> datetime | None:
        """The first moment after."""
        return moment_after(self.date_to) if self.date_to else None

    @property
    def query(self) -> str:
        """The query string that asks for the same; empty if everything is asked for."""
        return urlencode(
            [
                (name, reading.written(one))
                for name, value in self.items()
                for one in (value if isinstance(value, tuple) else (value,))
            ]
        )

    def without(self, *names: str, value: Any = None) -> Self:
        """The filter less some of its parts; with ``value`` only that one of a part's several values is dropped."""
        if value is None:
            kept: dict[str, Any] = {field.name: field.default for field in fields(self) if field.name in names}
        else:
            kept = {name: tuple(one for one in getattr(self, name) if one != value) for name in names}
        return replace(self, **kept)

    # What it finds

    def queryset(self, project: Project) -> ResultQuerySet:
        rows: ResultQuerySet = Result.objects.filter(project_id=project.pk, **self._columns(project))
        if self.platform or self.target_id:
            rows = self._of_targets(rows, project)
        return rows.searched(searching.condition(project.pk, self.search)) if self.search else rows

    def _columns(self, project: Project) -> dict[str, Any]:
        shown = self.sentiment
        lookups = {
            "sentiment__in": [label for name in shown for label in labels_covered(name, project.sentiment_classes)],
            "emotion__in": self.emotion,
            "aspects__mention": self.aspect,
            "language__in": self.language,
            "state__in": self.state,
            "label_source__in": self.label_source,
            "job_id": self.job_id,
            "stars__gte": self.rating_min,
            "stars__lte": self.rating_max,
            "confidence__gte": self.min_confidence,
            "dated_at__gte": self.start,
            "dated_at__lt": self.end,
        }
        return {lookup: value for lookup, value in lookups.items() if value not in ((), [], "", None)}

    def _of_targets(self, rows: ResultQuerySet, project: Project) -> ResultQuerySet:
        """A target has one platform, so one index on targets serves both filters."""
        targets = Target.objects.filter(project_id=project.pk)
        if self.platform:
            targets = targets.filter(platform__in=self.platform)
        if self.target_id:
            targets = targets.filter(pk__in=self.target_id)
        ids = list(targets.values_list("pk", flat=True))
        if self.platform and not self.target_id and len(ids) > TARGETS_MERGED:
            return rows.filter(platform__in=self.platform)
        return rows.filter(target_id__in=ids)

    def before(self) -> Self | None:
        """The same of as many days just before; None where the start is open. Days without an end end today."""
        end = self.end or datetime.combine(datetime.now(UTC).date() + DAY, time(), UTC)
        if self.start is None or self.start >= end:
            return None
        start = self.start - (end - self.start)
        if self.is_of_whole_days:
            return replace(self, date_from=start.date(), date_to=(self.start - DAY).date())
        return replace(self, date_from=start, date_to=self.start - MOMENT)

    # Where it is counted

    @property
    def is_of_whole_days(self) -> bool:
        return all(bound is None or bound.time() == time() for bound in (self.start, self.end))

    def rollups(self, *project_ids: ObjectId) -> RollupQuerySet:
        """The roll-ups behind it, as far as they can tell: by platform, target and whole days."""
        return self._of_places(rollups.of_days(*self.days), project_ids)

    def daily_rollups(self, *project_ids: ObjectId) -> DailyRollupQuerySet:
        """The same by day, which takes longer where no days are asked for."""
        return self._of_places(DailyRollup.objects.between(*self.days), project_ids)

    def aspect_rollups(self, project_id: ObjectId) -> AspectRollupQuerySet:
        """What they know of aspects."""
        if any(self.days):
            return self.daily_aspect_rollups(project_id)
        return self._of_places(TotalAspectRollup.objects.all(), [project_id])

    def daily_aspect_rollups(self, project_id: ObjectId) -> AspectRollupQuerySet:
        return self._of_places(DailyAspectRollup.objects.between(*self.days), [project_id])

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last, both included."""
        last = self.end - MOMENT if self.end else None
        return self.start.date() if self.start else None, last.date() if last else None

    def _of_places(self, rows: Rollups, project_ids: Collection[ObjectId]) -> Rollups:
        rows = rows.filter(project_id__in=project_ids)
        rows = rows.filter(platform__in=self.platform) if self.platform else rows
        return rows.filter(target_id__in=self.target_id) if self.target_id else rows


def first_moment(at: date | datetime) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time(), UTC)


def moment_after(at: date | datetime) -> datetime:
    return first_moment(at) + (MOMENT if isinstance(at, datetime) else DAY)

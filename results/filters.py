"""Which reviews: one definition for the page, the API, exports and deletion.

asked = ResultFilter.parse(project, request.GET)    # ValidationError says what is wrong with which parameter
asked.queryset(project), asked.counts(project), asked.chips(project), asked.query
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self, TypeVar

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.http import QueryDict
from pymongo.errors import ExecutionTimeout

from projects.models import Project, Target
from results import reading, rollups
from results.choices import State, label_shown, labels_covered, labels_shown
from results.models import DailyRollup, DailyRollupQuerySet, Result, ResultQuerySet, RollupQuerySet
from results.tallies import EMOTIONS, LABELS, STATES, Tally
from sentimatrix_studio.mongo.pipelines import collection, condition, session

LONGEST_COUNT = 2000  # milliseconds
COUNTED_BY_DAY = ("platform", "target_id", "date_from", "date_to")  # what a roll-up can tell apart besides its counters
TARGETS_MERGED = 100  # up to so many targets MongoDB merges their indexes; beyond, one index and a filter is faster

Rollups = TypeVar("Rollups", bound=RollupQuerySet)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reviews a filter finds, and how many by label (as the project names them). None: it took too long."""

    total: int | None = None
    labels: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Reviews that match everything that is set; within a tuple any value will do. Empty finds all."""

    sentiment: tuple[str, ...] = ()  # as the project names them: of three, "positive" covers the very positive
    platform: tuple[str, ...] = ()
    target_id: tuple[ObjectId, ...] = ()
    emotion: tuple[str, ...] = ()  # the strongest of a review
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
    def start(self) -> datetime | None:
        """The first moment."""
        return _moment(self.date_from) if self.date_from else None

    @property
    def end(self) -> datetime | None:
        """The first moment after."""
        if self.date_to is None:
            return None
        one_more = timedelta(milliseconds=1) if isinstance(self.date_to, datetime) else timedelta(days=1)
        return _moment(self.date_to) + one_more

    @property
    def query(self) -> str:
        """The query string that asks for the same; empty if everything is asked for."""
        query = QueryDict(mutable=True)
        for name, value in self.items():
            query.setlist(name, [reading.written(one) for one in (value if isinstance(value, tuple) else (value,))])
        return query.urlencode()

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
        return rows

    def _columns(self, project: Project) -> dict[str, Any]:
        shown = self.sentiment
        lookups = {
            "text__words": reading.all_words(self.search),
            "sentiment__in": [label for name in shown for label in labels_covered(name, project.sentiment_classes)],
            "emotion__in": self.emotion,
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

    # What it counts

    def rollups(self, project: Project) -> RollupQuerySet:
        """The roll-ups behind it, as far as they can tell: by platform, target and whole days."""
        return self._of_places(rollups.of_days(*self._days), project)

    def daily_rollups(self, project: Project) -> DailyRollupQuerySet:
        """The same by day, which takes longer where no days are asked for."""
        return self._of_places(DailyRollup.objects.between(*self._days), project)

    @property
    def _days(self) -> tuple[date | None, date | None]:
        last = self.end - timedelta(milliseconds=1) if self.end else None
        return self.start.date() if self.start else None, last.date() if last else None

    def _of_places(self, rows: Rollups, project: Project) -> Rollups:
        rows = rows.filter(project_id=project.pk)
        rows = rows.filter(platform__in=self.platform) if self.platform else rows
        return rows.filter(target_id__in=self.target_id) if self.target_id else rows

    @property
    def is_answered_by_rollups(self) -> bool:
        """Whether ``counts`` takes no look at the reviews themselves."""
        names = {name for name, _ in self._less_implied().items()} - set(COUNTED_BY_DAY)
        return self._is_of_whole_days and names <= {"sentiment", "emotion", "state"} and len(names) <= 1

    @property
    def _is_of_whole_days(self) -> bool:
        return all(bound is None or bound.time() == time() for bound in (self.start, self.end))

    def require_whole_days(self) -> None:
        """Raises ValidationError for a date with a time of day, which roll-ups cannot answer."""
        for name, bound in {"date_from": self.start, "date_to": self.end}.items():
            if bound and bound.time() != time():
                raise ValidationError({name: "These figures are of whole days (UTC): give a date without a time."})

    def _less_implied(self) -> Self:
        """A review with a label or an emotion is analysed: asking for that as well adds nothing."""
        is_implied = self.state == (State.ANALYSED,) and (self.sentiment or self.emotion)
        return self.without("state") if is_implied else self

    def counts(self, project: Project) -> Counts:
        """How many reviews there are: read off the roll-ups where they know, else counted for at most two seconds.

        With a filter by emotion roll-ups know the total, but not the labels.
        """
        if self.is_answered_by_rollups:
            needed = ("total", *LABELS, *(STATES if self.state else ()), *(EMOTIONS if self.emotion else ()))
            tally = self.rollups(project).tally(needed)
            return self._less_implied()._counted(tally, project.sentiment_classes)
        return self._count(project)

    def _counted(self, tally: Tally, classes: int) -> Counts:
        labels = tally.distribution(classes)
        if self.emotion:
            return Counts(sum(tally.emotions[emotion] for emotion in self.emotion))
        if self.sentiment:
            labels = {label: n if label in self.sentiment else 0 for label, n in labels.items()}
            return Counts(sum(labels.values()), labels)
        if self.state:
            has_labels = State.ANALYSED in self.state
            total = sum(tally.states[state] for state in self.state)
            return Counts(total, labels if has_labels else dict.fromkeys(labels, 0))
        return Counts(tally.total, labels)

    def _count(self, project: Project) -> Counts:
        by_label = {"$group": {"_id": "$sentiment", "n": {"$sum": 1}}}
        pipeline = [{"$match": condition(self.queryset(project))}, by_label]
        try:
            groups = list(collection(Result).aggregate(pipeline, maxTimeMS=LONGEST_COUNT, session=session()))
        except ExecutionTimeout:
            return Counts()
        labels = dict.fromkeys(labels_shown(project.sentiment_classes), 0)
        for group in groups:
            if group["_id"]:
                labels[str(label_shown(group["_id"], project.sentiment_classes))] += group["n"]
        return Counts(sum(group["n"] for group in groups), labels)


def _moment(at: date | datetime) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time(), UTC)

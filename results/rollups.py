"""Roll-ups, by day and in total: kept by the hand that stores, analyses or deletes a review, in the same transaction.

Sums are of whole numbers, so their order does not matter and a rebuild gives the identical documents.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple, Self

from bson import Int64, ObjectId
from pymongo import UpdateOne

from projects.models import Project
from results.choices import POLARITY_OF, LabelSource
from results.models import (
    DailyAspectRollup,
    DailyRollup,
    Result,
    RollupQuerySet,
    TotalAspectRollup,
    TotalRollup,
)
from results.tallies import ASPECT_COUNTERS, COUNTERS, SCALE, STARS_SCALE
from sentimatrix_studio.mongo.pipelines import collection, session
from sentimatrix_studio.mongo.transaction import in_transaction

AnyRollup = DailyRollup | TotalRollup | DailyAspectRollup | TotalAspectRollup
Counts = dict[str, int]  # by name of COUNTERS or ASPECT_COUNTERS; what is not named is 0

# What of a review decides where and how it counts, and ``content_hash`` to recognise it by.
COUNTED_FIELDS = (
    *("owner_id", "project_id", "target_id", "platform", "dated_at", "stars"),
    *("state", "sentiment", "score", "emotion", "emotion_score", "label_source", "content_hash"),
    *("aspects.aspect", "aspects.sentiment", "aspects.score"),
)

LABELLED_FIELDS = (*COUNTED_FIELDS, "confidence", "correction", "model_label")  # of one that gets another label


def of_days(start: date | None, end: date | None) -> RollupQuerySet:
    """What was counted from one day to another, both included; None leaves that side open."""
    return DailyRollup.objects.between(start, end) if start or end else TotalRollup.objects.all()


def contribution(result: dict[str, Any]) -> Counts:
    """What one review, as MongoDB holds it, adds to the roll-up of its day."""
    counts = {"total": 1, f"state_{result['state']}": 1}
    if sentiment := result["sentiment"]:
        counts[f"label_{sentiment}"] = 1
        counts["score_sum"] = round(result["score"] * SCALE)
    if emotion := result["emotion"]:
        counts[f"emotion_{emotion}"] = 1
        counts[f"emotion_{emotion}_sum"] = round((result["emotion_score"] or 0) * SCALE)
    if result["label_source"] == LabelSource.HUMAN:
        counts["human"] = 1
    if (stars := result["stars"]) is not None:
        counts["rating_count"] = 1
        counts["rating_sum"] = round(stars * STARS_SCALE)
        counts[f"stars_{whole_stars(stars)}"] = 1
        if sentiment:
            counts[f"stars_{whole_stars(stars)}_{POLARITY_OF[sentiment]}"] = 1
    return counts


def aspect_contribution(result: dict[str, Any], mention: dict[str, Any]) -> Counts:
    """What one review adds to the roll-up of an aspect that it mentions."""
    said = {"total": 1, POLARITY_OF[mention["sentiment"]]: 1, "said_sum": round(mention["score"] * SCALE)}
    return said | ({"labelled": 1, "score_sum": round(result["score"] * SCALE)} if result["sentiment"] else {})


def whole_stars(stars: float) -> int:
    """1 … 5, halves up; below one star there is no less than one."""
    return max(1, int(stars + 0.5))


class Place(NamedTuple):
    """Where a review counts: what one roll-up is about."""

    owner_id: ObjectId
    project_id: ObjectId
    day: datetime | None  # midnight UTC, naive as pymongo has it; None: all days
    platform: str
    target_id: ObjectId
    aspect: str | None = None  # None: whatever reviews are about

    @classmethod
    def of(cls, result: dict[str, Any]) -> Self:
        day = result["dated_at"].replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(result["owner_id"], result["project_id"], day, result["platform"], result["target_id"])

    @property
    def rollup_id(self) -> ObjectId:
        """Always the same for the same place, so that two workers never start two documents for one day."""
        day = f"{self.day:%Y-%m-%d}" if self.day else "all"
        place = (self.project_id, self.target_id, day, self.platform, *([self.aspect] if self.aspect else ()))
        return ObjectId(blake2b("|".join(map(str, place)).encode(), digest_size=12).digest())

    @property
    def total(self) -> Self:
        return self._replace(day=None)

    @property
    def model(self) -> type[AnyRollup]:
        if self.aspect:
            return DailyAspectRollup if self.day else TotalAspectRollup
        return DailyRollup if self.day else TotalRollup

    @property
    def counters(self) -> tuple[str, ...]:
        return ASPECT_COUNTERS if self.aspect else COUNTERS


class Moves:
    """Changes to roll-ups, added up so that each is written once."""

    def __init__(self) -> None:
        self._deltas: dict[Place, Counts] = {}

    def add(self, result: dict[str, Any], *, sign: int = 1) -> None:
        place = Place.of(result)
        self._count(place, contribution(result), sign)
        for mention in result["aspects"]:
            self._count(place._replace(aspect=mention["aspect"]), aspect_contribution(result, mention), sign)

    def _count(self, place: Place, counts: Counts, sign: int) -> None:
        delta = self._deltas.setdefault(place, defaultdict(int))
        for name, count in counts.items():
            delta[name] += sign * count

    def remove(self, result: dict[str, Any]) -> None:
        self.add(result, sign=-1)

    def replace(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        self.remove(old)
        self.add(new)

    def apply(self) -> None:
        """Write the changes. To be called in the transaction that writes the reviews."""
        self.apply_to_days()
        totals: dict[Place, Counter[str]] = defaultdict(Counter)
        for place, delta in self._deltas.items():
            totals[place.total].update(delta)
        _write(totals)

    def apply_to_days(self) -> None:
        _write(self._deltas)


def _write(moves: Mapping[Place, Counts]) -> None:
    by_model = defaultdict[type[AnyRollup], dict[Place, Counts]](dict)
    for place, delta in moves.items():
        if any(delta.values()):
            by_model[place.model][place] = delta
    for model, deltas in by_model.items():
        _write_to(model, deltas)


def _write_to(model: type[AnyRollup], deltas: Mapping[Place, Counts]) -> None:
    writes = [_increment(place, delta) for place, delta in deltas.items()]
    collection(model).bulk_write(writes, ordered=False, session=session())
    if shrunk := [place.rollup_id for place, delta in deltas.items() if delta["total"] < 0]:
        collection(model).delete_many({"_id": {"$in": shrunk}, "counters.total": 0}, session=session())


def _increment(place: Place, delta: Counts) -> UpdateOne:
    # Every counter is named and 64 bits wide, so that a document does not show in which order it came about.
    increments = {f"counters.{name}": Int64(delta.get(name, 0)) for name in place.counters}
    about = {name: value for name, value in place._asdict().items() if value is not None}
    return UpdateOne({"_id": place.rollup_id}, {"$setOnInsert": about, "$inc": increments}, upsert=True)


def rebuild(project: Project) -> None:
    """Count all reviews of the project anew, a month per transaction. Nothing else needs to stop for it."""
    for start, end in _months(project):
        in_transaction(partial(_rebuild_span, project, start, end))
    in_transaction(partial(_rebuild_totals, project))


def _rebuild_span(project: Project, start: datetime, end: datetime) -> None:
    for model in (DailyRollup, DailyAspectRollup):
        collection(model).delete_many({"project_id": project.pk, "day": {"$gte": start, "$lt": end}}, session=session())
    moves = Moves()
    where = {"project_id": project.pk, "dated_at": {"$gte": start, "$lt": end}}
    for result in collection(Result).find(where, COUNTED_FIELDS, session=session()):
        moves.add(result)
    moves.apply_to_days()


def _rebuild_totals(project: Project) -> None:
    for model in (TotalRollup, TotalAspectRollup):
        collection(model).delete_many({"project_id": project.pk}, session=session())
    for days, counters, beside in ((DailyRollup, COUNTERS, ()), (DailyAspectRollup, ASPECT_COUNTERS, ("aspect",))):
        key = {name: f"${name}" for name in ("owner_id", "platform", "target_id", *beside)}
        sums = {name: {"$sum": f"$counters.{name}"} for name in counters}
        pipeline = [{"$match": {"project_id": project.pk}}, {"$group": {"_id": key, **sums}}]
        found = collection(days).aggregate(pipeline, session=session())
        _write({Place(project_id=project.pk, day=None, **row.pop("_id")): row for row in found})


def _months(project: Project) -> Iterator[tuple[datetime, datetime]]:
    """First day and day after the last of every month with a review or a roll-up, and those between."""
    kept = [day for model in (DailyRollup, DailyAspectRollup) for day in _span(model, "day", project)]
    span = [*_span(Result, "dated_at", project), *kept]
    if not span:
        return
    start = min(span).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while start <= max(span):
        end = (start + timedelta(days=32)).replace(day=1)
        yield start, end
        start = end


def _span(model: type[Result | DailyRollup | DailyAspectRollup], column: str, project: Project) -> list[datetime]:
    """The first and the last value of the column in the project; empty without rows."""
    ends = (collection(model).find_one({"project_id": project.pk}, [column], sort=[(column, way)]) for way in (1, -1))
    return [row[column] for row in ends if row]

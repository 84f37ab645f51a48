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
from results.models import DailyRollup, Result, RollupQuerySet, TotalRollup
from results.tallies import COUNTERS, SCALE, STARS_SCALE
from sentimatrix_studio.mongo.pipelines import collection, session
from sentimatrix_studio.mongo.transaction import in_transaction

Counts = dict[str, int]  # by name of COUNTERS; what is not named is 0

# What of a review decides where and how it counts, and ``content_hash`` to recognise it by.
COUNTED_FIELDS = (
    *("owner_id", "project_id", "target_id", "platform", "dated_at", "stars"),
    *("state", "sentiment", "score", "emotion", "emotion_score", "label_source", "content_hash"),
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

    @classmethod
    def of(cls, result: dict[str, Any]) -> Self:
        day = result["dated_at"].replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(result["owner_id"], result["project_id"], day, result["platform"], result["target_id"])

    @property
    def rollup_id(self) -> ObjectId:
        """Always the same for the same place, so that two workers never start two documents for one day."""
        day = f"{self.day:%Y-%m-%d}" if self.day else "all"
        place = (self.project_id, self.target_id, day, self.platform)
        return ObjectId(blake2b("|".join(map(str, place)).encode(), digest_size=12).digest())

    @property
    def total(self) -> Self:
        return self._replace(day=None)


class Moves:
    """Changes to roll-ups, added up so that each is written once."""

    def __init__(self) -> None:
        self._deltas: dict[Place, Counts] = {}

    def add(self, result: dict[str, Any], *, sign: int = 1) -> None:
        delta = self._deltas.setdefault(Place.of(result), defaultdict(int))
        for name, count in contribution(result).items():
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
        _write(TotalRollup, totals)

    def apply_to_days(self) -> None:
        _write(DailyRollup, self._deltas)


def _write(model: type[DailyRollup | TotalRollup], moves: Mapping[Place, Counts]) -> None:
    deltas = {place: delta for place, delta in moves.items() if any(delta.values())}
    if not deltas:
        return
    writes = [_increment(place, delta) for place, delta in deltas.items()]
    collection(model).bulk_write(writes, ordered=False, session=session())
    if shrunk := [place.rollup_id for place, delta in deltas.items() if delta["total"] < 0]:
        collection(model).delete_many({"_id": {"$in": shrunk}, "counters.total": 0}, session=session())


def _increment(place: Place, delta: Counts) -> UpdateOne:
    # Every counter is named and 64 bits wide, so that a document does not show in which order it came about.
    increments = {f"counters.{name}": Int64(delta.get(name, 0)) for name in COUNTERS}
    about = {name: value for name, value in place._asdict().items() if value is not None}
    return UpdateOne({"_id": place.rollup_id}, {"$setOnInsert": about, "$inc": increments}, upsert=True)


def rebuild(project: Project) -> None:
    """Count all reviews of the project anew, a month per transaction. Nothing else needs to stop for it."""
    for start, end in _months(project):
        in_transaction(partial(_rebuild_span, project, start, end))
    in_transaction(partial(_rebuild_totals, project))


def _rebuild_span(project: Project, start: datetime, end: datetime) -> None:
    collection(DailyRollup).delete_many(
        {"project_id": project.pk, "day": {"$gte": start, "$lt": end}}, session=session()
    )
    moves = Moves()
    where = {"project_id": project.pk, "dated_at": {"$gte": start, "$lt": end}}
    for result in collection(Result).find(where, COUNTED_FIELDS, session=session()):
        moves.add(result)
    moves.apply_to_days()


def _rebuild_totals(project: Project) -> None:
    of_project = {"project_id": project.pk}
    key = {name: f"${name}" for name in ("owner_id", "platform", "target_id")}
    sums = {name: {"$sum": f"$counters.{name}"} for name in COUNTERS}
    pipeline = [{"$match": of_project}, {"$group": {"_id": key, **sums}}]
    found = list(collection(DailyRollup).aggregate(pipeline, session=session()))
    collection(TotalRollup).delete_many(of_project, session=session())
    _write(TotalRollup, {Place(project_id=project.pk, day=None, **row.pop("_id")): row for row in found})


def _months(project: Project) -> Iterator[tuple[datetime, datetime]]:
    """First day and day after the last of every month with a review or a roll-up, and those between."""
    span = _span(Result, "dated_at", project) + _span(DailyRollup, "day", project)
    if not span:
        return
    start = min(span).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while start <= max(span):
        end = (start + timedelta(days=32)).replace(day=1)
        yield start, end
        start = end


def _span(model: type[Result | DailyRollup], column: str, project: Project) -> list[datetime]:
    """The first and the last value of the column in the project; empty without rows."""
    ends = (collection(model).find_one({"project_id": project.pk}, [column], sort=[(column, way)]) for way in (1, -1))
    return [row[column] for row in ends if row]

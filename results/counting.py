"""What a filter counts: the one place that answers it for figures, charts and lists, so that they cannot disagree.

Roll-ups answer where they know: all reviews of some days, platforms and targets. Everything else is counted from the
reviews themselves, by one pipeline with a time limit that gives the same counters.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any, Literal

from django.core.exceptions import ValidationError
from pymongo.errors import ExecutionTimeout, OperationFailure

from projects.models import Project
from results.choices import LabelSource, State
from results.filters import COUNTED_BY_DAY, ResultFilter
from results.models import Result, RollupQuerySet
from results.rollups import Counts as Counters
from results.rollups import contribution
from results.tallies import (
    COUNTERS,
    EMOTIONS,
    HUMAN,
    LABELS,
    RATING,
    SCALE,
    STARS,
    STARS_BY_SIDE,
    STARS_SCALE,
    STATES,
    Tally,
)
from sentimatrix_studio.mongo.pipelines import collection, condition, options, session

CountedFrom = Literal["rollups", "reviews"]
Period = Literal["hour", "day", "week", "month"]
LONGEST = 2000  # milliseconds
LABELS_COUNTED = 50_000  # reviews with a word: of more, only how many there are is counted, from the index alone
MOST_BY_HAND = 10_000  # labels that are looked through for those of a filter
MOST_DAYS_IN_ZONE = 92  # roll-ups know days of UTC: those of another zone are counted from the reviews
UNKNOWN_ZONE = 40485  # MongoDB's code; its list of zones is as old as the server

# The fields of a review that decide about counters, with those they decide about, and how a group is told by them.
DECIDED_BY = {
    "state": {*STATES},
    "sentiment": {*LABELS, "score_sum", *STARS_BY_SIDE},
    "emotion": {*EMOTIONS, *(f"{emotion}_sum" for emotion in EMOTIONS)},
    "stars": {*RATING, *STARS, *STARS_BY_SIDE},
    "label_source": {HUMAN},
}
WHOLE_STARS = {"$max": [1, {"$trunc": {"$add": ["$stars", 0.5]}}]}  # as rollups.whole_stars
TOLD_BY: dict[str, Any] = {name: f"${name}" for name in DECIDED_BY}
TOLD_BY["stars"] = {"$cond": [{"$eq": ["$stars", None]}, None, WHOLE_STARS]}


class CountingError(Exception):
    """There are more reviews than can be looked at in the time there is. To try again does not help."""

    code = "COUNTING_TIMEOUT"
    message = (
        "There are too many reviews to count them for this filter. Narrow its days, "
        "or ask by whole days, platforms and targets alone: those figures are always at hand."
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reviews a filter finds, how many by label (as the project names them), and how many a person has
    labelled. None: it took too long, or is not known."""

    total: int | None = None
    labels: dict[str, int] | None = None
    human: int | None = None


def total(project: Project, asked: ResultFilter) -> int | None:
    """How many reviews a filter finds; None where it took too long."""
    if not asked.is_of_one_word:
        return counts(project, asked).total
    try:
        return Reviews(project, asked).total()
    except CountingError:
        return None


def counts(project: Project, asked: ResultFilter) -> Counts:
    """For lists. Of a filter by emotion alone roll-ups know the total, but not the labels."""
    if is_counted_by_rollups(asked):
        needed = ("total", HUMAN, *LABELS, *(STATES if asked.state else ()), *(EMOTIONS if asked.emotion else ()))
        tally = asked.rollups(project.pk).tally(needed)
        known = _read_off(_less_implied(asked), tally, project.sentiment_classes)
        is_missing = known.labels is not None and known.human is None
        return replace(known, human=_by_hand(project, asked, tally[HUMAN])) if is_missing else known
    try:
        if asked.is_of_one_word and (found := Reviews(project, asked).total()) > LABELS_COUNTED:
            return Counts(found)
        tally = Counting(project, asked).tally(("total", HUMAN, *LABELS))
    except CountingError:
        return Counts()
    return Counts(tally.total, tally.distribution(project.sentiment_classes), tally[HUMAN])


def is_counted_by_rollups(asked: ResultFilter) -> bool:
    """Whether ``counts`` takes no look at the reviews themselves."""
    names = {name for name, _ in _less_implied(asked).items()} - set(COUNTED_BY_DAY)
    return asked.is_of_whole_days and names <= {"sentiment", "emotion", "state"} and len(names) <= 1


def _less_implied(asked: ResultFilter) -> ResultFilter:
    """A review with a label or an emotion is analysed: asking for that as well adds nothing."""
    is_implied = asked.state == (State.ANALYSED,) and (asked.sentiment or asked.emotion)
    return asked.without("state") if is_implied else asked


def _read_off(asked: ResultFilter, tally: Tally, classes: int) -> Counts:
    labels = tally.distribution(classes)
    if asked.emotion:
        return Counts(sum(tally.emotions[emotion] for emotion in asked.emotion))
    if asked.sentiment:
        labels = {label: n if label in asked.sentiment else 0 for label, n in labels.items()}
        return Counts(sum(labels.values()), labels)
    if asked.state:
        has_labels = State.ANALYSED in asked.state
        total = sum(tally.states[state] for state in asked.state)
        return Counts(total, labels if has_labels else dict.fromkeys(labels, 0))
    return Counts(tally.total, labels, tally[HUMAN])


def _by_hand(project: Project, asked: ResultFilter, most: int) -> int | None:
    """How many a person has labelled, of a label or a state: those that have are few of many, and have an index."""
    if not most:
        return 0
    if most > MOST_BY_HAND:
        return None
    by_hand = replace(asked, label_source=(LabelSource.HUMAN.value,)).queryset(project)
    return collection(Result).count_documents(condition(by_hand), hint="result_corrected", session=session())


@dataclass(frozen=True, slots=True)
class Counting:
    """The figures of a filter. Each method raises CountingError if it must look at too many reviews."""

    project: Project
    asked: ResultFilter

    @property
    def counted_from(self) -> CountedFrom:
        is_known = self.asked.is_of_whole_days and {name for name, _ in self.asked.items()} <= set(COUNTED_BY_DAY)
        return "rollups" if is_known else "reviews"

    def zone_of(self, unit: Period, zone: str) -> str:
        """The time zone periods are counted in: that asked for, or UTC where it would take a look at too many days."""
        if unit == "hour" or zone == "UTC":
            return zone
        ends = self.asked.daily_rollups(self.project.pk).first_and_last_day()
        return zone if ends and (ends[1] - ends[0]).days < MOST_DAYS_IN_ZONE else "UTC"

    def periods_counted_from(self, unit: Period, zone: str) -> CountedFrom:
        return "reviews" if unit == "hour" or zone != "UTC" else self.counted_from

    def tally(self, counters: Collection[str] = COUNTERS) -> Tally:
        return self._totals.tally(counters)

    def tally_by(self, column: str, counters: Collection[str] = COUNTERS) -> dict[Any, Tally]:
        """By ``platform`` or ``target_id``."""
        return self._totals.tally_by(column, counters)

    def tally_by_period(
        self, unit: Period, counters: Collection[str] = COUNTERS, zone: str = "UTC"
    ) -> dict[date, Tally]:
        """By the first day of each period, or the first moment of each hour, in order; empty ones are left out."""
        if self.periods_counted_from(unit, zone) == "reviews":
            return Reviews(self.project, self.asked).tally_by_period(unit, counters, zone)
        return self.asked.daily_rollups(self.project.pk).tally_by_period(unit, counters)

    def first_and_last_day(self) -> tuple[date, date] | None:
        is_known = self.counted_from == "rollups"
        days = self.asked.daily_rollups(self.project.pk) if is_known else Reviews(self.project, self.asked)
        return days.first_and_last_day()

    @property
    def _totals(self) -> "RollupQuerySet | Reviews":
        is_known = self.counted_from == "rollups"
        return self.asked.rollups(self.project.pk) if is_known else Reviews(self.project, self.asked)


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews of a filter, asked as roll-ups are: every tally is one look at all of them."""

    project: Project
    asked: ResultFilter

    def total(self) -> int:
        """For what an index alone can tell, which is many times quicker."""
        return next((group["n"] for group in self._groups({"_id": None, "n": SUMS["n"]})), 0)

    def tally(self, counters: Collection[str] = COUNTERS) -> Tally:
        return self._tallies(None, counters).get(None, Tally({}))

    def tally_by(self, column: str, counters: Collection[str] = COUNTERS) -> dict[Any, Tally]:
        return self._tallies(f"${column}", counters)

    def tally_by_period(
        self, unit: Period, counters: Collection[str] = COUNTERS, zone: str = "UTC"
    ) -> dict[date, Tally]:
        start = {"$dateTrunc": {"date": "$dated_at", "unit": unit, "timezone": zone, "startOfWeek": "monday"}}
        if unit == "hour":
            hours = self._tallies(start, counters)
            return {hour.replace(tzinfo=UTC): hours[hour] for hour in sorted(hours)}
        days = self._tallies({"$dateToString": {"date": start, "format": "%Y-%m-%d", "timezone": zone}}, counters)
        return {date.fromisoformat(day): days[day] for day in sorted(days)}

    def first_and_last_day(self) -> tuple[date, date] | None:
        ends = {"_id": None, "first": {"$min": "$dated_at"}, "last": {"$max": "$dated_at"}}
        found = next(iter(self._groups(ends)), None)
        return (found["first"].date(), found["last"].date()) if found else None

    def _tallies(self, key: Any, counters: Collection[str]) -> dict[Any, Tally]:
        """Reviews that count alike are one group: what it adds is what one of them adds, as often as there are some."""
        fields = [field for field, decided in DECIDED_BY.items() if not decided.isdisjoint(counters)]
        found: dict[Any, Counter[str]] = {}
        for group in self._groups({"_id": {"key": key, **{field: TOLD_BY[field] for field in fields}}, **SUMS}):
            added = _added(group["_id"], group)
            found.setdefault(group["_id"].get("key"), Counter()).update(
                {name: added[name] for name in counters if name in added}
            )
        return {key: Tally(sums) for key, sums in found.items()}

    def _groups(self, group: dict[str, Any]) -> Iterator[dict[str, Any]]:
        rows = self.asked.queryset(self.project)
        pipeline = [{"$match": condition(rows)}, {"$group": group}]
        try:
            found = collection(Result).aggregate(pipeline, maxTimeMS=LONGEST, session=session(), **options(rows))
            yield from found
        except ExecutionTimeout as error:
            raise CountingError from error
        except OperationFailure as error:
            if error.code != UNKNOWN_ZONE:
                raise
            raise ValidationError({"tz": "The database does not know this time zone."}) from error


def _whole(field: str, scale: int) -> dict[str, Any]:
    return {"$sum": {"$round": {"$multiply": [f"${field}", scale]}}}


SUMS = {
    "n": {"$sum": 1},
    "score": _whole("score", SCALE),
    "emotion_score": _whole("emotion_score", SCALE),
    "rating": _whole("stars", STARS_SCALE),
}


def _added(alike: dict[str, Any], sums: dict[str, Any]) -> Counters:
    """What a group of reviews adds whose deciding fields are ``alike``."""
    one = contribution({**dict.fromkeys(DECIDED_BY), "score": 0, "emotion_score": 0, **alike})
    added = {name: sums["n"] * count for name, count in one.items()}
    own_sums = {"score_sum": "score", f"emotion_{alike.get('emotion')}_sum": "emotion_score", "rating_sum": "rating"}
    return added | {name: int(sums[kept]) for name, kept in own_sums.items() if name in added}

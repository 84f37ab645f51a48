"""What a filter's reviews say of which aspect: from roll-ups where they know, else from the reviews themselves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, TypedDict

from pymongo.errors import ExecutionTimeout

from projects.models import Project
from results.choices import POLARITY_OF, Sentiment, label_shown
from results.counting import LONGEST, Counting, CountingError, Period
from results.filters import ResultFilter
from results.models import Result
from results.tallies import SCALE, AspectTally, Tally
from sentimatrix_studio.mongo.pipelines import collection, condition, session
from sentimatrix_studio.shapes import Count, Id, Score

QUOTES, MOST_QUOTED = 2, 40  # of one aspect, and aspects with quotes


class AspectQuoteJson(TypedDict):
    """A piece of a review that says what most say of the aspect."""

    result_id: Id
    sentiment: Annotated[str, Sentiment]
    quote: str


class AspectFiguresJson(TypedDict):
    """`avg_score` is the mean of what is said of the aspect. `impact` is the mean score of all reviews less that of
    those that do not mention it; null where all do."""

    aspect: str
    count: Count
    positive: Count
    neutral: Count
    negative: Count
    avg_score: Score | None
    impact: float | None
    quotes: list[AspectQuoteJson]


@dataclass(frozen=True, slots=True)
class AspectCounting:
    """Each method raises CountingError if it must look at too many reviews."""

    project: Project
    asked: ResultFilter

    def everything(self) -> Tally:
        """All reviews of the filter, those that mention nothing among them."""
        return Counting(self.project, self.asked).tally()

    def tally(self) -> dict[str, AspectTally]:
        """By aspect, most mentioned first."""
        if self._is_known:
            found = self.asked.aspect_rollups(self.project.pk).tally_by_aspect()
        else:
            found = {aspect: tally for (aspect, _), tally in self._from_reviews(None).items()}
        return dict(sorted(found.items(), key=lambda item: (-item[1].total, item[0])))

    def tally_by_platform(self) -> dict[tuple[str, str], AspectTally]:
        if self._is_known:
            return self.asked.aspect_rollups(self.project.pk).tally_by_aspect_and("platform")
        return self._from_reviews("$platform")

    def tally_by_period(self, unit: Period) -> dict[tuple[str, date], AspectTally]:
        """By the first day of each period, in UTC."""
        if self._is_known:
            return self.asked.daily_aspect_rollups(self.project.pk).tally_by_aspect_and_period(unit)
        start = {"$dateTrunc": {"date": "$dated_at", "unit": unit, "startOfWeek": "monday"}}
        return {(aspect, at.date()): tally for (aspect, at), tally in self._from_reviews(start).items()}

    @property
    def _is_known(self) -> bool:
        return Counting(self.project, self.asked).counted_from == "rollups"

    def _from_reviews(self, key: Any) -> dict[tuple[str, Any], AspectTally]:
        found: dict[tuple[str, Any], AspectTally] = {}
        for row in self._groups({"aspect": "$aspects.aspect", "said": "$aspects.sentiment", "key": key}):
            alike = row.pop("_id")
            place, side = (alike["aspect"], alike.get("key")), {POLARITY_OF[alike["said"]]: row["total"]}
            counted = AspectTally(**{name: int(count) for name, count in {**row, **side}.items()})
            found[place] = found.get(place, AspectTally()) + counted
        return found

    def _groups(self, alike: dict[str, Any]) -> Iterator[dict[str, Any]]:
        sums = {
            "total": {"$sum": 1},
            "said_sum": {"$sum": {"$round": {"$multiply": ["$aspects.score", SCALE]}}},
            "labelled": {"$sum": {"$cond": [{"$eq": ["$sentiment", None]}, 0, 1]}},
            "score_sum": {"$sum": {"$round": {"$multiply": ["$score", SCALE]}}},
        }
        match = {"$match": condition(self.asked.queryset(self.project))}
        pipeline: list[dict[str, Any]] = [match, {"$unwind": "$aspects"}, {"$group": {"_id": alike, **sums}}]
        try:
            yield from collection(Result).aggregate(pipeline, maxTimeMS=LONGEST, session=session())
        except ExecutionTimeout as error:
            raise CountingError from error


def figures(project: Project, asked: ResultFilter) -> list[AspectFiguresJson]:
    """The aspects that reviews mention, most mentioned first. Raises CountingError."""
    counting = AspectCounting(project, asked)
    everything, tallies = counting.everything(), counting.tally()
    said = quotes(project, asked, {aspect: prevailing(tally) for aspect, tally in tallies.items()})
    return [
        {
            "aspect": aspect,
            "count": tally.total,
            "positive": tally.positive,
            "neutral": tally.neutral,
            "negative": tally.negative,
            "avg_score": tally.avg_score,
            "impact": tally.impact(everything),
            "quotes": said.get(aspect, []),
        }
        for aspect, tally in tallies.items()
    ]


def prevailing(tally: AspectTally) -> str:
    """The side most reviews take; rather a clear one than neutral."""
    side = "positive" if tally.positive >= tally.negative else "negative"
    return side if tally.sides[side] else "neutral"


def quotes(project: Project, asked: ResultFilter, sides: dict[str, str]) -> dict[str, list[AspectQuoteJson]]:
    """The latest of what is said of each aspect on this side: a short read of an index for each."""
    return {
        aspect: list(_quotes(project, replace(asked, aspect=(f"{aspect}:{side}",)), aspect))
        for aspect, side in list(sides.items())[:MOST_QUOTED]
    }


def _quotes(project: Project, asked: ResultFilter, aspect: str) -> Iterable[AspectQuoteJson]:
    rows = collection(Result).find(condition(asked.queryset(project)), ["aspects"], session=session())
    for row in rows.sort([("dated_at", -1), ("_id", -1)]).limit(QUOTES).max_time_ms(LONGEST):
        said = next(one for one in row["aspects"] if one["aspect"] == aspect)
        shown = label_shown(said["sentiment"], project.sentiment_classes) or ""
        yield {"result_id": str(row["_id"]), "sentiment": shown, "quote": said["quote"]}

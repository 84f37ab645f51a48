"""The few numbers on top of a page, each with its course and how it compares with the time before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from results import charts
from results.charts import Layer
from results.charts.scales import count, percent, signed
from results.tallies import RATING, SENTIMENT, Tally


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure shows of a tally, and in which words."""

    label: str
    value: Callable[[Tally], float | None]
    words: Callable[[float], str]
    change: Callable[[float], str]
    unit: str = ""
    key: str = "accent"  # the colour of its course
    is_better_up: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    unit: str
    note: str
    trend: str  # "up", "down", or "" for no change or nothing to compare with
    is_good: bool  # whether the trend is good news
    spark: Layer | None
    key: str


def net_sentiment(tally: Tally) -> float | None:
    """Share of positive less share of negative reviews, in points: −100 … 100."""
    sides = tally.polarities
    return 100 * (sides["positive"] - sides["negative"]) / tally.labelled if tally.labelled else None


def negative_share(tally: Tally) -> float | None:
    """In percent of the reviews with a label."""
    return 100 * tally.polarities["negative"] / tally.labelled if tally.labelled else None


def _more(reviews: float) -> str:
    return f"{reviews:+,.0f}".replace("-", "\N{MINUS SIGN}")


def _whole(points: float) -> str:
    return signed(points, 0)


def _points(change: float) -> str:
    return f"{signed(change)} points"


def _stars(change: float) -> str:
    return signed(change, 2)


def _percent(share: float) -> str:
    return percent(share, 100, 1)


MEASURES = (
    Measure("Reviews", lambda tally: tally.total, count, _more),
    Measure("Net sentiment", net_sentiment, _whole, _points, unit="of ±100", key="positive"),
    Measure("Negative share", negative_share, _percent, _points, key="negative", is_better_up=False),
    Measure("Average rating", lambda tally: tally.avg_rating, "{:.2f}".format, _stars, unit="of 5"),
)


NEEDED = (*SENTIMENT, *RATING)  # the counters that these, and labels over time, are read off


@dataclass(frozen=True, slots=True)
class Trend:
    """What a figure is compared with; ``words`` say when that was."""

    now: Tally
    before: Tally
    words: str = "vs. before"


def figures(tally: Tally, course: Sequence[Tally], trend: Trend | None = None) -> list[Figure]:
    """Four figures. ``course`` are the tallies of the periods in between."""
    return [_figure(measure, tally, course, trend) for measure in MEASURES]


def _figure(measure: Measure, tally: Tally, course: Sequence[Tally], compared: Trend | None) -> Figure:
    now, change = measure.value(tally), _change(measure, compared)
    trend = "up" if change > 0 else "down" if change < 0 else ""
    # Periods without a value are passed over: a small line has no room for gaps.
    known = [value for one in course if (value := measure.value(one)) is not None]
    return Figure(
        label=measure.label,
        value="–" if now is None else measure.words(now),
        unit="" if now is None else measure.unit,
        note=f"{measure.change(change)} {compared.words}" if compared and trend else "",
        trend=trend,
        is_good=(trend == "up") == measure.is_better_up,
        spark=charts.sparkline(known),
        key=measure.key,
    )


def _change(measure: Measure, compared: Trend | None) -> float:
    now, then = (measure.value(compared.now), measure.value(compared.before)) if compared else (None, None)
    return 0.0 if now is None or then is None else round(now - then, 2)


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of several tallies, and of each but the first how far it is from that."""

    label: str
    cells: list[tuple[str, str]]  # value, and change if there is one


def side_by_side(tallies: Sequence[Tally]) -> list[Compared]:
    return [_compared(measure, tallies) for measure in MEASURES]


def _compared(measure: Measure, tallies: Sequence[Tally]) -> Compared:
    values = [measure.value(tally) for tally in tallies]
    first = values[0]
    changes = ["" if value is None or first is None else measure.change(round(value - first, 2)) for value in values]
    shown = ["–" if value is None else measure.words(value) for value in values]
    return Compared(measure.label, list(zip(shown, ["", *changes[1:]], strict=True)))

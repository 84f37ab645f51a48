"""Everything on the page of a project's aspects: what is praised, what hurts, and where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from projects.choices import Platform
from projects.models import Project
from results import charts
from results.aspects import shown
from results.aspects_counted import AspectCounting, AspectQuoteJson, prevailing, quotes
from results.charts import Category, Chart, Item, Series
from results.charts.scales import count, signed
from results.choices import POLARITIES, Sentiment
from results.counting import CountedFrom, Counting, Period
from results.filters import DAY, ResultFilter
from results.links import ReviewsLink, reviews_link
from results.tallies import AspectTally

MOST_DRAWN, MOST_IN_GRID, MOST_NAMED = 20, 12, 5
MOST_DAYS, MOST_WEEKS = 21, 26  # with more columns than that a longer unit is clearer
MOST_LABELS = 5  # of columns: dates are long
POINTS = 100


@dataclass(frozen=True, slots=True)
class Named:
    """An aspect that lifts or lowers the mean, with what is said of it."""

    name: str
    url: str
    impact: str
    reviews: str
    quotes: list[AspectQuoteJson]


@dataclass(frozen=True, slots=True)
class AspectsReport:
    counted_from: CountedFrom
    total: int  # aspects
    praised: list[Named]
    hurting: list[Named]
    impact: Chart
    sides: Chart
    platforms: Chart | None  # None with a single one
    over_time: Chart


def report(project: Project, asked: ResultFilter) -> AspectsReport:
    """A handful of queries, and one for each aspect that is quoted. Raises CountingError."""
    counting, link = AspectCounting(project, asked), reviews_link(project, asked)
    everything, tallies = counting.everything(), counting.tally()
    drawn = dict(list(tallies.items())[:MOST_DRAWN])
    impacts = {aspect: POINTS * (tally.impact(everything) or 0) for aspect, tally in drawn.items()}
    order = sorted(drawn, key=lambda aspect: -impacts[aspect])
    praised = [aspect for aspect in order if impacts[aspect] > 0][:MOST_NAMED]
    hurting = [aspect for aspect in reversed(order) if impacts[aspect] < 0][:MOST_NAMED]
    sides = {aspect: _fitting(drawn[aspect], side) for aspect, side in _sided(praised, hurting)}
    said = quotes(project, asked, sides)

    def named(aspect: str) -> Named:
        reviews, impact = count(drawn[aspect].total), f"{signed(impacts[aspect])} points"
        return Named(shown(aspect), link(aspect=aspect), impact, reviews, said[aspect])

    return AspectsReport(
        counted_from=Counting(project, asked).counted_from,
        total=len(tallies),
        praised=[named(aspect) for aspect in praised],
        hurting=[named(aspect) for aspect in hurting],
        impact=_impact(order, impacts, drawn, link),
        sides=_sides(drawn, link),
        platforms=_by_platform(list(drawn)[:MOST_IN_GRID], counting, link),
        over_time=_over_time(list(drawn)[:MOST_IN_GRID], counting, link),
    )


def _sided(praised: Sequence[str], hurting: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from ((aspect, "positive") for aspect in praised)
    yield from ((aspect, "negative") for aspect in hurting)


def _fitting(tally: AspectTally, side: str) -> str:
    """What is said in praise of what is praised, if anything is."""
    return side if tally.sides[side] else prevailing(tally)


def _impact(
    order: Sequence[str], impacts: Mapping[str, float], tallies: Mapping[str, AspectTally], link: ReviewsLink
) -> Chart:
    items = [Item(it, shown(it), impacts[it], link(aspect=it), count(tallies[it].total)) for it in order]
    return charts.impact_bars(items, columns=("Aspect", "Impact in points", "Reviews"))


def _sides(tallies: Mapping[str, AspectTally], link: ReviewsLink) -> Chart:
    """What reviews say of each aspect, most mentioned first."""
    series = [Series(it, str(Sentiment(it).label), [one.sides[it] for one in tallies.values()]) for it in POLARITIES]
    return charts.share_bars(
        _categories(list(tallies)), series, link=lambda aspect, side: link(aspect=_asked(aspect, side)), column="Aspect"
    )


def _by_platform(aspects: Sequence[str], counting: AspectCounting, link: ReviewsLink) -> Chart | None:
    found = counting.tally_by_platform()
    platforms = sorted({platform for _, platform in found})
    if len(platforms) < 2:
        return None
    return charts.heat(
        _categories(aspects),
        [Category(platform, str(Platform(platform).label)) for platform in platforms],
        [[_points(found.get((aspect, platform))) for platform in platforms] for aspect in aspects],
        link=lambda aspect, platform: link(aspect=aspect, platform=platform),
        corner="Aspect",
        text=signed,
        sided=True,
    )


def _over_time(aspects: Sequence[str], counting: AspectCounting, link: ReviewsLink) -> Chart:
    first, last = Counting(counting.project, counting.asked).first_and_last_day() or (date.min, date.min)
    unit = _unit(first, last)
    found, starts = counting.tally_by_period(unit), list(charts.periods(first, last, unit))

    def reviews(aspect: str, start: str) -> str:
        if not start:
            return link(aspect=aspect)
        begin = date.fromisoformat(start)
        return link(aspect=aspect, date_from=begin, date_to=charts.shift(begin, unit) - DAY)

    return charts.heat(
        _categories(aspects),
        [Category(start.isoformat(), f"{start:%b %Y}" if unit == "month" else f"{start:%b %-d}") for start in starts],
        [[_points(found.get((aspect, start))) for start in starts] for aspect in aspects],
        link=reviews,
        corner="Aspect",
        text=signed,
        sided=True,
        every=max(1, -(-len(starts) // MOST_LABELS)),
    )


def _unit(first: date, last: date) -> Period:
    days = (last - first).days
    return "day" if days <= MOST_DAYS else "week" if days <= 7 * MOST_WEEKS else "month"


def _categories(aspects: Sequence[str]) -> list[Category]:
    return [Category(aspect, shown(aspect)) for aspect in aspects]


def _points(tally: AspectTally | None) -> float | None:
    return None if tally is None or tally.avg_score is None else POINTS * tally.avg_score


def _asked(aspect: str, side: str) -> str:
    return f"{aspect}:{side}" if side else aspect

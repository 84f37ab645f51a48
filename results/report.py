"""Everything on the analytics page of a project: figures and charts over a span of days, out of the roll-ups alone."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.http import urlencode

from projects.models import Project
from results import charts, panels, rollups
from results.charts import Chart, Item, Unit
from results.choices import State
from results.figures import Figure, figures
from results.filters import ResultFilter
from results.models import DailyRollup, DailyRollupQuerySet, RollupQuerySet
from results.panels import Periods, ReviewsLink
from results.tallies import Tally

UNITS: dict[Unit, str] = {"day": "Day", "week": "Week", "month": "Month"}
MOST_DAYS, MOST_WEEKS = 62, 106  # with more points than that a longer unit is clearer
PRESETS = {"30 days": 30, "90 days": 90, "12 months": 365, "All time": 0}
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days a report is about; without bounds all of them."""

    start: date | None = None
    end: date | None = None
    unit: Unit | None = None  # None: what suits the days there are

    @classmethod
    def parse(cls, project: Project, query: QueryDict) -> "Span":
        """Raises ValidationError naming the parameter that is wrong."""
        asked = ResultFilter.parse(project, query, only=["date_from", "date_to"], beside=["unit"])
        if (unit := query.get("unit")) and unit not in UNITS:
            raise ValidationError({"unit": f"Use one of {', '.join(UNITS)}."})
        end = asked.end - timedelta(milliseconds=1) if asked.end else None
        return cls(asked.start and asked.start.date(), end and end.date(), unit or None)

    def presets(self) -> "list[Choice]":
        """The days one click away, all of them up to today."""
        starts = {words: today() - timedelta(days - 1) if days else None for words, days in PRESETS.items()}
        spans = {words: replace(self, start=start, end=None) for words, start in starts.items()}
        return [Choice(words, span.query, span == self) for words, span in spans.items()]

    def units(self, current: Unit) -> "list[Choice]":
        """The same days with a point for each day, week or month."""
        return [Choice(words, replace(self, unit=unit).query, unit == current) for unit, words in UNITS.items()]

    @property
    def query(self) -> str:
        """The query string that asks for it; empty if everything is asked for."""
        given = {"date_from": self.start, "date_to": self.end, "unit": self.unit}
        return urlencode({name: str(value) for name, value in given.items() if value})

    def before(self) -> "Span | None":
        """As many days just before; None where the start is open."""
        if self.start is None:
            return None
        days = (self.end or today()) - self.start + DAY
        return Span(self.start - days, self.start - DAY)


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that asks for the report differently."""

    words: str
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Report:
    tally: Tally
    unit: Unit
    figures: list[Figure]
    unlabelled: list[Item]  # reviews that only count in the total, by the reason
    timeline: Chart
    score: Chart
    distribution: Chart
    emotions: Chart
    platforms: Chart
    targets: Chart
    ratings: Chart


def report(project: Project, span: Span) -> Report:
    """A handful of queries, however many reviews there are."""
    rows: DailyRollupQuerySet = DailyRollup.objects.filter(project_id=project.pk)
    inside = rows.between(span.start, span.end)
    summed = rollups.of_days(span.start, span.end).filter(project_id=project.pk)
    first, last = inside.first_and_last_day() or (today(), today())
    unit = span.unit or suitable_unit(first, last)
    periods = filled(inside.tally_by_period(unit), first, last, unit)
    tally = sum((one for _, one in periods), Tally({}))
    earlier = span.before()
    before = rows.between(earlier.start, earlier.end).tally() if earlier else None
    link = panels.reviews_link(project, span.start, span.end)
    classes = project.sentiment_classes
    is_partial = periods[-1][0] == charts.floor(today(), unit)
    return Report(
        tally=tally,
        unit=unit,
        figures=figures(tally, [one for _, one in periods], before),
        unlabelled=[Item(state, State(state).label, n, link(state=state)) for state, n in tally.not_analysed.items()],
        timeline=panels.sentiment_over_time(periods, unit, classes, link, partial=is_partial),
        score=panels.score_over_time(periods, unit, link, partial=is_partial),
        distribution=panels.distribution(tally, classes, link),
        emotions=panels.emotions(tally, link),
        platforms=panels.platforms(summed.tally_by("platform"), classes, link),
        targets=_targets(project, summed, link),
        ratings=panels.ratings(tally, link),
    )


def _targets(project: Project, rows: RollupQuerySet, link: ReviewsLink) -> Chart:
    names = {target.pk: str(target) for target in project.targets.all()}
    tallies = {pk: tally for pk, tally in rows.tally_by("target_id").items() if pk in names}
    return panels.targets(tallies, names, project.sentiment_classes, link)


def suitable_unit(first: date, last: date) -> Unit:
    days = (last - first).days
    return "day" if days <= MOST_DAYS else "week" if days <= 7 * MOST_WEEKS else "month"


def filled(found: dict[date, Tally], first: date, last: date, unit: Unit) -> Periods:
    """Every period from the first day to the last; those without reviews count nothing."""
    return [(day, found.get(day, Tally({}))) for day in charts.periods(first, last, unit)]


def today() -> date:
    """Roll-ups know days in UTC."""
    return datetime.now(UTC).date()

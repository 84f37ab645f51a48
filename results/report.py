"""Everything on the analytics page of a project: figures and charts of a filter."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import QueryDict

from projects.models import Project
from results import charts, marking, panels
from results.charts import Chart, Item, Unit
from results.choices import State
from results.counting import CountedFrom, Counting, CountingError, Period
from results.figures import NEEDED, Figure, Trend, figures
from results.filters import ResultFilter
from results.forms import values_of
from results.links import ALL, reviews_link
from results.panels import Course, Periods
from results.tallies import SENTIMENT, Tally

UNITS: dict[Period, str] = {"hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}
MOST_DAYS, MOST_WEEKS = 62, 106  # with more points than that a longer unit is clearer
MOST_DAYS_BY_HOUR = 7
PRESETS = {"30 days": 30, "90 days": 90, "12 months": 365, "All time": 0}


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that asks for the report differently."""

    words: str
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Which reviews a report is about, and how finely they are drawn."""

    asked: ResultFilter = ALL
    unit: Period | None = None  # None: what suits the days there are

    @classmethod
    def parse(cls, project: Project, query: QueryDict) -> "Question":
        """Raises ValidationError naming the parameter that is wrong."""
        asked, unit = ResultFilter.parse(project, query, beside=["unit"]), query.get("unit") or None
        if unit and unit not in UNITS:
            raise ValidationError({"unit": f"Use one of {', '.join(UNITS)}."})
        if unit == "hour" and not _is_short(asked):
            raise ValidationError({"unit": f"Hours are for at most {MOST_DAYS_BY_HOUR} days: choose them as well."})
        return cls(asked, unit)

    def presets(self) -> list[Choice]:
        unit = None if self.unit == "hour" else self.unit
        return presets(self.asked, f"unit={unit}" if unit else "")

    def units(self, current: Unit) -> list[Choice]:
        """The same reviews with a point for each hour, day, week or month."""
        offered = {unit: words for unit, words in UNITS.items() if unit != "hour" or _is_short(self.asked)}
        return [Choice(words, replace(self, unit=unit).query, unit == current) for unit, words in offered.items()]

    @property
    def query(self) -> str:
        """The query string that asks for it; empty if everything is asked for."""
        return _joined(self.asked.query, f"unit={self.unit}" if self.unit else "")

    def beside(self, *names: str) -> list[tuple[str, str]]:
        """The parameters that ask for the rest of it: a form that asks for the named ones carries them on."""
        return [(name, value) for name, values in values_of(self.asked.without(*names)).items() for value in values]


def presets(asked: ResultFilter, beside: str = "") -> list[Choice]:
    """The days one click away, all of them up to today."""
    starts = {words: today() - timedelta(days - 1) if days else None for words, days in PRESETS.items()}
    spans = {words: replace(asked, date_from=start, date_to=None) for words, start in starts.items()}
    return [Choice(words, _joined(span.query, beside), span == asked) for words, span in spans.items()]


def _joined(*queries: str) -> str:
    return "&".join(filter(None, queries))


def _is_short(asked: ResultFilter) -> bool:
    return bool(asked.start and asked.end and asked.end - asked.start <= timedelta(MOST_DAYS_BY_HOUR))


@dataclass(frozen=True, slots=True)
class Report:
    tally: Tally
    counted_from: CountedFrom
    unit: Unit
    zone: str  # in which periods begin and end
    figures: list[Figure]
    unlabelled: list[Item]  # reviews that only count in the total, by the reason
    timeline: Chart
    score: Chart
    distribution: Chart
    emotions: Chart
    platforms: Chart
    targets: Chart
    ratings: Chart
    agreement: Chart


def report(project: Project, question: Question, zone: str = "UTC") -> Report:
    """A handful of queries, however many reviews there are. Raises CountingError where it must look at too many."""
    counting, link = Counting(project, question.asked), reviews_link(project, question.asked)
    course, tally = _course(counting, question.unit, zone), counting.tally()
    by_target = counting.tally_by("target_id", SENTIMENT)
    targets = {target.pk: target for target in project.targets.all() if target.pk in by_target}
    by_platform: dict[str, Tally] = {}
    for pk, target in targets.items():  # a target is of one platform
        by_platform[target.platform] = by_platform.get(target.platform, Tally({})) + by_target[pk]
    names, classes = {pk: str(target) for pk, target in targets.items()}, project.sentiment_classes
    return Report(
        tally=tally,
        counted_from=counting.counted_from,
        unit=course.unit,
        zone=course.zone,
        figures=figures(tally, [one for _, one in course.periods], _trend(project, question.asked, tally)),
        unlabelled=[Item(state, State(state).label, n, link(state=state)) for state, n in tally.not_analysed.items()],
        timeline=panels.sentiment_over_time(course, classes, link),
        score=panels.score_over_time(course, link),
        distribution=panels.distribution(tally, classes, link),
        emotions=panels.emotions(tally, link),
        platforms=panels.platforms(by_platform, classes, link),
        targets=panels.targets({pk: by_target[pk] for pk in targets}, names, classes, link),
        ratings=panels.ratings(tally, link),
        agreement=panels.agreement(tally, classes, link),
    )


def _course(counting: Counting, chosen: Period | None, zone: str) -> Course:
    first, last = counting.first_and_last_day() or (today(), today())
    unit: Period = chosen or suitable_unit(first, last)
    zone = counting.zone_of(unit, zone)
    try:
        found = counting.tally_by_period(unit, NEEDED, zone)
    except (CountingError, ValidationError):  # too much to look at, or a zone the database does not know
        if unit == "hour" or zone == "UTC":
            raise
        zone, found = "UTC", counting.tally_by_period(unit, NEEDED)
    ends = (min(found), max(found)) if found else (first, last)
    periods = filled(found, *ends, unit)
    is_partial = charts.shift(periods[-1][0], unit) > now(unit, zone)
    events = [] if unit == "hour" else marking.events(counting.project)
    return Course(periods, unit, is_partial, zone, events)


def _trend(project: Project, asked: ResultFilter, tally: Tally) -> Trend | None:
    earlier = asked.before()
    return Trend(tally, Counting(project, earlier).tally(NEEDED)) if earlier else None


def suitable_unit(first: date, last: date) -> Period:
    days = (last - first).days
    return "day" if days <= MOST_DAYS else "week" if days <= 7 * MOST_WEEKS else "month"


def filled(found: dict[date, Tally], first: date, last: date, unit: Unit) -> Periods:
    """Every period from the first to the last; those without reviews count nothing."""
    return [(start, found.get(start, Tally({}))) for start in sorted({*charts.periods(first, last, unit), *found})]


def now(unit: Unit, zone: str) -> date:
    """This moment as the periods of such a unit have it."""
    moment = datetime.now(ZoneInfo(zone))
    return moment if unit == "hour" else moment.date()


def today() -> date:
    """Roll-ups know days in UTC."""
    return datetime.now(UTC).date()

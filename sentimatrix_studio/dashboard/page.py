"""What the start page shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bson import ObjectId
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from projects.models import Project, Target
from results import charts, panels
from results.charts import Category, Chart, Series
from results.choices import POLARITIES
from results.figures import NEEDED, Figure, Trend, figures
from results.filters import DAY, ResultFilter
from results.links import ALL, ReviewsLink
from results.models import DailyRollupQuerySet
from results.panels import Course
from results.report import filled, suitable_unit, today
from results.tallies import SENTIMENT, Tally
from scraping.models import Job
from sentimatrix_studio.dashboard.activity import Activity, recent_activity
from sentimatrix_studio.dashboard.changes import Change, changes
from sentimatrix_studio.dashboard.overall import LATELY
from sentimatrix_studio.overview import ProjectRow, project_rows

MOST_PROJECTS, MOST_JOBS = 8, 5


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One of the things to do in the beginning."""

    words: str
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Dashboard:
    rows: list[ProjectRow]  # the latest projects
    more: int  # how many further projects there are
    jobs: list[Job]  # the latest
    changes: list[Change]  # of this week
    activity: list[Activity]  # the latest
    first_steps: list[FirstStep]  # empty once all are done
    tally: Tally
    figures: list[Figure]
    timeline: Chart
    distribution: Chart
    platforms: Chart


def dashboard(user: User, asked: ResultFilter = ALL) -> Dashboard:
    """Of all days and platforms, or of those asked for."""
    projects = Project.objects.owned_by(user).not_archived().order_by("-created_at", "-pk")
    ids = list(projects.values_list("pk", flat=True))
    course, link = _course(asked.daily_rollups(*ids)), _link(asked)
    tally = sum((one for _, one in course.periods), Tally({}))
    rows = project_rows(list(projects[:MOST_PROJECTS]), asked)
    jobs = Job.objects.shown_to(user).prefetch_related("project").order_by("-created_at", "-pk")
    return Dashboard(
        rows=rows,
        more=len(ids) - len(rows),
        jobs=list(jobs[:MOST_JOBS]),
        changes=changes(user, ids),
        activity=recent_activity(user, ids),
        first_steps=_first_steps(user, rows[0].project if rows else None, tally),
        tally=tally,
        figures=figures(tally, [one for _, one in course.periods], _trend(ids, asked, tally)),
        timeline=panels.sentiment_over_time(course, 3, link),
        distribution=_distribution(rows),
        platforms=panels.platforms(asked.rollups(*ids).tally_by("platform", SENTIMENT), 3, link),
    )


def _course(days: DailyRollupQuerySet) -> Course:
    first, last = days.first_and_last_day() or (today(), today())
    unit = suitable_unit(first, last)
    periods = filled(days.tally_by_period(unit, NEEDED), first, last, unit)
    return Course(periods, unit, charts.shift(periods[-1][0], unit) > today())


def _trend(ids: Sequence[ObjectId], asked: ResultFilter, tally: Tally) -> Trend | None:
    """By the days before those asked for; where all are, the last month by the month before."""
    if earlier := asked.before():
        return Trend(tally, earlier.daily_rollups(*ids).tally(NEEDED))
    if asked.date_from or asked.date_to:
        return None
    since = today() - LATELY + DAY
    days = replace(asked, date_from=since - LATELY, date_to=today()).daily_rollups(*ids)
    before, now = days.before_and_since(since, (), NEEDED).get((), (Tally({}), Tally({})))
    return Trend(now, before, f"in the last {LATELY.days} days vs. the {LATELY.days} before") if before.total else None


def _link(asked: ResultFilter) -> ReviewsLink:
    """To the dashboard of these days or this platform alone: there each project leads to its own reviews."""

    def link(*, date_from: date | None = None, date_to: date | None = None, platform: str = "", **others: Any) -> str:
        first, last = asked.days
        narrowed = {
            "date_from": date_from or first,
            "date_to": date_to or last,
            "platform": platform or next(iter(asked.platform), ""),
        }
        return f"{reverse('dashboard')}?{urlencode({name: str(value) for name, value in narrowed.items() if value})}"

    return link


def _distribution(rows: Sequence[ProjectRow]) -> Chart:
    """Share of each side by project."""
    by_key = {str(row.project.pk): row for row in rows if row.figures.tally.labelled}
    series = [
        Series(side, panels.words(side), [row.figures.tally.polarities[side] for row in by_key.values()])
        for side in POLARITIES
    ]
    names = [Category(key, str(row.project)) for key, row in by_key.items()]
    return charts.share_bars(names, series, link=lambda key, side: by_key[key].link_to(side), column="Project")


def _first_steps(user: User, project: Project | None, tally: Tally) -> list[FirstStep]:
    latest = project.get_absolute_url() if project else ""
    steps = [
        FirstStep("Create a project", reverse("projects:project_create"), project is not None),
        FirstStep("Add pages to collect from, or import a file", latest, Target.objects.owned_by(user).exists()),
        FirstStep("Run it", latest, Job.objects.owned_by(user).exists()),
        FirstStep("Read what customers say", latest, bool(tally.labelled)),
    ]
    return [] if all(step.is_done for step in steps) else steps

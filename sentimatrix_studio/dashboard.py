"""What the start page shows: all projects of one person at a glance, archived ones left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from projects.models import Project, Target
from results import charts, panels
from results.charts import Category, Chart, Series
from results.choices import POLARITIES
from results.figures import Figure, figures
from results.models import DailyRollup
from results.panels import Course
from results.report import filled, suitable_unit, today
from results.tallies import Tally
from scraping.models import Job
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
    first_steps: list[FirstStep]  # empty once all are done
    tally: Tally
    figures: list[Figure]
    timeline: Chart
    distribution: Chart


def dashboard(user: User, start: date | None = None, end: date | None = None) -> Dashboard:
    """Of all days, or those from ``start`` to ``end``."""
    projects = Project.objects.owned_by(user).not_archived().order_by("-created_at", "-pk")
    ids = list(projects.values_list("pk", flat=True))
    rollups = DailyRollup.objects.filter(project_id__in=ids).between(start, end)
    first, last = rollups.first_and_last_day() or (today(), today())
    unit = suitable_unit(first, last)
    periods = filled(rollups.tally_by_period(unit), first, last, unit)
    tally = sum((one for _, one in periods), Tally({}))
    rows = project_rows(list(projects[:MOST_PROJECTS]), start, end)
    jobs = Job.objects.shown_to(user).prefetch_related("project").order_by("-created_at", "-pk")
    return Dashboard(
        rows=rows,
        more=len(ids) - len(rows),
        jobs=list(jobs[:MOST_JOBS]),
        first_steps=_first_steps(user, rows[0].project if rows else None, tally),
        tally=tally,
        figures=figures(tally, [one for _, one in periods]),
        timeline=panels.sentiment_over_time(
            Course(periods, unit, charts.shift(periods[-1][0], unit) > today()), 3, _narrowed
        ),
        distribution=_distribution(rows),
    )


def _narrowed(*, date_from: date, date_to: date, **others: Any) -> str:
    """The dashboard of these days alone: there each project leads to its own reviews."""
    return f"{reverse('dashboard')}?{urlencode({'date_from': str(date_from), 'date_to': str(date_to)})}"


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

"""Words that come up more this week than in the week before. Reviews are read for it, so it is asked for by itself."""

from collections.abc import Collection
from dataclasses import dataclass

from bson import ObjectId

from projects.models import Project
from results import keywords
from results.filters import ResultFilter
from results.links import reviews_link
from results.models import DailyRollup
from results.report import today
from results.significance import LEAST
from sentimatrix_studio.dashboard.changes import WEEK, first_day

MOST_PROJECTS, MOST_WORDS = 3, 6


@dataclass(frozen=True, slots=True)
class Word:
    term: str
    count: int
    before: int
    url: str  # the path of the list of this week's reviews that have it


@dataclass(frozen=True, slots=True)
class ProjectWords:
    project: Project
    words: list[Word]


def rising_words(project_ids: Collection[ObjectId]) -> list[ProjectWords]:
    """Of the projects with most reviews this week; those with few in either week are left out."""
    weeks = DailyRollup.objects.filter(project_id__in=project_ids).between(first_day() - WEEK, today())
    found = weeks.before_and_since(first_day(), ("project_id",), ("total",))
    enough = {pk: now.total for (pk,), (before, now) in found.items() if min(before.total, now.total) >= LEAST}
    busiest = sorted(enough, key=lambda pk: -enough[pk])[:MOST_PROJECTS]
    projects = Project.objects.in_bulk(busiest) if busiest else {}
    rows = [ProjectWords(projects[pk], _words(projects[pk])) for pk in busiest]
    return [row for row in rows if row.words]


def _words(project: Project) -> list[Word]:
    this_week = ResultFilter(date_from=first_day(), date_to=today())
    link = reviews_link(project, this_week)
    return [
        Word(one["term"], one["count"], one["before"], link(search=one["search"]))
        for one in keywords.rising(project, this_week, MOST_WORDS)["terms"]
    ]

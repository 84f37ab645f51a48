"""Whole projects of one person side by side, on the days they share: the same figures as of parts of a project.

Roll-ups and an index tell all of it, each asked once, however many projects there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.ownership import Person
from projects.models import Project
from results import reading
from results.comparing import FEWEST, MOST, Comparison, Part
from results.engines import engines_by_project, in_words
from results.filters import ResultFilter
from results.tallies import Tally

CHOSEN_BY = "project_id"
SHARED = ("platform", "date_from", "date_to")  # what roll-ups of any project can be asked for


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query string asks to compare. Archived projects may be among them: they keep their reviews."""

    projects: list[Project]  # in the order they are named in; perhaps too few or too many
    asked: ResultFilter

    @classmethod
    def parse(cls, user: Person, query: QueryDict, beside: Collection[str] = ()) -> "Asked":
        """Somebody else's project is answered like one that never was. ``beside`` are parameters of the caller's.

        Raises ValidationError naming what is wrong.
        """
        projects = chosen(user, query.getlist(CHOSEN_BY))
        if not projects:
            return cls([], ResultFilter())
        asked = ResultFilter.parse(projects[0], query, only=SHARED, beside=[CHOSEN_BY, *beside])
        wrong = [name for name in ("date_from", "date_to") if isinstance(getattr(asked, name), datetime)]
        if wrong:
            raise ValidationError(dict.fromkeys(wrong, "Use a whole day, such as 2026-03-01."))
        return cls(projects, asked)


def chosen(user: Person, values: list[str]) -> list[Project]:
    try:
        ids = list(dict.fromkeys(reading.object_id(value) for value in reading.several(values)))
        own = {project.pk: project for project in Project.objects.owned_by(user).filter(pk__in=ids)}
        if wrong := next((pk for pk in ids if pk not in own), None):
            raise ValidationError(f"You have no project {wrong}.")
    except ValidationError as error:
        raise ValidationError({CHOSEN_BY: error}) from error
    return [own[pk] for pk in ids]


def compare(wanted: Asked) -> Comparison:
    """Raises ValidationError if there is nothing to compare, or too much."""
    projects, asked = wanted.projects, wanted.asked
    if not FEWEST <= len(projects) <= MOST:
        raise ValidationError({CHOSEN_BY: f"Choose {FEWEST} to {MOST} to compare."})
    tallies = asked.rollups(*(project.pk for project in projects)).tally_by("project_id")
    parts = [Part(str(one.pk), one.name, one, asked, tallies.get(one.pk, Tally({}))) for one in projects]
    classes = min(project.sentiment_classes for project in projects)
    notices = [_classes_differ(projects), _engines_differ(projects, engines_by_project(projects))]
    return Comparison("projects", classes, parts, "rollups", [notice for notice in notices if notice])


def _classes_differ(projects: Sequence[Project]) -> str:
    finer = [project.name for project in projects if project.sentiment_classes == 5]
    if not finer or len(finer) == len(projects):
        return ""
    has = "has" if len(finer) == 1 else "have"
    return f"{in_words(finer)} {has} five labels and the others three: all are shown in three."


def _engines_differ(projects: Sequence[Project], engines: Mapping[ObjectId, list[str]]) -> str:
    """A sentence unless one engine has read everything."""
    read: dict[tuple[str, ...], list[str]] = {}
    for project in projects:
        read.setdefault(tuple(engines[project.pk]), []).append(project.name)
    if len({engine for found in read for engine in found}) < 2:
        return ""
    said = [
        f"{in_words(names)} {'was' if len(names) == 1 else 'were'} read by {in_words(found)}"
        for found, names in read.items()
        if found
    ]
    return f"{'; '.join(said)}: what differs may be the engines' doing."

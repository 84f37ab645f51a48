"""Which engines a project's labels come from: an average over several mixes what they say, and has to say so."""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId

from projects.models import Project
from results.models import Result
from sentimatrix_studio.mongo.pipelines import united

NUMBERS = {2: "two", 3: "three", 4: "four"}


def engines_of(project: Project) -> list[str]:
    return engines_by_project([project])[project.pk]


def engines_by_project(projects: Sequence[Project]) -> dict[ObjectId, list[str]]:
    """Their ids, such as ``local-1``, in order. An index alone tells them, however many reviews there are."""
    found: dict[ObjectId, list[str]] = {project.pk: [] for project in projects}
    for row in united(*((Result, _engines(project)) for project in projects)):
        found[row["project_id"]].append(row["_id"])
    return found


def _engines(project: Project) -> list[dict[str, Any]]:
    return [
        {"$match": {"project_id": project.pk, "engine": {"$nin": ["", None]}}},
        {"$sort": {"engine": 1}},
        {"$group": {"_id": "$engine"}},
        {"$sort": {"_id": 1}},
        {"$addFields": {"project_id": project.pk}},
    ]


def mixture(project: Project) -> str:
    """A sentence where there are several, else nothing."""
    engines = engines_of(project)
    if len(engines) < 2:
        return ""
    number = NUMBERS.get(len(engines), str(len(engines)))
    return f"The reviews were read by {number} engines, {in_words(engines)}: averages mix what they say."


def in_words(names: Sequence[str]) -> str:
    """``one, two and three``"""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

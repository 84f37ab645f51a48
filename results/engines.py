"""Which engines a project's labels come from: an average over several mixes what they say, and has to say so."""

from typing import Any

from projects.models import Project
from results.models import Result
from sentimatrix_studio.mongo.pipelines import collection, session

NUMBERS = {2: "two", 3: "three", 4: "four"}


def engines_of(project: Project) -> list[str]:
    """Their ids, such as ``local-1``, in order. An index alone tells them, however many reviews there are."""
    found: list[Any] = collection(Result).distinct("engine", {"project_id": project.pk}, session=session())
    return sorted(engine for engine in found if engine)


def mixture(project: Project) -> str:
    """A sentence where there are several, else nothing."""
    engines = engines_of(project)
    if len(engines) < 2:
        return ""
    number = NUMBERS.get(len(engines), str(len(engines)))
    named = f"{', '.join(engines[:-1])} and {engines[-1]}"
    return f"The reviews were read by {number} engines, {named}: averages mix what they say."

"""Which engine reads: the one that is wanted where it can be had, else the local one and a sentence that says so.

chosen = choose(project.config["analysis"]["engine"], project, run=job.pk)
analyses = chosen.engine.analyse(texts)
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from bson import ObjectId
from django.conf import settings

from projects.config import LLM_ENGINE, LOCAL, TRANSFORMER
from projects.models import Project
from results.analysis.engine import AnalysisError, Engine, get_engine

PACKAGES = ("torch", "transformers")
INSTEAD = "The built-in engine does the work."


@dataclass(frozen=True, slots=True)
class Chosen:
    engine: Engine
    notice: str = ""  # why it is not the wanted one, and that the built-in one does the work


def choose(wanted: str, project: Project | None = None, run: ObjectId | None = None, **work: Any) -> Chosen:
    """The engine of that name: ``local``, ``transformer`` or ``llm``. Slow when it is the first of its process.

    What an LLM needs to know is in the ``project``: which model, whose key, how much it may cost. All that is read for
    one ``run``, by whichever worker, counts against the same budget. ``work`` is what ``open_engine`` takes besides.

    Raises AnalysisError when trying again can help, and when not even the local engine can be had.
    """
    try:
        return Chosen(_engine(wanted, project, run, work))
    except AnalysisError as error:
        if error.can_retry or wanted == LOCAL:
            raise
        return Chosen(get_engine(LOCAL), f"{error.message} {INSTEAD}")


def _engine(wanted: str, project: Project | None, run: ObjectId | None, work: dict[str, Any]) -> Engine:
    if wanted == TRANSFORMER and (reason := _no_transformer()):
        raise AnalysisError("transformer_missing", reason)
    if wanted in (LOCAL, TRANSFORMER):
        return get_engine(wanted)
    if wanted != LLM_ENGINE or project is None or run is None:
        raise AnalysisError("llm_missing", "An LLM reads the reviews of projects, which say what it may cost.")
    # The language detector and what words the questions: loaded where texts are read and nowhere else.
    from results.analysis.llm import open_engine

    return open_engine(project, str(run), local=get_engine(LOCAL), **work)


def usable() -> frozenset[str]:
    """The engines that everybody can use here without a key of their own; loads none of them."""
    return frozenset([LOCAL] if _no_transformer() else [LOCAL, TRANSFORMER])


def _no_transformer() -> str:
    """Why there is none here, in a sentence; empty if there is."""
    if not settings.TRANSFORMER_MODEL:
        return "No model is named here for the transformer engine (TRANSFORMER_MODEL)."
    absent = [package for package in PACKAGES if find_spec(package) is None]
    return f"The transformer engine needs packages that are not installed: {', '.join(absent)}." if absent else ""

"""Which aspects the reviews of a project are searched for: those of its pack, and its owner's own."""

from typing import Any

from projects.models import Project
from results.analysis.aspects import Finder
from results.analysis.engine import get_engine
from results.analysis.lexicon import lexicon_of
from results.analysis.packs import Aspect, get_pack


def aspects_of(project: Project) -> tuple[Aspect, ...]:
    """None unless the project wants them. An own aspect takes the place of the pack's of that name."""
    wanted: dict[str, Any] = project.config["analysis"]
    if not wanted["aspects"]:
        return ()
    own = [read_aspect(line) for line in wanted["own_aspects"]]
    found = {aspect.name.casefold(): aspect for aspect in (*get_pack(wanted["aspect_pack"]).aspects, *own)}
    return tuple(found.values())


def read_aspect(line: str) -> Aspect:
    """``"Battle pass: battle pass, pass; not boarding pass"`` as the settings have it."""
    name, _, said = line.partition(":")
    terms, _, excludes = said.partition(";")
    return Aspect(name.strip(), _listed(terms), _listed(excludes.strip().removeprefix("not")))


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def finder_for(project: Project) -> Finder | None:
    """What looks for the aspects of the project, if it wants them. The local engine reads what is said of them."""
    aspects = aspects_of(project)
    return Finder(lexicon_of(aspects), get_engine()) if aspects else None


def shown(aspect: str) -> str:
    """An aspect's name as pages have it."""
    return aspect[:1].upper() + aspect[1:]

"""Which aspects the reviews of a project are searched for, and how what was found is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator

from projects.models import Project
from results.analysis.aspects import Finder
from results.analysis.engine import get_engine
from results.analysis.lexicon import lexicon_of
from results.analysis.packs import Aspect, get_pack
from results.choices import label_shown
from results.models import Result

AROUND = 60  # characters before and after a quote


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
    """An aspect's name as pages have it; ``"story:negative"``, as filters have what is said of one, too."""
    return (aspect[:1].upper() + aspect[1:]).replace(":", ", ")


@dataclass(frozen=True, slots=True)
class Said:
    """What a review says of an aspect, with some of what stands around it."""

    aspect: str
    label: str
    before: str
    quote: str
    after: str


def said_in(result: Result) -> Iterator[Said]:
    for found in result.aspects:
        quote, label = found["quote"], label_shown(found["sentiment"], result.project.sentiment_classes)
        text = result.text if quote in result.text else result.title
        before, _, after = text.partition(quote)
        yield Said(shown(found["aspect"]), label or "", _last_of(before), quote, Truncator(after).chars(AROUND))


def _last_of(text: str) -> str:
    """Its last words."""
    return f"… {text[-AROUND:].partition(' ')[2]}" if len(text) > AROUND else text

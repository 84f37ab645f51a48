"""What a review said before it was edited, with what the next version left out and put in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from results.models import Result

WORD = re.compile(r"\s*\S+")
MOST_WORDS = 2000  # comparing takes time with their square


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text: ``ins`` and ``del`` are what the next version put in and left out."""

    kind: str  # "", "ins" or "del"
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """An older text; ``pieces`` lead from it to the one that came after it."""

    until: str
    title: str
    pieces: list[Piece]
    rating: float | None
    rating_max: float | None


def versions(result: Result) -> list[Version]:
    """Latest first."""
    texts = [*(version["text"] for version in result.versions), result.text]
    found = zip(result.versions, pairwise(texts), strict=True)
    return [_version(version, *texts) for version, texts in found][::-1]


def _version(said: dict[str, Any], before: str, after: str) -> Version:
    return Version(said["until"], said["title"], list(pieces(before, after)), said["rating"], said["rating_max"])


def pieces(before: str, after: str) -> Iterator[Piece]:
    """From one text to the next, word by word; very long texts are not compared."""
    old, new = WORD.findall(before), WORD.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        yield Piece("", before)
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            yield Piece("", "".join(old[i:j]))
            continue
        if i < j:
            yield Piece("del", "".join(old[i:j]))
        if k < m:
            yield Piece("ins", "".join(new[k:m]))

"""Finding what a text speaks about: the terms of some aspects, in time that grows with the text alone."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from results.analysis.packs import Aspect

WORD = re.compile(r"[^\W_]+|[$€£]")
ENDS_IN_SIBILANT = re.compile(r".*(?:s|x|z|ch|sh)")
ENDS_IN_CONSONANT_AND_Y = re.compile(r".*[^aeiou]y")
DOUBLES = re.compile(r"[^aeiou]*[aeiou][bdgklmnprt]")  # lag, lagging

Phrase = tuple[str, ...]


class Hit(NamedTuple):
    """Where a text names something; ``aspects`` are the names of those that it may mean."""

    aspects: frozenset[str]
    start: int
    end: int


class Lexicon:
    """The phrases of some aspects as one table, by their words.

    Of phrases that overlap the one that begins first counts, and of those the longest: so "crash course" is no crash,
    and "battery life" no life.
    """

    def __init__(self, aspects: Sequence[Aspect]) -> None:
        self.aspects = tuple(aspects)
        self._meanings = _meanings(self.aspects)
        lengths = defaultdict[str, set[int]](set)
        for phrase in self._meanings:
            lengths[phrase[0]].add(len(phrase))
        self._lengths = {word: sorted(found, reverse=True) for word, found in lengths.items()}

    @property
    def names(self) -> list[str]:
        return [aspect.name for aspect in self.aspects]

    def find(self, text: str) -> Iterator[Hit]:
        """In order, and none over another."""
        places = [(word[0].lower(), word.start(), word.end()) for word in WORD.finditer(text)]
        words = [word for word, _, _ in places]
        at = 0
        while at < len(words):
            phrase = self._longest(words, at)
            if phrase and (meant := self._meanings[phrase]):
                yield Hit(meant, places[at][1], places[at + len(phrase) - 1][2])
            at += max(1, len(phrase))

    def _longest(self, words: Sequence[str], at: int) -> Phrase:
        candidates = (tuple(words[at : at + length]) for length in self._lengths.get(words[at], ()))
        return next((phrase for phrase in candidates if phrase in self._meanings), ())


@lru_cache(maxsize=64)
def lexicon_of(aspects: tuple[Aspect, ...]) -> Lexicon:
    """Made once for the same aspects: it takes some milliseconds."""
    return Lexicon(aspects)


def _meanings(aspects: Sequence[Aspect]) -> dict[Phrase, frozenset[str]]:
    """Phrase → the aspects it names: none where it is only there to be passed over."""
    meanings: dict[Phrase, frozenset[str]] = {}
    for aspect in aspects:
        for term in aspect.terms:
            for phrase in phrases(term):
                meanings[phrase] = meanings.get(phrase, frozenset()) | {aspect.name}
    for aspect in aspects:
        for term in aspect.excludes:
            for phrase in phrases(term):
                meanings[phrase] = meanings.get(phrase, frozenset()) - {aspect.name}
    return meanings


def phrases(term: str) -> Iterator[Phrase]:
    """A term as its words, with the usual endings of the last; with an apostrophe also as people type it without."""
    for written in {term, term.replace("'", "")}:
        words = [word.lower() for word in WORD.findall(written)]
        for last in forms(words[-1]) if words else ():
            yield (*words[:-1], last)


def forms(word: str) -> set[str]:
    """``"crash"`` → crash, crashes, crashed, crashing. Some of them may be no words, which does no harm."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return {word, f"{word}s"}
    stem = word + word[-1] if DOUBLES.fullmatch(word) else word.removesuffix("e")
    if ENDS_IN_CONSONANT_AND_Y.fullmatch(word):
        return {word, f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing"}
    plural = f"{word}es" if ENDS_IN_SIBILANT.fullmatch(word) else f"{word}s"
    return {word, plural, f"{stem}ed", f"{stem}ing"}

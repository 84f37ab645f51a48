"""Taking a text apart so that what it says of one thing is not laid on another: "great story but it crashes".

Every piece is a span of the text, so that it can be quoted as it stands there.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from results.analysis.lexicon import WORD, Hit

# One character or word at a time: no run of blanks or dots takes longer than its length.
BREAK = re.compile(
    r"""
      (?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bmr)(?<!\bdr)[.!?…](?=[\s"'”’)\]]|$)  # the end of a sentence
    | [\r\n;•]
    | (?<=\s)[–—-](?=\s)
    | (?<!nothing\s)(?<!anything\s)(?<!everything\s)(?<!all\s)\bbut\b
    | \b(?:however|(?:even\s)?though|although|despite|yet|except|whereas|unfortunately|sadly|nevertheless|otherwise
        |on\sthe\sother\shand|other\sthan\sthat|apart\sfrom|aside\sfrom)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
CONCEDES = re.compile(
    r"(?:(?:even\s)?though|although|despite|apart\sfrom|aside\sfrom|other\sthan\sthat)", re.IGNORECASE
)
JOIN = re.compile(r"[,:]|\b(?:and|while)\b", re.IGNORECASE)
MARKS = ".!?…"
EDGE = " \t\u00a0,.:-–—*_~|/\"“”'‘’()[]{}<>"
# What a piece may hold besides the names of things without saying anything of them.
FUNCTION_WORDS = """
    a an the this that these those its it s is are was were i my your our their his her in of on for with to at by from
    as and or also too plus both all some any there here game product app film movie place item
"""
EMPTY_WORDS = frozenset(FUNCTION_WORDS.split())


class Piece(NamedTuple):
    """A part of a text that names one or more aspects."""

    start: int
    end: int
    aspects: frozenset[str]


def pieces(text: str, hits: Sequence[Hit]) -> Iterator[Piece]:
    """The parts of the text that name something, in order."""
    waiting = list(reversed(hits))
    for start, end in _clauses(text):
        found = []
        while waiting and waiting[-1].start < end:
            found.append(waiting.pop())
        if found:
            yield from _parts(text, start, end, found)


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    start, concedes = 0, False
    for found in BREAK.finditer(text):
        # A mark belongs to the clause before it, a word of contrast to none.
        yield from _conceded(text, start, found.end() if found[0] in MARKS else found.start(), concedes)
        start, concedes = found.end(), bool(CONCEDES.fullmatch(found[0]))
    yield from _conceded(text, start, len(text), concedes)


def _conceded(text: str, start: int, end: int, concedes: bool) -> Iterator[tuple[int, int]]:
    """What is conceded ends at the first comma: "although it crashes, I love it"."""
    comma = text.find(",", start, end) if concedes else -1
    if comma >= 0:
        yield start, comma
        start = comma + 1
    yield start, end


def _parts(text: str, start: int, end: int, hits: Sequence[Hit]) -> Iterator[Piece]:
    """A clause that names several aspects in the parts that say something each: "great graphics, awful controls", but
    not "great graphics, story and music"."""
    cuts = [start, *_cuts(text, start, end, hits), end] if len({hit.aspects for hit in hits}) > 1 else [start, end]
    for first, last in pairwise(cuts):
        aspects = frozenset[str]().union(*(hit.aspects for hit in hits if first <= hit.start < last))
        if aspects:
            yield Piece(*_trimmed(text, first, last), aspects)


def _cuts(text: str, start: int, end: int, hits: Sequence[Hit]) -> Iterator[int]:
    """Where a part ends that names something and has words about it, and another such part begins."""
    joins = [start, *(join.start() for join in JOIN.finditer(text, start, end))]
    names = {bisect_right(joins, hit.start) for hit in hits}
    said = {bisect_right(joins, at) for at in _words_about(text, start, end, hits)}
    is_named = is_told = False
    for part in range(1, len(joins) + 1):
        if is_named and is_told and part in names and part in said:
            yield joins[part - 1]
            is_named = is_told = False
        is_named, is_told = is_named or part in names, is_told or part in said


def _words_about(text: str, start: int, end: int, hits: Sequence[Hit]) -> Iterator[int]:
    """Where words begin that are neither names nor empty."""
    named = {at for hit in hits for at in range(hit.start, hit.end)}
    for word in WORD.finditer(text, start, end):
        if word.start() not in named and word[0].lower() not in EMPTY_WORDS:
            yield word.start()


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blanks and marks around, and without the word that joins it to what is before."""
    piece = text[start:end].rstrip(EDGE)
    kept = piece.lstrip(EDGE)
    if (join := JOIN.match(kept)) and kept[join.end() : join.end() + 1].isspace():
        kept = kept[join.end() :].lstrip(EDGE)
    return start + len(piece) - len(kept), start + len(piece)

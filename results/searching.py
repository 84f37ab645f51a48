"""Searching reviews: what people type, and which reviews it finds.

All words must occur, each in any of its forms; ``"quoted words"`` together and as they stand; ``-word`` and
``-"quoted words"`` must not. Words are looked up in an index that has them by date (``Result.words``); what is quoted
is then read in the texts themselves, and so are words that nearly every review has.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Self

from bson import ObjectId

from results.models import Result
from results.words import ACCENTS, LETTER, MARKS, asked_words, folded
from sentimatrix_studio.mongo.pipelines import united

COUNTED = 10_000  # reviews, beyond which it does not matter how many more have a word
TERM = re.compile(r'(?P<out>-?)(?:"(?P<quoted>[^"]+)"|(?P<plain>[^\s"]+))')
QUOTES = str.maketrans("“”„", '"""')
SIGNS = re.compile(r"[!-/:-@\[-`{-~–—…‘’«»·•]+")  # between words: "battery & screen"

Condition = dict[str, Any]


@dataclass(frozen=True)
class Term:
    """``words`` are those the index has of it. One that is exact must stand in the text as well, just so."""

    text: str
    words: tuple[str, ...]
    is_exact: bool

    @cached_property
    def pattern(self) -> str:
        """A regular expression for it that Python and MongoDB read alike, without regard to case."""
        typed = unicodedata.normalize("NFC", self.text)
        inner = r"\s+".join("".join(map(_letter, part)) for part in typed.split())
        before = rf"(?<!{LETTER})(?<![{MARKS}])" if re.match(LETTER, typed) else ""
        after = rf"(?![{MARKS}]*{LETTER})" if re.match(LETTER, typed[-1]) else ""
        return before + inner + after

    @property
    def condition(self) -> Condition:
        found: Condition = {"words": {"$all": [*self.words]}} if self.words else {}
        return {**found, **self.as_it_stands} if self.is_exact else found

    @property
    def as_it_stands(self) -> Condition:
        read = {"$regex": f"(*UCP){self.pattern}", "$options": "i"}
        return {"$or": [{"text": read}, {"title": read}]}


@dataclass(frozen=True)
class Search:
    wanted: tuple[Term, ...] = ()
    left_out: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, typed: str) -> Self:
        wanted: list[Term] = []
        left_out: list[Term] = []
        for found in TERM.finditer(typed.translate(QUOTES)):
            quoted, plain = (found["quoted"] or "").strip(), found["plain"] or ""
            text = quoted or ("" if SIGNS.fullmatch(plain) else plain)
            if text:
                words = tuple(asked_words(text))
                (left_out if found["out"] else wanted).append(Term(text, words, bool(quoted) or not words))
        return cls(tuple(wanted), tuple(left_out))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All that the reviews must have, of which there has to be at least one."""
        return tuple(dict.fromkeys(word for term in self.wanted for word in term.words))

    @property
    def is_one_word(self) -> bool:
        return len(self.words) == 1 and not self.left_out and not any(term.is_exact for term in self.wanted)

    def condition(self, words: Sequence[str]) -> Condition:
        """The filter of MongoDB. It looks up the first of the words, and the others in the reviews that it finds."""
        found: Condition = {"words": {"$all": [*words]}}
        if exact := [term.as_it_stands for term in self.wanted if term.is_exact]:
            found["$and"] = exact
        if self.left_out:
            found["$nor"] = [term.condition for term in self.left_out]
        return found


@lru_cache(1000)
def quoted(text: str) -> re.Pattern[str]:
    """Finds a text as it stands, as the search does."""
    return re.compile(Term(text, (), is_exact=True).pattern, re.IGNORECASE)


@lru_cache(256)
def parse(typed: str) -> Search:
    return Search.parse(typed)


def condition(project_id: ObjectId, typed: str) -> Condition:
    search = parse(typed)
    return search.condition(_rarest_first(project_id, search.words))


def _rarest_first(project_id: ObjectId, words: Sequence[str]) -> Sequence[str]:
    if len(words) < 2:
        return words
    stages: list[list[Condition]] = [
        [
            {"$match": {"project_id": project_id, "words": word}},
            {"$limit": COUNTED},
            {"$group": {"_id": None, "n": {"$sum": 1}}},
            {"$addFields": {"word": word}},
        ]
        for word in words
    ]
    found = {row["word"]: row["n"] for row in united(*((Result, one) for one in stages))}
    return sorted(words, key=lambda word: found.get(word, 0))


def _letter(letter: str) -> str:
    """The letter, with and without accents."""
    if letter in "'’":
        return "['’]"
    plain = folded(letter)
    if not letter.isalpha() or len(plain) != 1:
        return re.escape(letter)
    ways = "".join(dict.fromkeys(plain + letter + ACCENTED.get(plain, "")))
    return f"[{ways}][{ACCENTS}]*"


def _accented() -> defaultdict[str, str]:
    """``{"e": "èéêë…"}``, of the letters that Europe and its neighbours write with."""
    found: defaultdict[str, str] = defaultdict(str)
    for letter in map(chr, [*range(0xC0, 0x180), *range(0x370, 0x500)]):
        if letter.islower() and (plain := folded(letter)) != letter and len(plain) == 1:
            found[plain] += letter
    return found


ACCENTED = _accented()

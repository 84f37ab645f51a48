"""The words of a review, told apart as MongoDB's text index tells them: what is counted here, a search finds.

A word counts in all its forms ("crash", "crashes", "crashed"); a phrase of two words as it stands.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from snowballstemmer import stemmer

# Words, and whatever parts the words of a phrase: anything but a single space.
PIECES = re.compile(r"[\w']+|[^\w' ]| {2,}")
LONGEST_WORD = 30
STOP_WORDS = frozenset((Path(__file__).parent / "stop_words.txt").read_text(encoding="utf-8").split())
# They say nothing alone, and turn the word behind them round.
TURNING = {
    *("not", "no", "never", "cannot", "too", "can't", "don't", "didn't", "doesn't", "isn't", "wasn't", "won't"),
    *("couldn't", "wouldn't", "cant", "dont", "didnt", "doesnt", "isnt", "wasnt", "wont"),
}

Pair = tuple[str, str]


def pieces(text: str) -> list[str]:
    """Words and what parts them, in order, out of a text in small letters."""
    return PIECES.findall(text)


def stems(words: Iterable[str]) -> set[str]:
    """Of those that say something, each once."""
    found = set(map(stem, words))
    found.discard("")
    return found


@lru_cache(50_000)
def stem(word: str) -> str:
    """What the forms of a word have in common: as MongoDB has it, stemmed first, and then without accents. Empty for
    what says nothing."""
    if len(word) > LONGEST_WORD or sum(map(str.isalpha, word)) < 2 or word.strip("'") in STOP_WORDS:
        return ""
    return without_accents(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    return stemmer("english")


def without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def pairs(found: list[str], telling: Collection[str]) -> set[Pair]:
    """Neighbours of which the second has one of the ``telling`` stems, and the first as well, unless it turns it."""
    return {
        (one, other)
        for one, other in pairwise(found)
        if stem(other) in telling and (one in TURNING or stem(one) in telling)
    }

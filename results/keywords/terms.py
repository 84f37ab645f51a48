"""The words of a review, told apart as the search tells them: what is counted here, it finds.

A word counts in all its forms ("crash", "crashes", "crashed"); a phrase of two words as it stands.
"""

import re
import tomllib
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from results.words import stem as searched

# Words, and whatever parts the words of a phrase: anything but a single space.
PIECES = re.compile(r"[\w']+|[^\w' ]| {2,}")
LONGEST_WORD = 30
STOP_WORDS = frozenset((Path(__file__).parent / "stop_words.txt").read_text(encoding="utf-8").split())
ENGLISH = "en"
# By language: they say nothing alone, and turn the word behind them round.
TURNING: dict[str, str] = tomllib.loads((Path(__file__).parent / "turning.toml").read_text(encoding="utf-8"))

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
    """What the forms of a word have in common, as the search has it; empty for what says nothing."""
    if len(word) > LONGEST_WORD or sum(map(str.isalpha, word)) < 2 or word.strip("'") in STOP_WORDS:
        return ""
    return searched(word.strip("'"))


def telling(words: Iterable[str], language: str) -> set[str]:
    """The stems of those that say something in a language: "die" does in English, and does not in German."""
    if language in ("", ENGLISH):
        return stems(words)
    return stems(word for word in set(words) if not _says_nothing(word, language))


@lru_cache(50_000)
def _says_nothing(word: str, language: str) -> bool:
    """Also what is drawn together, such as "c'est"."""
    return all(len(part) < 2 or part in _stop_words(language) for part in word.split("'"))


@cache
def _stop_words(language: str) -> frozenset[str]:
    from stopwordsiso import stopwords  # 9 MB, which a site of English reviews never needs

    return frozenset(stopwords(language))


@cache
def turning(language: str) -> frozenset[str]:
    return frozenset(f"{TURNING[ENGLISH]} {TURNING.get(language, '')}".split())


def pairs(found: list[str], known: Collection[str], language: str = ENGLISH) -> set[Pair]:
    """Neighbours of which the second has one of the ``known`` stems, and the first as well, unless it turns it."""
    turn = turning(language)
    return {
        (one, other) for one, other in pairwise(found) if stem(other) in known and (one in turn or stem(one) in known)
    }

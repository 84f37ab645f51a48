"""The words of a text as the search knows them: whatever their form, their case and their accents.

A word counts in all its forms ("crash", "crashes", "crashed") by the rules of English, which leave words of other
alphabets as they are. Scripts that put no space between words are taken by the character and by pairs of neighbours.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from Stemmer import Stemmer

MOST = 1000  # different words of one review that can be found, the first ones: an essay must not fill the index
LONGEST = 40  # characters of a word that count
# They are in nearly every review and say nothing: a quarter of the index would be of them.
SAYING_NOTHING = """
a an and are as at be been but by for from had has have he her his i if in is it its me my of on or our she so
that the their they this to was we were with you your
"""
STOP_WORDS = frozenset(SAYING_NOTHING.split())

# Thai, kana, Han and Hangul, which is spaced, but hangs its particles on the words.
UNSPACED = (
    "\u0e00-\u0e7f\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)
ACCENTS = "\u0300-\u036f"
MARKS = f"{ACCENTS}\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"  # parts of a word
LETTER = rf"[^\W_{UNSPACED}]"
WORD = re.compile(rf"{LETTER}+(?:[{MARKS}]+{LETTER}*|['’]{LETTER}+)*")
ASCII_WORD = re.compile(r"[a-zA-Z0-9]+(?:'[a-zA-Z0-9]+)*")  # the same of plain texts, in a fifth of the time
RUN = re.compile(f"[{UNSPACED}]+")
ACCENT = re.compile(f"[{ACCENTS}]")


def words(*texts: str) -> list[str]:
    """What is kept of a review to find it by: each once, in order, and no more than ``MOST``."""
    found = dict.fromkeys(form for text in texts for form in _forms(text))
    found.pop("", None)
    return list(found)[:MOST]


def asked_words(text: str) -> list[str]:
    """What a review must have kept that has all words of the text; empty if the search knows none of them."""
    found = [stem(word) for word in spaced_words(text)]
    for run in runs(text):
        found += pairs(run) or [run]
    return [word for word in dict.fromkeys(found) if word]


def _forms(text: str) -> Iterator[str]:
    yield from map(stem, spaced_words(text))
    for run in runs(text):
        yield from run
        yield from pairs(run)


def spaced_words(text: str) -> list[str]:
    found: list[str] = (ASCII_WORD if text.isascii() else WORD).findall(text)
    return found


def runs(text: str) -> list[str]:
    return [] if text.isascii() else [folded(run) for run in RUN.findall(text)]


def pairs(run: str) -> list[str]:
    """``"電池寿"`` → ``["電池", "池寿"]``."""
    return [one + other for one, other in pairwise(run)]


@lru_cache(50_000)
def stem(word: str) -> str:
    """What the forms of a word have in common; empty for one that says nothing."""
    found = _stemmers.english.stemWord(folded(word)[:LONGEST])
    return "" if found in STOP_WORDS else found


def folded(text: str) -> str:
    """Without regard to case, accents, and how letters are put together."""
    if text.isascii():
        return text.lower()
    plain = ACCENT.sub("", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", plain).replace("’", "'")


class _Stemmers(threading.local):
    """One a thread: they are not made to be shared."""

    def __init__(self) -> None:
        self.english = Stemmer("english", 0)  # which need not remember: we do


_stemmers = _Stemmers()

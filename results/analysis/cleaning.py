"""Text as the embedded model knows it: the same steps in training and in use, or its answers drift."""

import html
import re
from functools import lru_cache
from pathlib import Path

EMOJI_FILE = Path(__file__).parent / "model" / "emoji.tsv"
MENTION = re.compile(r"@\w+")
LINK = re.compile(r"https?://\S+|www\.\S+")
MASK = re.compile(r"@user|\bhttp\b")
# No word of a language in Latin letters is so long: somebody held a key down, or pasted a code.
NO_WORD = re.compile(r"[A-Za-z\d+/=_-]{46,}")
# Hundreds of quotes or brackets around a text would fill up what the model reads of it.
MARKS = r"""["'`´“”„‚‘’«»‹›<>()\[\]{}|*_~=+.,:;!?#/\\^-]"""
HEAP_OF_MARKS = re.compile(rf"{MARKS}(?:\s?{MARKS}){{19,}}")
MARKS_KEPT = 3
WHITE_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text with HTML entities read, mentions as `@user`, links as `http`, emoji as names, white space folded."""
    return with_emoji_named(masked(text))


def masked(text: str) -> str:
    """The text with HTML entities read, mentions as `@user` and links as `http`, heaps of marks cut short."""
    if "&" in text:
        text = html.unescape(text)
    text = LINK.sub("http", MENTION.sub("@user", text))
    return HEAP_OF_MARKS.sub(lambda heap: f"{heap[0][:MARKS_KEPT]} ", text)


def words_of(text: str) -> str:
    """What people wrote themselves, and in words: a masked text without its `@user`, `http` and endless "words"."""
    return NO_WORD.sub(" ", MASK.sub(" ", text))


def with_emoji_named(text: str) -> str:
    """The text with emoji as their names and white space folded."""
    if not text.isascii():
        text = without_surrogates(text).translate(emoji_names())
    return WHITE_SPACE.sub(" ", text).strip()


def without_surrogates(text: str) -> str:
    """The text without lone surrogates, which no tokenizer and no database can encode."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def has_emoji(text: str) -> bool:
    return any(ord(character) in emoji_names() for character in text)


@lru_cache(maxsize=1)
def emoji_names() -> dict[int, str]:
    """A table for `str.translate`: the code point of each emoji and its name between blanks."""
    rows = (line.split("\t") for line in EMOJI_FILE.read_text(encoding="utf-8").splitlines())
    return {ord(emoji): f" {name} " for emoji, name in rows}

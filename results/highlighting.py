"""What a search has found in a text, marked: the words it looked for in any of their forms, and what it has quoted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from html import escape
from itertools import chain, islice, takewhile

from django.utils.safestring import SafeString, mark_safe

from results import searching
from results.words import RUN, WORD, folded, stem

Span = tuple[int, int]  # where it starts, and where it has ended


def marked(text: str, typed: str = "", length: int = 0) -> SafeString:
    """The text, escaped, with what was searched for marked.

    With a ``length``, an excerpt of about so many characters around the first of it.
    """
    if not typed:  # a list has fifty of these
        end = _excerpt(text, 0, length)[1]
        return mark_safe(f"{escape(text[:end])}{'…' if end < len(text) else ''}")  # noqa: S308 - escaped
    spans = _joined(_wanted(typed).spans(text))
    first = [*islice(spans, 1)]
    start, end = _excerpt(text, first[0][0] if first else 0, length)
    parts, done = ["…" if start else ""], start
    for begins, ends in takewhile(lambda span: span[0] < end, chain(first, spans)):
        if ends > start:
            shown = slice(max(begins, start), min(ends, end))
            parts += escape(text[done : shown.start]), "<mark>", escape(text[shown]), "</mark>"
            done = shown.stop
    parts += escape(text[done:end]), "…" if end < len(text) else ""
    return mark_safe("".join(parts))  # noqa: S308 - all that comes out of the text is escaped


def _excerpt(text: str, around: int, length: int) -> Span:
    if not length or len(text) <= length:
        return 0, len(text)
    start = max(0, around - length // 3)
    start = text.find(" ", start) + 1 if start else 0
    return start, start + len(text[start : start + length].rstrip())


@dataclass(frozen=True, slots=True)
class Wanted:
    """``words`` as the index has them, and what was quoted."""

    words: frozenset[str]
    quoted: tuple[re.Pattern[str], ...]

    def spans(self, text: str) -> Iterator[Span]:
        """In order; they may overlap."""
        quoted = ((found.span() for found in pattern.finditer(text)) for pattern in self.quoted)
        return merge(self._words(text), self._characters(text), *quoted)

    def _words(self, text: str) -> Iterator[Span]:
        return (word.span() for word in WORD.finditer(text) if stem(word[0]) in self.words)

    def _characters(self, text: str) -> Iterator[Span]:
        for run in () if text.isascii() else RUN.finditer(text):
            for start in range(*run.span()):
                for end in range(start + 1, min(start + 2, run.end()) + 1):
                    if folded(text[start:end]) in self.words:
                        yield start, end


@lru_cache(64)
def _wanted(typed: str) -> Wanted:
    terms = searching.parse(typed).wanted
    words = frozenset(word for term in terms if not term.is_exact for word in term.words)
    return Wanted(words, tuple(searching.quoted(term.text) for term in terms if term.is_exact))


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Those that overlap or touch are one."""
    start = end = -1
    for begins, ends in spans:
        if begins > end:
            if end > 0:
                yield start, end
            start, end = begins, ends
        end = max(end, ends)
    if end > 0:
        yield start, end

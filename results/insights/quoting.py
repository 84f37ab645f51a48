"""Sentences out of reviews: what is said of something, and what is asked for."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypedDict

from results.insights.wordings import wording
from results.keywords.reading import Review
from results.keywords.scoring import Term
from results.keywords.terms import pieces, stems
from sentimatrix_studio import rest

SHORTEST, LONGEST = 20, 240  # characters of a quote
QUOTES = 3  # of a point
LOOKED_AT = 40  # reviews that are searched for a point's quotes
SENTENCES = re.compile(r"[^.!?\n]+[.!?]*")


class QuoteJson(TypedDict):
    """Words of a review as they stand there, cut where they are long."""

    result_id: str
    quote: str
    date: str


def sentences(row: dict[str, Any]) -> Iterator[str]:
    for found in SENTENCES.finditer(f"{row['title']}\n{row['text']}"):
        if said := " ".join(found.group().split()):
            yield said


def quote_of(review: Review, sentence: str) -> QuoteJson:
    cut = sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1].rsplit(' ', 1)[0]}…"
    return {"result_id": str(review.id), "quote": cut, "date": rest.utc(review.date)}


def quotes(reviews: Iterable[Review], is_meant: Callable[[str], bool], used: set[str]) -> list[QuoteJson]:
    """A sentence each out of the reviews, in their order; none that is already ``used``, which it is from now on."""
    found: list[QuoteJson] = []
    for review in reviews:
        said = next((one for one in sentences(review.row) if _is_quotable(one, used) and is_meant(one)), None)
        if said:
            used.add(said.lower())
            found.append(quote_of(review, said))
        if len(found) == QUOTES:
            break
    return found


def strongest(reviews: Iterable[Review]) -> list[Review]:
    """Those whose label is clearest, the clearest first."""
    order = sorted(reviews, key=lambda one: (-abs(one.score) * (one.row["confidence"] or 0), str(one.id)))
    return order[:LOOKED_AT]


def says(term: Term, sentence: str) -> bool:
    small = sentence.lower()
    return term.stems <= stems(pieces(small)) and (not term.is_phrase or term.words in small)


def wanted(review: Review) -> str | None:
    """The first sentence that asks for something, in the review's language."""
    asks = wording(review.language).asks
    if not asks.search(f"{review.row['title']}\n{review.row['text']}"):
        return None
    return next((one for one in sentences(review.row) if len(one) >= SHORTEST and asks.search(one)), None)


def _is_quotable(sentence: str, used: set[str]) -> bool:
    return len(sentence) >= SHORTEST and sentence.lower() not in used

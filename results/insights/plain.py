"""A summary without a language model: what reviews praise, criticise and ask for, in their own words.

Points are the aspects that reviews speak about, where they were looked for, and else the words that set a side apart.
Nothing is said that is not counted or quoted.
"""

from collections import Counter, defaultdict
from typing import Any, TypedDict

from bson import ObjectId

from results import aspects
from results.choices import POLARITY_OF
from results.insights.quoting import QUOTES, QuoteJson, quote_of, quotes, says, strongest, wanted
from results.insights.wordings import wording
from results.keywords.reading import Review, Window
from results.keywords.scoring import Term, apart
from results.keywords.terms import pieces, stem, stems, telling
from sentimatrix_studio import rest

ENGINE = "words-1"
POINTS = 5  # of each kind
FEWEST = 3  # reviews that say so, for a point
USUAL = 0.15  # share of all reviews: what so many speak about is what the reviews are of, and no point
LOOKED_AT = 60  # terms that one side has more often
SURE_ENOUGH = 1.0  # standard deviations: each point shows its count and its quotes
FEW = 10  # reviews are never so many
KINDS = {"pros": "positive", "cons": "negative"}


Said = tuple[Review, dict[str, Any]]  # an entry of a review's aspects


class Point(TypedDict):
    """``count`` reviews say so: those that ``about`` finds, a term or an aspect and the side. None, and nothing, where
    they have only their quotes in common."""

    text: str
    count: int | None
    about: dict[str, str]
    quotes: list[QuoteJson]


class Content(TypedDict):
    summary: str
    pros: list[Point]
    cons: list[Point]
    requests: list[Point]


def write(window: Window) -> Content:
    used: set[str] = set()
    pros, cons = (_points(window, side, used) for side in KINDS.values())
    asking = [(review, said) for review in window.reviews if (said := wanted(review))]
    requests = _requests(asking, window)
    if window.since:
        for point in (*pros, *cons):
            point["about"]["date_from"] = rest.utc(window.since)  # what was not read is not counted
    return {"summary": _summary(window, pros, cons, len(asking)), "pros": pros, "cons": cons, "requests": requests}


def _points(window: Window, side: str, used: set[str]) -> list[Point]:
    here = [review for review in window.reviews if review.side == side]
    there = [review for review in window.reviews if review.side != side]
    found = _aspects(window, side, used)
    said = {known for point in found for known in stems(pieces(point["text"].lower()))}
    usual = _opinions(window) | _usual(window)
    for one in apart(here, there, LOOKED_AT, sure=SURE_ENOUGH):
        # What is praised, not that it is: "great" is no point.
        if len(found) < POINTS and not one.term.stems <= usual and said.isdisjoint(one.term.stems):
            found += _of_term(one.term, here, side, used)
            said |= one.term.stems
    return found


def _of_term(term: Term, here: list[Review], side: str, used: set[str]) -> list[Point]:
    saying = [review for review in here if term.is_in(review)]
    cited = quotes(strongest(saying), lambda sentence: says(term, sentence), used)
    about = {"search": term.search, "side": side}
    return [{"text": term.words.capitalize(), "count": len(saying), "about": about, "quotes": cited}] if cited else []


def _aspects(window: Window, side: str, used: set[str]) -> list[Point]:
    """Those of which more reviews say this than the contrary."""
    here, there = _said(window, side), _said(window, "negative" if side == "positive" else "positive")
    led = {name: said for name, said in here.items() if len(said) >= FEWEST and len(said) > len(there.get(name, ()))}
    order = sorted(led, key=lambda name: (-len(led[name]), name))[:POINTS]
    return [point for name in order for point in _of_aspect(name, side, list(led[name].values()), used)]


def _said(window: Window, side: str) -> dict[str, dict[ObjectId, Said]]:
    """What is said on a side, by aspect and review: of several clauses of a review the clearest."""
    found: dict[str, dict[ObjectId, Said]] = defaultdict(dict)
    for review in window.reviews:
        for one in sorted(review.row["aspects"], key=lambda one: abs(one["score"])):
            if POLARITY_OF[one["sentiment"]] == side:
                found[one["aspect"]][review.id] = (review, one)
    return found


def _of_aspect(name: str, side: str, said: list[Said], used: set[str]) -> list[Point]:
    cited: list[QuoteJson] = []
    for review, one in sorted(said, key=lambda pair: (-abs(pair[1]["score"]), str(pair[0].id))):
        if one["quote"].lower() not in used and len(cited) < QUOTES:
            used.add(one["quote"].lower())
            cited.append(quote_of(review, one["quote"]))
    about = {"aspect": f"{name}:{side}"}
    return [{"text": aspects.shown(name), "count": len(said), "about": about, "quotes": cited}] if cited else []


def _requests(asking: list[tuple[Review, str]], window: Window) -> list[Point]:
    """What several ask for by the word they share, most wanted first; then single ones, the newest first."""
    about = [(review, said, _asked_for(review, said)) for review, said in asking]
    usual = _usual(window)
    found: list[Point] = []
    while about and len(found) < POINTS:
        counted = Counter(word for _, _, words in about for word in sorted(words - usual))
        shared, count = counted.most_common(1)[0] if counted else ("", 1)
        group = [one for one in about if shared in one[2]] if count > 1 else about[:1]
        about = [one for one in about if one not in group]
        heading = _form(shared, [said for _, said, _ in group]).capitalize() if count > 1 else ""
        cited = {said.lower(): quote_of(review, said) for review, said, _ in reversed(group)}
        found.append({"text": heading, "count": len(group), "about": {}, "quotes": list(cited.values())[::-1][:QUOTES]})
    return found


def _asked_for(review: Review, said: str) -> set[str]:
    return telling(pieces(said.lower()), review.language) - wording(review.language).asking


def _opinions(window: Window) -> set[str]:
    """Of the languages there are."""
    languages = {review.language for review in window.reviews}
    return {word for language in languages for word in wording(language).opinions}


def _usual(window: Window) -> set[str]:
    counted = Counter(word for review in window.reviews for word in review.stems)
    return {word for word, count in counted.items() if count > max(USUAL * window.read, FEW)}


def _form(shared: str, said: list[str]) -> str:
    """The word as most of them write it."""
    forms = Counter(word for sentence in said for word in pieces(sentence.lower()) if stem(word) == shared)
    return min(forms, key=lambda word: (-forms[word], word))


def _summary(window: Window, pros: list[Point], cons: list[Point], asking: int) -> str:
    if not window.reviews:
        return ""
    sides = Counter(review.side for review in window.reviews)
    shares = {side: round(100 * sides[side] / window.read) for side in ("positive", "negative")}
    said = [f"Of {window.read:,} reviews {shares['positive']}% are positive and {shares['negative']}% negative."]
    for words, points in (("Praise", pros), ("Criticism", cons)):
        if points:
            named = ", ".join(point["text"].lower() for point in points)
            said.append(f"{words} is mostly about: {named}.")
    if asking:
        said.append(f"{asking:,} ask{'s' if asking == 1 else ''} for something.")
    return " ".join(said)

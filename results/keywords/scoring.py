"""Which terms tell something: those that set a side apart from the others, and those that come up more than before.

A term counts once a review, however often the review has it: one person who repeats a word is still one person.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import log, sqrt

from results.keywords.reading import Review, Window
from results.keywords.terms import Pair, pairs, pieces, stem
from results.searching import quoted

FEWEST = 3  # reviews of a side, for a term to be named at all
FEWEST_NOW = 5  # reviews, for a term to be called rising
SURE = 2.3  # standard deviations by which a side must have a term more often than the others
SURER = 3.5  # the same for a rise: of thousands of words some always come up more often by chance
RISE = 1.5  # times as often as before, at least
CANDIDATES = 200  # terms looked at closely
COVERED = 0.5  # of the reviews with a word that have it in one phrase: then the phrase says it better


@dataclass(frozen=True, slots=True)
class Term:
    """A word, in all its forms, or a phrase."""

    words: str  # as most reviews write it
    stems: frozenset[str]
    is_phrase: bool

    @property
    def search(self) -> str:
        """What to search for to find the reviews that have it."""
        return f'"{self.words}"' if self.is_phrase else self.words

    def is_in(self, review: Review) -> bool:
        """As the search answers it."""
        return self.stems <= review.stems and (not self.is_phrase or quoted(self.words).search(review.text) is not None)


@dataclass(frozen=True, slots=True)
class Weighed:
    term: Term
    count: int  # reviews that have it: of the side, or now
    others: int  # of the other sides, or before
    weight: float
    avg_score: float  # mean sentiment of all of them


Weigh = Callable[[int, int], float]  # reviews here and there that have a term → how much it tells; 0: nothing


def apart(here: list[Review], there: list[Review], most: int, sure: float = SURE) -> list[Weighed]:
    """The terms that set some reviews apart from the others, by class-based TF-IDF, the most telling first.

    The frequency of a term is its share of these reviews less its share of the others, so that what all sides talk
    about (the product's own name) does not come first; a term that is frequent everywhere weighs less.
    """
    if not here or not there:
        return []
    average = (len(here) + len(there)) / 3  # reviews of a side

    def weight(count: int, others: int) -> float:
        if count < FEWEST or _deviation(count, len(here), others, len(there)) < sure:
            return 0
        return (count / len(here) - others / len(there)) * log(1 + average / (count + others))

    return _most_telling(here, there, weight, most)


def risen(now: Window, before: Window, most: int) -> list[Weighed]:
    """The terms that a larger share of reviews has than before, by more than chance, the surest first."""
    if not now.reviews or not before.reviews:
        return []

    def weight(count: int, earlier: int) -> float:
        if count < FEWEST_NOW or times(count, now.read, earlier, before.read) < RISE:
            return 0
        surprise = _surprise(count, now.read, earlier, before.read)
        return surprise if surprise >= SURER else 0

    return _most_telling(now.reviews, before.reviews, weight, most)


def times(count: int, of: int, earlier: int, of_earlier: int) -> float:
    """How many times as often: smoothed by half a review, so that nothing is infinitely more than none."""
    return ((count + 0.5) / (of + 1)) / ((earlier + 0.5) / (of_earlier + 1))


def _deviation(count: int, of: int, others: int, of_others: int) -> float:
    """By how many standard deviations the shares differ, if in truth they are the same."""
    share = (count + others) / (of + of_others)
    deviation = sqrt(share * (1 - share) * (1 / of + 1 / of_others))
    return (count / of - others / of_others) / deviation if deviation else 0


def _surprise(count: int, of: int, earlier: int, of_earlier: int) -> float:
    """The same for small counts, where shares deviate in steps: the signed root of the likelihood ratio."""
    share = (count + earlier) / (of + of_earlier)
    cells = [
        (count, of * share),
        (of - count, of * (1 - share)),
        (earlier, of_earlier * share),
        (of_earlier - earlier, of_earlier * (1 - share)),
    ]
    ratio = 2 * sum(seen * log(seen / expected) for seen, expected in cells if seen)
    return sqrt(max(ratio, 0)) if count * of_earlier > earlier * of else 0


def _most_telling(here: list[Review], there: list[Review], weight: Weigh, most: int) -> list[Weighed]:
    terms = _terms(here, there, weight)
    found, others = _scores(terms, here), _scores(terms, there)
    weighed = [_weighed(term, found[term], others[term], weight) for term in terms]
    told = sorted((one for one in weighed if one.weight), key=lambda one: (-one.weight, one.term.words))
    return _once_each(told)[:most]


def _weighed(term: Term, scores: list[float], others: list[float], weight: Weigh) -> Weighed:
    both = scores + others
    mean = round(sum(both) / len(both), 4) if both else 0.0
    return Weighed(term, len(scores), len(others), weight(len(scores), len(others)), mean)


def _scores(terms: Iterable[Term], reviews: Iterable[Review]) -> dict[Term, list[float]]:
    """The scores of the reviews that have a term, by term."""
    by_stem: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_stem[min(term.stems)].append(term)
    scores: dict[Term, list[float]] = defaultdict(list)
    for review in reviews:
        for known in review.stems & by_stem.keys():
            for term in by_stem[known]:
                if term.is_in(review):
                    scores[term].append(review.score)
    return scores


def _terms(here: list[Review], there: list[Review], weight: Weigh) -> list[Term]:
    """The words that tell most, and the phrases that are frequent."""
    counted, others = _counted(here), _counted(there)
    weights = Counter({stem: weight(count, others[stem]) for stem, count in counted.items() if count >= FEWEST})
    told = {stem for stem, value in weights.most_common(CANDIDATES) if value}
    forms: dict[str, Counter[str]] = {stem: Counter() for stem in told}
    phrases: Counter[Pair] = Counter()
    for review in here:
        found, here_told = pieces(review.text), told & review.telling
        for word in set(found):
            if (known := stem(word)) in here_told:
                forms[known][word] += 1
        phrases.update(pairs(found, weights.keys() & review.telling, review.language))
    words = [Term(_usual(forms[stem]), frozenset({stem}), is_phrase=False) for stem in told]
    return words + [_phrase(pair) for pair, count in phrases.most_common(CANDIDATES) if count >= FEWEST]


def _counted(reviews: Iterable[Review]) -> Counter[str]:
    """Reviews by stem that says something in their language."""
    counted: Counter[str] = Counter()
    for review in reviews:
        counted.update(review.telling)
    return counted


def _usual(forms: Counter[str]) -> str:
    """The most frequent form of a word; of several the first in the alphabet."""
    return min(forms, key=lambda form: (-forms[form], form)).strip("'")


def _phrase(pair: Pair) -> Term:
    return Term(" ".join(pair).strip("'"), frozenset(stem(word) for word in pair if stem(word)), is_phrase=True)


def _once_each(weighed: list[Weighed]) -> list[Weighed]:
    """Without the words that are mostly said in one of the phrases, and the phrases that are just one of many ways to
    say a word that is there."""
    words = {stem: one for one in weighed if not one.term.is_phrase for stem in one.term.stems}
    dropped: set[Term] = set()
    for phrase in (one for one in weighed if one.term.is_phrase):
        listed = [words[stem] for stem in phrase.term.stems if stem in words]
        covered = {word.term for word in listed if phrase.count >= COVERED * word.count}
        dropped |= covered or ({phrase.term} if listed else set())
    return [one for one in weighed if one.term not in dropped]

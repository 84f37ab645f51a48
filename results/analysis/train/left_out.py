"""Learn without one source and measure on it: how good the recipe is on texts from elsewhere."""

from collections.abc import Iterable
from random import Random

from results.analysis.train.beside_vader import by_source
from results.analysis.train.prepare import COMMENTS, CORPORA, Corpus, Example

SOURCES = (*CORPORA, COMMENTS)
MOST_ROWS = 6_000  # of a source: half a point of noise, and minutes less


def leave_out(corpus: Corpus, source: str) -> Corpus:
    """Everything but a source to learn from; only that source, windows included, to measure on."""
    learned = [example for example in corpus.train if not comes_from(example, source)]
    measured = [example for example in [*corpus.train, *corpus.held_out] if comes_from(example, source)]
    return Corpus(learned, list(sampled(measured)), corpus.emotions)


def comes_from(example: Example, source: str) -> bool:
    """Whether an example is of a source, as it stands or as part of a longer text."""
    return example.source == source or example.source.startswith(f"{source}_")


def sampled(examples: Iterable[Example]) -> Iterable[Example]:
    """At most `MOST_ROWS` of a source whose side is known, and as many of its windows, the same ones each time."""
    for rows in by_source(examples).values():
        yield from rows if len(rows) <= MOST_ROWS else Random(0).sample(rows, MOST_ROWS)

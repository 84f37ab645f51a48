"""Train without one source and measure on it: how good the recipe is on texts from elsewhere, beside VADER."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import numpy as np

from results.analysis.evaluation import FIVE, SIDE_OF_LABEL, Evaluation, Side
from results.analysis.labelled import label_of_distance
from results.analysis.labels import sentiment_scores, sides
from results.analysis.train.prepare import COMMENTS, CORPORA, Corpus, Example
from results.analysis.weights import Weights
from results.choices import Sentiment

SOURCES = (*CORPORA, COMMENTS)
MOST_ROWS = 6_000  # of a source: half a point of noise, a quarter of an hour less
SIDES = (Side.NEGATIVE, Side.NEUTRAL, Side.POSITIVE)
# VADER's authors call a compound score of ±.05 and more a side; half of the way to its end we call "very".
VADER_BORDERS = (0.05, 0.5)


def leave_out(corpus: Corpus, source: str) -> Corpus:
    """Everything but a source to learn from; only that source, windows included, to measure on."""
    learned = [example for example in corpus.train if not comes_from(example, source)]
    measured = [example for example in [*corpus.train, *corpus.held_out] if comes_from(example, source)]
    return Corpus(learned, list(sampled(measured)), corpus.emotions)


def comes_from(example: Example, source: str) -> bool:
    """Whether an example is of a source, as it stands or as part of a longer text."""
    return example.source == source or example.source.startswith(f"{source}_")


def sampled(examples: Iterable[Example]) -> Iterable[Example]:
    """At most `MOST_ROWS` of each kind of text whose side is known, the same ones each time."""
    for kind in by_kind(example for example in examples if example.sentiment is not None).values():
        yield from kind if len(kind) <= MOST_ROWS else Random(0).sample(kind, MOST_ROWS)


def by_kind(examples: Iterable[Example]) -> dict[str, list[Example]]:
    kinds: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        kinds[example.source].append(example)
    return dict(kinds)


def print_left_out(folder: Path, examples: Sequence[Example]) -> None:
    """The figures of an exported model on the examples, as the site would hear it, and VADER's on the same rows."""
    weights = Weights(folder)
    print(f"{'':<38}{'three classes':>20}{'five classes':>20}")
    print(f"{'left out':<32}{'rows':>6}" + f"{'accuracy':>10}{'F1':>10}" * 2)
    for source, kind in by_kind(examples).items():
        print_figures(source, kind, [local_label(weights, example.text) for example in kind])
        print_figures("  VADER", kind, vader_labels(kind))


def print_figures(name: str, examples: Sequence[Example], found: Sequence[str]) -> None:
    three = Evaluation.of(map(side_of, examples), (SIDE_OF_LABEL[label] for label in found))
    line = f"{name:<32}{len(examples):>6}{three.accuracy:>10.3f}{three.macro_f1:>10.3f}"
    if examples[0].rating is not None:
        five = Evaluation.of((label_of_distance(example.rating or 0.0) for example in examples), found)
        line += f"{five.accuracy:>10.3f}{five.macro_f1:>10.3f}"
    print(line, flush=True)


def side_of(example: Example) -> Side:
    return SIDES[int(np.argmax(example.sentiment or ()))]


def local_label(weights: Weights, text: str) -> str:
    """The label the engine would give."""
    logits = weights.logits(text)
    scores = sentiment_scores(sides(logits, weights.config), logits.rating, weights.config)
    return max(scores, key=scores.__getitem__)


def vader_labels(examples: Sequence[Example]) -> list[str]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    return [vader_label(analyser.polarity_scores(example.text)["compound"]) for example in examples]


def vader_label(compound: float) -> str:
    """A border itself belongs to what is further out, as with VADER's authors."""
    steps = sum(abs(compound) >= border for border in VADER_BORDERS)
    return FIVE[FIVE.index(Sentiment.NEUTRAL) + (steps if compound > 0 else -steps)]

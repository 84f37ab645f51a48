"""The figures of an exported model and of VADER on the same rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from results.analysis.evaluation import FIVE, SIDE_OF_LABEL, Evaluation, Side
from results.analysis.labelled import label_of_distance
from results.analysis.labels import sentiment_scores, sides
from results.analysis.train.evaluate import SIDES
from results.analysis.train.prepare import Example
from results.analysis.weights import Weights
from results.choices import Sentiment

# VADER's authors call a compound score of ±.05 and more a side; half of the way to its end we call "very".
VADER_BORDERS = (0.05, 0.5)


def print_beside_vader(folder: Path, examples: Sequence[Example]) -> None:
    """For each source in three classes and, where the examples have a rating, in five."""
    weights = Weights(folder)
    print(f"{'':<38}{'three classes':>20}{'five classes':>20}")
    print(f"{'source':<32}{'rows':>6}" + f"{'accuracy':>10}{'F1':>10}" * 2)
    for source, rows in by_source(examples).items():
        print_figures(source, rows, [local_label(weights, example.text) for example in rows])
        print_figures("  VADER", rows, vader_labels(rows))


def by_source(examples: Iterable[Example]) -> dict[str, list[Example]]:
    """The examples whose side is known, each with those of the same source."""
    found: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.sentiment is not None:
            found[example.source].append(example)
    return dict(found)


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

"""How good an exported model is on the held-out rows, and the emotion thresholds chosen on them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from results.analysis.evaluation import Evaluation, Side
from results.analysis.train.prepare import Example
from results.analysis.weights import Config, Logits, Weights

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_F1 = 0.4
SIDES = (Side.NEGATIVE, Side.NEUTRAL, Side.POSITIVE)  # in the order of the model's first three numbers


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model says of the held-out examples, as the site would hear it: eight bits, one text a call."""

    config: Config
    rated: list[tuple[Example, Logits]]  # sentences with a mean human rating
    comments: list[tuple[Example, Logits]]  # comments with emotions

    @classmethod
    def of(cls, folder: Path, examples: Sequence[Example]) -> "Answers":
        weights = Weights(folder)
        answered = [(example, weights.logits(example.text)) for example in examples]
        return cls(
            weights.config,
            rated=[pair for pair in answered if pair[0].rating is not None],
            comments=[pair for pair in answered if pair[0].emotions is not None],
        )

    def emotions(self) -> tuple[Floats, Flags]:
        """Probabilities of the 28 emotions and whether people named them, both (comments, 28)."""
        probabilities = 1 / (1 + np.exp(-np.array([logits.emotions for _, logits in self.comments], np.float64)))
        named = np.zeros(probabilities.shape, bool)
        for row, (example, _) in enumerate(self.comments):
            named[row, list(example.emotions or ())] = True
        return probabilities, named

    def ekman(self) -> tuple[Floats, Flags]:
        """The same for the seven groups: an emotion of the group is there, or was named."""
        probabilities, named = self.emotions()
        groups = self.config.ekman_groups.T
        return 1 - np.exp(np.log1p(-probabilities) @ groups), (named @ groups) > 0


def figures(answers: Answers) -> dict[str, float]:
    """The figures of the model card that can be had from the held-out rows.

    "Best thresholds" are chosen on these very rows, for any model alike, so that two models can be compared.
    """
    ratings = np.array([example.rating for example, _ in answers.rated])
    predicted = np.array([logits.rating for _, logits in answers.rated])
    sentences, comments = sentiment(answers.rated), sentiment(answers.comments)
    emotions, ekman = answers.emotions(), answers.ekman()
    return {
        "rated sentences: accuracy": sentences.accuracy,
        "rated sentences: macro-F1": sentences.macro_f1,
        "rated sentences: correlation of the rating": float(np.corrcoef(ratings, predicted)[0, 1]),
        "rated sentences: mean error of the rating": float(np.abs(ratings - predicted).mean()),
        "comments: accuracy of the sentiment": comments.accuracy,
        "comments: macro-F1 of the sentiment": comments.macro_f1,
        "28 emotions: macro-F1": macro_f1(*emotions, answers.config.emotion_thresholds),
        "28 emotions: macro-F1, best thresholds": macro_f1(*emotions, tuned_thresholds(*emotions)),
        "Ekman emotions: macro-F1": macro_f1(*ekman, list(answers.config.ekman_thresholds.values())),
        "Ekman emotions: macro-F1, best thresholds": macro_f1(*ekman, tuned_thresholds(*ekman)),
    }


def sentiment(pairs: Sequence[tuple[Example, Logits]]) -> Evaluation:
    """The confusion of the three sides over the examples whose side is known."""
    sides: list[tuple[str, str]] = [
        (SIDES[int(np.argmax(example.sentiment))], SIDES[int(logits.sentiment.argmax())])
        for example, logits in pairs
        if example.sentiment is not None
    ]
    return Evaluation(Counter(sides))


def tuned_thresholds(probabilities: Floats, named: Flags) -> list[float]:
    """For each emotion the threshold with the best F1 on these rows, (rows, emotions) each."""
    return [best_threshold(probabilities[:, column], named[:, column]) for column in range(named.shape[1])]


def tellable(names: Sequence[str], probabilities: Floats, named: Flags) -> list[str]:
    """The emotions worth showing by themselves: with an F1 of `LEAST_F1` on the rows for which their threshold was not
    chosen, every other row each time. Neutral says nothing that its group does not."""
    halves = np.arange(len(named)) % 2
    scores = np.zeros(len(names))
    for half in (0, 1):
        thresholds = np.array(tuned_thresholds(probabilities[halves != half], named[halves != half]))
        found = probabilities[halves == half] >= thresholds
        scores += [f1(found[:, column], named[halves == half, column]) / 2 for column in range(len(names))]
    return [name for name, score in zip(names, scores, strict=True) if score >= LEAST_F1 and name != "neutral"]


def best_threshold(probabilities: Floats, named: Flags) -> float:
    """The probability down to which calling all texts gives the best F1."""
    order = np.argsort(-probabilities)
    hits = np.cumsum(named[order])
    called = np.arange(1, len(order) + 1)
    return float(probabilities[order][np.argmax(2 * hits / (called + named.sum()))])


def macro_f1(probabilities: Floats, named: Flags, thresholds: Sequence[float] | NDArray[np.float32]) -> float:
    """The mean over the emotions of their F1 at their thresholds."""
    found = probabilities >= np.asarray(thresholds)
    return float(np.mean([f1(found[:, column], named[:, column]) for column in range(named.shape[1])]))


def f1(found: Flags, named: Flags) -> float:
    total = int(found.sum() + named.sum())
    return 2 * int((found & named).sum()) / total if total else 0.0


def print_comparison(ours: Mapping[str, float], theirs: Mapping[str, float]) -> None:
    print(f"{'On the held-out rows':<46}{'trained':>9}{'shipped':>9}{'change':>9}")
    for name, value in ours.items():
        print(f"{name:<46}{value:>9.3f}{theirs[name]:>9.3f}{value - theirs[name]:>+9.3f}")

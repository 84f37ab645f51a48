"""How right an engine is on texts that people have labelled: counting only, no engine and no file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from results.analysis.engine import Analysis
from results.choices import POLARITY_OF, Sentiment

FIVE = tuple(reversed(Sentiment.values))  # worst first, so that neighbours in it are neighbours in meaning
WORDS = ((10, "under 10 words"), (30, "10 to 29 words"), (100, "30 to 99 words"))
MOST_WORDS = "100 words and more"
CONFIDENCE = ((0.5, "under 0.5"), (0.7, "0.5 to 0.7"), (0.9, "0.7 to 0.9"))
MOST_CONFIDENCE = "0.9 and more"
NO_LANGUAGE = "unknown"


class Side(StrEnum):
    """The three classes in which all labels are compared."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


SIDE_OF_LABEL = {label: Side(side) for label, side in POLARITY_OF.items()}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Counts of (what people said, what the engine said) over the texts with an answer.

    The figures are those of scikit-learn's `accuracy_score`, `f1_score` and `confusion_matrix` with their defaults.
    """

    confusion: Counter[tuple[str, str]]

    @classmethod
    def of(cls, truth: Iterable[str], found: Iterable[str | None]) -> Self:
        """Texts for which the engine found nothing (None) are left out."""
        return cls(Counter((true, said) for true, said in zip(truth, found, strict=True) if said is not None))

    @property
    def accuracy(self) -> float:
        """The share of the answers that are right; 0 without answers."""
        right = sum(count for (true, said), count in self.confusion.items() if true == said)
        return right / self.confusion.total() if self.confusion else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the classes that people or the engine used; 0 without answers."""
        used = {name for pair in self.confusion for name in pair}
        return sum(self.f1(name) for name in sorted(used)) / len(used) if used else 0.0

    def f1(self, name: str) -> float:
        """The harmonic mean of precision and recall of a class; 0 when it was neither given nor found."""
        total = self.given(name) + self.found(name)
        return 2 * self.confusion[name, name] / total if total else 0.0

    def given(self, name: str) -> int:
        """How many texts with an answer people put into a class."""
        return sum(count for (true, _), count in self.confusion.items() if true == name)

    def found(self, name: str) -> int:
        """How many texts the engine put into a class."""
        return sum(count for (_, said), count in self.confusion.items() if said == name)

    def within_one(self, order: Sequence[str]) -> float:
        """The share of the answers that are right or next to it in an order of the classes; 0 without answers."""
        near = (n for (true, said), n in self.confusion.items() if abs(order.index(true) - order.index(said)) <= 1)
        return sum(near) / self.confusion.total() if self.confusion else 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the texts: how many, and how right the engine is on those it gave a label."""

    rows: int
    sides: Evaluation


@dataclass(frozen=True)
class Report:
    """An engine's answers beside people's labels, whole and in parts. `labels` are of the five, or only sides."""

    texts: Sequence[str]
    labels: Sequence[str]
    analyses: Sequence[Analysis]

    @cached_property
    def states(self) -> Counter[str]:
        return Counter(analysis.state for analysis in self.analyses)

    @cached_property
    def sides(self) -> Evaluation:
        return self._sides(range(len(self.texts)))

    @cached_property
    def five(self) -> Evaluation | None:
        """The five labels compared as they are; None when people only said the side."""
        if not {Sentiment.VERY_POSITIVE.value, Sentiment.VERY_NEGATIVE.value} & set(self.labels):
            return None
        return Evaluation.of(self.labels, (analysis.sentiment for analysis in self.analyses))

    @cached_property
    def parts(self) -> dict[str, dict[str, Part]]:
        """The same by length, by language and by how sure the engine was."""
        return {
            "length": self._by([_band(len(text.split()), WORDS, MOST_WORDS) for text in self.texts]),
            "language": self._by([analysis.language or NO_LANGUAGE for analysis in self.analyses]),
            "confidence": self._by([_confidence(analysis) for analysis in self.analyses]),
        }

    def figures(self) -> dict[str, Any]:
        """All of it as one JSON document."""
        return {
            "rows": len(self.texts),
            "states": dict(self.states),
            **_figures(self.sides, tuple(Side)),
            "five": {**_figures(self.five, FIVE), "within_one": self.five.within_one(FIVE)} if self.five else None,
            "by": {
                kind: {name: {"rows": part.rows, **_figures(part.sides, tuple(Side))} for name, part in parts.items()}
                for kind, parts in self.parts.items()
            },
        }

    def _sides(self, rows: Iterable[int]) -> Evaluation:
        pairs = [(self.labels[row], self.analyses[row].sentiment) for row in rows]
        return Evaluation.of(
            (SIDE_OF_LABEL[true] for true, _ in pairs), (said and SIDE_OF_LABEL[said] for _, said in pairs)
        )

    def _by(self, names: Sequence[str | None]) -> dict[str, Part]:
        """The parts with the same name, most rows first; None belongs to none."""
        rows: dict[str, list[int]] = {}
        for row, name in enumerate(names):
            if name is not None:
                rows.setdefault(name, []).append(row)
        largest_first = sorted(rows, key=lambda name: (-len(rows[name]), name))
        return {name: Part(len(rows[name]), self._sides(rows[name])) for name in largest_first}


def _figures(evaluation: Evaluation, classes: Sequence[str]) -> dict[str, Any]:
    return {
        "analysed": evaluation.confusion.total(),
        "accuracy": evaluation.accuracy,
        "macro_f1": evaluation.macro_f1,
        "f1": {str(name): evaluation.f1(name) for name in classes},
        "confusion": {str(true): {str(said): evaluation.confusion[true, said] for said in classes} for true in classes},
    }


def _confidence(analysis: Analysis) -> str | None:
    return None if analysis.confidence is None else _band(analysis.confidence, CONFIDENCE, MOST_CONFIDENCE)


def _band(value: float, bands: Iterable[tuple[float, str]], most: str) -> str:
    return next((name for border, name in bands if value < border), most)

"""How right an engine is on texts that people have labelled: counting only, no engine and no file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from results.analysis.engine import Analysis
from results.choices import POLARITY_OF


class Side(StrEnum):
    """The three classes in which all labels are compared."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


SIDE_OF_LABEL = {label: Side(side) for label, side in POLARITY_OF.items()}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Counts of (what people said, what the engine said) over the analysed texts, and the states of all texts."""

    confusion: Counter[tuple[Side, Side]]
    states: Counter[str]

    @classmethod
    def of(cls, truth: Iterable[Side], analyses: Iterable[Analysis]) -> Self:
        confusion: Counter[tuple[Side, Side]] = Counter()
        states: Counter[str] = Counter()
        for side, analysis in zip(truth, analyses, strict=True):
            states[analysis.state] += 1
            if analysis.sentiment is not None:
                confusion[side, SIDE_OF_LABEL[analysis.sentiment]] += 1
        return cls(confusion, states)

    @property
    def accuracy(self) -> float:
        """The share of the analysed texts with the right class; 0 when none was analysed."""
        right = sum(self.confusion[side, side] for side in Side)
        return right / self.confusion.total() if self.confusion else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the classes that people used; 0 when no text was analysed."""
        used = [side for side in Side if self.given(side)]
        return sum(self.f1(side) for side in used) / len(used) if used else 0.0

    def f1(self, side: Side) -> float:
        """The harmonic mean of precision and recall of a class; 0 when it was neither given nor found."""
        total = self.given(side) + self.found(side)
        return 2 * self.confusion[side, side] / total if total else 0.0

    def given(self, side: Side) -> int:
        """How many analysed texts people put into a class."""
        return sum(self.confusion[side, said] for said in Side)

    def found(self, side: Side) -> int:
        """How many texts the engine put into a class."""
        return sum(self.confusion[true, side] for true in Side)

"""From the labels of somebody's model to ours: what people call sentiments and emotions, and what of it counts."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import prod
from pathlib import Path

from results.analysis.engine import AnalysisError
from results.choices import POLARITIES, Sentiment

GROUPS_FILE = Path(__file__).parent / "model" / "config.json"
WORST_FIRST = tuple(reversed(Sentiment.values))
BY_NUMBER = {2: (WORST_FIRST[1], WORST_FIRST[3]), 3: WORST_FIRST[1:4], 5: WORST_FIRST}
NUMBERED = re.compile(r"label_(\d)")
STARS = re.compile(r"([1-5])( stars?)?")
WORDS = {"neg": "negative", "neu": "neutral", "pos": "positive", "mixed": "neutral"}
INTENSE = ("very", "strong", "strongly", "extremely")
EMOTION_NAMES = {"happiness": "joy", "happy": "joy", "sad": "sadness", "angry": "anger"}
FOUND, FINE_FOUND = 0.5, 0.3  # probabilities from which an emotion is there: one of Ekman's, and a finer one
Probabilities = Mapping[str, float]


def sentiments_of(labels: Sequence[str]) -> dict[str, str]:
    """Which of our five each label of a model is. Raises AnalysisError for labels that are no sentiments."""
    ours = {
        label: _sentiment(label.strip().lower().replace("-", " ").replace("_", " "), len(labels)) for label in labels
    }
    known = [name for name in ours.values() if name]
    if len(known) < len(labels) or len(set(known)) < len(known) or not {*POLARITIES["positive"]} & {*known}:
        raise AnalysisError("wrong_model", f"The transformer's model tells {', '.join(labels)[:200]}, not sentiments.")
    return {label: name for label, name in ours.items() if name}


def _sentiment(label: str, number: int) -> str | None:
    if found := NUMBERED.fullmatch(label.replace(" ", "_")):
        place, order = int(found[1]), BY_NUMBER.get(number, ())
        return order[place] if place < len(order) else None
    if (found := STARS.fullmatch(label)) and number == len(WORST_FIRST):
        return WORST_FIRST[int(found[1]) - 1]
    intense, _, side = label.rpartition(" ")
    side = WORDS.get(side, side)
    name = f"very_{side}" if intense in INTENSE else side
    return name if name in Sentiment.values and intense in ("", *INTENSE) else None


def five(probabilities: Probabilities, ours: Mapping[str, str]) -> dict[str, float]:
    """The probability of each of the five; a model without "very" never says so."""
    scores = dict.fromkeys(Sentiment.values, 0.0)
    for label, probability in probabilities.items():
        scores[ours[label]] += probability
    return {name: round(score, 4) for name, score in scores.items()}


def decided(scores: Probabilities) -> tuple[str, float, float]:
    """Label, score and confidence: first the side, as with the built-in engine, then whether it is "very" so."""
    sides = {side: sum(scores[label] for label in labels) for side, labels in POLARITIES.items()}
    side = max(sides, key=sides.__getitem__)
    label = max(POLARITIES[side], key=scores.__getitem__)
    return label, round(sides["positive"] - sides["negative"], 4), round(min(sides[side], 1.0), 4)


def emotions_of(labels: Sequence[str]) -> dict[str, str]:
    """Which of GoEmotions' each label of a model is; others are passed over. Raises AnalysisError if none is one."""
    known = {name for group in groups().values() for name in group}
    ours = {label: EMOTION_NAMES.get(label.lower(), label.lower()) for label in labels}
    if not (found := {label: name for label, name in ours.items() if name in known}):
        raise AnalysisError("wrong_model", f"The transformer's model tells {', '.join(labels)[:200]}, not emotions.")
    return found


def ekman(probabilities: Probabilities, ours: Mapping[str, str]) -> list[tuple[str, float]]:
    """Ekman's emotions that are there, strongest first: one is there if any of its group is, 1 − Π(1 − p)."""
    by_name = {ours[label]: probability for label, probability in probabilities.items() if label in ours}
    present = {
        group: round(1 - prod(1 - by_name.get(name, 0.0) for name in names), 4) for group, names in groups().items()
    }
    return _over(present, FOUND)


def fine(probabilities: Probabilities, ours: Mapping[str, str]) -> list[tuple[str, float]]:
    """GoEmotions' that are there, strongest first; none of a model that only knows the groups."""
    if {*ours.values()} <= {*groups()}:
        return []
    named = {ours[label]: round(probability, 4) for label, probability in probabilities.items() if label in ours}
    return _over({name: probability for name, probability in named.items() if name != "neutral"}, FINE_FOUND)


def _over(probabilities: Probabilities, threshold: float) -> list[tuple[str, float]]:
    return sorted(((name, p) for name, p in probabilities.items() if p >= threshold), key=lambda found: -found[1])


@lru_cache(maxsize=1)
def groups() -> dict[str, list[str]]:
    """Ekman's emotions, and which of GoEmotions' belong to each."""
    found: dict[str, list[str]] = json.loads(GROUPS_FILE.read_text(encoding="utf-8"))["ekman"]
    return found

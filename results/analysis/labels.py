"""From the model's raw numbers to the words people see: this is where a label is decided."""

import math

import numpy as np
from numpy.typing import NDArray

from results.analysis.weights import Config, Logits
from results.choices import Emotion, Sentiment

Sides = tuple[float, float, float]


def sides(logits: Logits, config: Config) -> Sides:
    """Calibrated probabilities of negative, neutral, positive."""
    highest = float(logits.sentiment.max())
    negative, neutral, positive = (math.exp((float(x) - highest) / config.temperature) for x in logits.sentiment)
    total = negative + neutral + positive
    return negative / total, neutral / total, positive / total


def sentiment_scores(found: Sides, rating: float, config: Config) -> dict[str, float]:
    """Probabilities of the five labels, together 1; the highest is the label.

    The side is the most likely of the three. The predicted rating shares a side's probability between "very" and plain,
    half and half at the border; on the winning side the label keeps so much that it stays ahead of the other sides, as
    halving must not make a clearly positive text neutral.
    """
    negative, neutral, positive = found
    very_positive, plain_positive = _shared(positive, max(negative, neutral), _very_share(rating, config))
    very_negative, plain_negative = _shared(negative, max(positive, neutral), _very_share(-rating, config))
    return {
        Sentiment.VERY_POSITIVE.value: very_positive,
        Sentiment.POSITIVE.value: plain_positive,
        Sentiment.NEUTRAL.value: neutral,
        Sentiment.NEGATIVE.value: plain_negative,
        Sentiment.VERY_NEGATIVE.value: very_negative,
    }


def ekman_emotions(logits: NDArray[np.float32], config: Config) -> list[tuple[str, float]]:
    """The Ekman emotions over their threshold with their probability, strongest first; may be empty.

    An Ekman emotion is there if any of its group is: 1 − Π(1 − p).
    """
    none_of = np.exp(-(config.ekman_groups @ np.logaddexp(0, logits)))
    found = [
        (label, round(1 - float(absent), 4))
        for (label, threshold), absent in zip(config.ekman_thresholds.items(), none_of, strict=True)
        if 1 - absent >= threshold
    ]
    return sorted(found, key=lambda emotion: -emotion[1])


def fine_emotions(logits: NDArray[np.float32], config: Config) -> list[tuple[str, float]]:
    """The emotions that the model tells well enough, over their threshold, with their probability, strongest first."""
    present = 1 / (1 + np.exp(-logits))
    found = [
        (name, round(float(probability), 4))
        for name, probability, threshold in zip(config.emotions, present, config.emotion_thresholds, strict=True)
        if name in config.fine_emotions and probability >= threshold
    ]
    return sorted(found, key=lambda emotion: -emotion[1])


def primary_emotion(emotions: list[tuple[str, float]]) -> str | None:
    """The strongest emotion that passed; neutral only if nothing else did."""
    names = [name for name, _ in emotions]
    return next((name for name in names if name != Emotion.NEUTRAL), names[0] if names else None)


def _very_share(rating: float, config: Config) -> float:
    """How much of a side is "very", given the rating towards that side."""
    return 1 / (1 + math.exp(-(rating - config.very_rating) / config.very_spread))


def _shared(side: float, rival: float, very: float) -> tuple[float, float]:
    """A side's probability as (very, plain)."""
    if side > rival:
        least = (1 + rival / side) / 2
        very = max(very, least) if very >= 0.5 else min(very, 1 - least)
    return side * very, side * (1 - very)

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.analysis.labels import ekman_emotions, fine_emotions, primary_emotion, sentiment_scores, sides
from results.analysis.local import MODEL_FOLDER
from results.analysis.weights import CONFIG_FILE, Config, Logits
from results.choices import Emotion, Sentiment

CONFIG = Config.read(MODEL_FOLDER / CONFIG_FILE)
ABSENT = -20.0  # a logit of practically no probability


def logits_of(**probabilities: float) -> np.ndarray:
    logits = np.full(len(CONFIG.emotions), ABSENT, np.float32)
    for name, probability in probabilities.items():
        logits[CONFIG.emotions.index(name)] = math.log(probability / (1 - probability))
    return logits


def label(found: tuple[float, float, float], rating: float) -> str:
    scores = sentiment_scores(found, rating, CONFIG)
    return max(scores, key=scores.__getitem__)


def test_the_temperature_softens_the_probabilities():
    logits = Logits(np.array([0.0, 0.0, CONFIG.temperature], np.float32), 0.0, logits_of())
    assert sides(logits, CONFIG) == pytest.approx((1 / (2 + math.e), 1 / (2 + math.e), math.e / (2 + math.e)))


@pytest.mark.parametrize(
    ("found", "rating", "expected"),
    [
        ((0.1, 0.1, 0.8), 1.51, Sentiment.VERY_POSITIVE),
        ((0.1, 0.1, 0.8), 1.49, Sentiment.POSITIVE),
        ((0.1, 0.1, 0.8), -3.0, Sentiment.POSITIVE),
        ((0.2, 0.5, 0.3), 4.0, Sentiment.NEUTRAL),
        ((0.8, 0.1, 0.1), -1.49, Sentiment.NEGATIVE),
        ((0.8, 0.1, 0.1), -1.51, Sentiment.VERY_NEGATIVE),
    ],
)
def test_the_side_decides_first_and_the_rating_says_very(found, rating, expected):
    assert label(found, rating) == expected


def test_halving_a_side_does_not_make_the_text_neutral():
    assert label((0.1, 0.44, 0.46), 1.5) == Sentiment.VERY_POSITIVE


@given(st.tuples(*[st.floats(0.001, 1)] * 3), st.floats(-4, 4))
def test_five_scores_are_a_distribution_that_keeps_the_three(weights, rating):
    total = sum(weights)
    negative, neutral, positive = found = tuple(weight / total for weight in weights)
    scores = sentiment_scores(found, rating, CONFIG)
    assert set(scores) == set(Sentiment.values)
    assert all(0 <= score <= 1 for score in scores.values())
    assert sum(scores.values()) == pytest.approx(1)
    assert scores["very_positive"] + scores["positive"] == pytest.approx(positive)
    assert scores["very_negative"] + scores["negative"] == pytest.approx(negative)
    assert scores["neutral"] == neutral


@given(st.tuples(*[st.floats(0.001, 1)] * 3), st.floats(-4, 4))
def test_the_best_of_five_is_on_the_best_of_three_sides(weights, rating):
    if sorted(weights)[1] * 1.0001 > max(weights):
        return  # no side is ahead
    best = ("negative", "neutral", "positive")[weights.index(max(weights))]
    total = sum(weights)
    assert label(tuple(weight / total for weight in weights), rating).removeprefix("very_") == best


def test_a_group_is_there_if_any_of_its_emotions_is():
    assert ekman_emotions(logits_of(anger=0.5, annoyance=0.5), CONFIG) == [("anger", 0.75)]


def test_several_emotions_or_none_may_pass():
    found = ekman_emotions(logits_of(joy=0.9, surprise=0.95, neutral=0.4), CONFIG)
    assert [name for name, _ in found] == ["surprise", "joy", "neutral"]
    assert ekman_emotions(logits_of(), CONFIG) == []


def test_an_emotion_under_its_threshold_is_not_told():
    threshold = CONFIG.ekman_thresholds["disgust"]
    assert ekman_emotions(logits_of(disgust=threshold - 0.01), CONFIG) == []
    assert ekman_emotions(logits_of(disgust=threshold + 0.01), CONFIG) != []


def test_fine_emotions_are_told_when_the_model_tells_them_well():
    found = fine_emotions(logits_of(gratitude=0.9, amusement=0.95, relief=0.9, neutral=0.9), CONFIG)
    assert [name for name, _ in found] == ["amusement", "gratitude"]
    assert dict(found) == pytest.approx({"amusement": 0.95, "gratitude": 0.9})
    assert {"relief", "realization", "grief", "neutral"}.isdisjoint(CONFIG.fine_emotions)
    assert CONFIG.fine_emotions < set(CONFIG.emotions)


def test_a_fine_emotion_under_its_threshold_is_not_told():
    threshold = float(CONFIG.emotion_thresholds[CONFIG.emotions.index("remorse")])
    assert fine_emotions(logits_of(remorse=threshold - 0.01), CONFIG) == []
    assert fine_emotions(logits_of(remorse=threshold + 0.01), CONFIG) != []


@pytest.mark.parametrize(
    ("emotions", "expected"),
    [
        ([], None),
        ([("neutral", 0.9)], "neutral"),
        ([("neutral", 0.9), ("anger", 0.4), ("joy", 0.35)], "anger"),
        ([("sadness", 0.6), ("neutral", 0.5)], "sadness"),
    ],
)
def test_neutral_is_the_primary_emotion_only_when_alone(emotions, expected):
    assert primary_emotion(emotions) == expected


def test_every_emotion_of_the_model_belongs_to_exactly_one_group():
    assert list(CONFIG.ekman_groups.sum(axis=0)) == [1] * 28
    assert set(CONFIG.ekman_thresholds) == set(Emotion.values)


def test_the_model_card_ships_beside_the_weights():
    assert Path(MODEL_FOLDER / "MODEL_CARD.md").is_file()

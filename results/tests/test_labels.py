"""Whose label counts."""

from results.labels import effective, of_model

MODEL = {
    **{"state": "analysed", "sentiment": "positive", "score": 0.62, "confidence": 0.71},
    **{"emotion": "joy", "emotion_score": 0.8},
}
UNREAD = dict.fromkeys(MODEL) | {"state": "unsupported_language"}


def test_without_a_correction_the_model_counts():
    assert effective(MODEL, None) == {**MODEL, "label_source": "model", "model_label": None}
    assert effective(UNREAD, None) == {**UNREAD, "label_source": "", "model_label": None}


def test_a_person_counts_and_what_the_model_says_is_kept():
    found = effective(MODEL, {"sentiment": "very_negative", "emotion": "anger"})
    assert found == {
        **{"state": "analysed", "sentiment": "very_negative", "score": -1.0, "confidence": 1.0},
        **{"emotion": "anger", "emotion_score": 1.0},
        "label_source": "human",
        "model_label": MODEL,
    }
    assert of_model(found) == MODEL


def test_what_the_person_has_not_said_follows_the_model():
    found = effective(MODEL, {"sentiment": "neutral"})
    assert (found["sentiment"], found["score"], found["emotion"], found["emotion_score"]) == (
        "neutral",
        0.0,
        "joy",
        0.8,
    )
    found = effective(MODEL, {"emotion": None})
    assert (found["sentiment"], found["score"], found["emotion"], found["emotion_score"]) == (
        "positive",
        0.62,
        None,
        None,
    )


def test_a_text_that_no_model_reads_can_be_labelled():
    found = effective(UNREAD, {"sentiment": "negative", "emotion": "sadness"})
    assert (found["state"], found["score"], found["emotion"]) == ("analysed", -0.5, "sadness")
    assert found["model_label"] == UNREAD


def test_an_emotion_without_a_sentiment_counts_nowhere():
    assert effective(UNREAD, {"emotion": "joy"})["emotion"] is None

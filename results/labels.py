"""Which label of a review counts: the model's, or what a person says instead.

The columns ``LABEL`` hold the one that counts, so filters, roll-ups, charts and exports need not know of corrections.
What the model says of a corrected review is kept beside them in ``model_label``: it follows every analysis, and is what
the review goes back to without the correction.
"""

from typing import Any

from results.choices import LabelSource, Sentiment, State

Document = dict[str, Any]

LABEL = ("state", "sentiment", "score", "confidence", "emotion", "emotion_score")
SCORE_OF = {  # of a label that a person has given, between −1 and 1 as a model's
    Sentiment.VERY_POSITIVE.value: 1.0,
    Sentiment.POSITIVE.value: 0.5,
    Sentiment.NEUTRAL.value: 0.0,
    Sentiment.NEGATIVE.value: -0.5,
    Sentiment.VERY_NEGATIVE.value: -1.0,
}


def of_model(document: Document) -> Document:
    """The ``LABEL`` columns as the model has them, corrected or not."""
    return dict(document["model_label"] or {name: document[name] for name in LABEL})


def effective(model: Document, correction: Document | None) -> Document:
    """The columns to set: the ``LABEL`` that counts, whose it is, and what the model says if that is another's.

    An emotion counts only beside a sentiment, as with every model.
    """
    label = {name: model[name] for name in LABEL}
    if not correction or not (label["sentiment"] or correction.get("sentiment")):
        source = LabelSource.MODEL.value if label["sentiment"] else ""
        return {**label, "label_source": source, "model_label": None}
    if sentiment := correction.get("sentiment"):
        label |= {"state": State.ANALYSED.value, "sentiment": sentiment}
        label |= {"score": SCORE_OF[sentiment], "confidence": 1.0}
    if "emotion" in correction:
        label |= {"emotion": correction["emotion"], "emotion_score": 1.0 if correction["emotion"] else None}
    return {**label, "label_source": LabelSource.HUMAN.value, "model_label": {name: model[name] for name in LABEL}}

"""The words the product uses for what a review says. Free of models, so that the analysis may use them too."""

from django.db.models import TextChoices


class Sentiment(TextChoices):
    """The five labels, best first; a project with three classes shows them merged."""

    VERY_POSITIVE = "very_positive", "Very positive"
    POSITIVE = "positive", "Positive"
    NEUTRAL = "neutral", "Neutral"
    NEGATIVE = "negative", "Negative"
    VERY_NEGATIVE = "very_negative", "Very negative"


class Emotion(TextChoices):
    """Ekman's six and neutral."""

    ANGER = "anger", "Anger"
    DISGUST = "disgust", "Disgust"
    FEAR = "fear", "Fear"
    JOY = "joy", "Joy"
    NEUTRAL = "neutral", "Neutral"
    SADNESS = "sadness", "Sadness"
    SURPRISE = "surprise", "Surprise"


class State(TextChoices):
    """How far the analysis of a review has come."""

    PENDING = "pending", "Waiting for analysis"
    ANALYSED = "analysed", "Analysed"
    UNSUPPORTED_LANGUAGE = "unsupported_language", "Language not supported"
    NO_TEXT = "no_text", "No text"
    FAILED = "failed", "Analysis failed"


class LabelSource(TextChoices):
    """Who says what counts. A review without a label has none."""

    MODEL = "model", "The engine"
    HUMAN = "human", "A person"


class InsightsState(TextChoices):
    """How far a worker has come with a summary."""

    WAITING = "waiting", "Being written"
    WRITTEN = "written", "Written"
    FAILED = "failed", "Failed"


class ExportState(TextChoices):
    """How far a worker has come with a file."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class BulkState(TextChoices):
    """How far a worker has come with a change of many reviews."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being made"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


# The three sides and the labels each covers: the labels of a project with three classes.
POLARITIES = {
    "positive": (Sentiment.VERY_POSITIVE.value, Sentiment.POSITIVE.value),
    "neutral": (Sentiment.NEUTRAL.value,),
    "negative": (Sentiment.NEGATIVE.value, Sentiment.VERY_NEGATIVE.value),
}
POLARITY_OF = {label: side for side, labels in POLARITIES.items() for label in labels}


def labels_shown(classes: int) -> list[str]:
    """The labels of a project with ``classes`` (3 or 5) of them, best first."""
    return list(POLARITIES) if classes == 3 else list(Sentiment.values)


def label_shown(label: str | None, classes: int) -> str | None:
    """A stored label as such a project names it."""
    return POLARITY_OF[label] if label and classes == 3 else label


def shown_as(side: str, classes: int) -> tuple[str, ...]:
    """The labels of a side as such a project names them."""
    return (side,) if classes == 3 else POLARITIES[side]


def labels_covered(shown: str, classes: int) -> tuple[str, ...]:
    """The stored labels behind one that such a project shows."""
    return POLARITIES[shown] if classes == 3 else (shown,)

"""The probabilities behind one label, as rows of words and bars."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from results.charts.scales import num, percent
from results.choices import Emotion, Sentiment, State, label_shown, labels_covered, labels_shown
from results.models import Result


@dataclass(frozen=True, slots=True)
class Share:
    key: str
    words: str
    percent: str
    width: str  # of the bar, in percent


@dataclass(frozen=True, slots=True)
class ModelLabel:
    """What the engine says of a review that a person has labelled, in words."""

    sentiment: str
    emotion: str

    @classmethod
    def of(cls, result: Result) -> Self | None:
        """None for a review that nobody has labelled."""
        if not result.is_corrected or not result.model_label:
            return None
        label = label_shown(result.model_label["sentiment"], result.project.sentiment_classes)
        emotion = result.model_label["emotion"]
        state = str(State(result.model_label["state"]).label)
        return cls(str(Sentiment(label).label) if label else state, str(Emotion(emotion).label) if emotion else "")


def sentiment_shares(scores: dict[str, float], classes: int) -> list[Share]:
    """A row for each label as a project with that many classes names them; none without an analysis."""
    if not scores:
        return []
    sums = ((name, sum(scores[label] for label in labels_covered(name, classes))) for name in labels_shown(classes))
    return [_share(name, Sentiment(name).label, score) for name, score in sums]


def emotion_shares(emotions: Iterable[tuple[str, float]]) -> list[Share]:
    """A row for each emotion found, strongest first."""
    return [_share(name, Emotion(name).label, score) for name, score in emotions]


def fine_emotion_shares(emotions: Iterable[tuple[str, float]]) -> list[Share]:
    """The same for the model's finer emotions, which have their name only."""
    return [_share(name, name.capitalize(), score) for name, score in emotions]


def _share(key: str, words: str, share: float) -> Share:
    return Share(key, str(words), percent(share, 1), num(100 * share))

"""The probabilities behind one label, as rows of words and bars."""

from collections.abc import Iterable
from dataclasses import dataclass

from results.charts.scales import num, percent
from results.choices import Emotion, Sentiment, labels_covered, labels_shown


@dataclass(frozen=True, slots=True)
class Share:
    key: str
    words: str
    percent: str
    width: str  # of the bar, in percent


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

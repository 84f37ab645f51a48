"""What reviews add up to: the counters of a roll-up, and the figures one reads off their sums."""

from collections.abc import Mapping
from dataclasses import dataclass

from results.choices import POLARITIES, Emotion, Sentiment, State

LABELS = tuple(f"label_{label}" for label in Sentiment.values)
STATES = tuple(f"state_{state}" for state in State.values)
EMOTIONS = tuple(f"emotion_{emotion}" for emotion in Emotion.values)
SENTIMENT = ("total", *LABELS, "score_sum")
HUMAN = "human"
RATING = ("rating_count", "rating_sum")
STARS = tuple(f"stars_{stars}" for stars in range(1, 6))
STARS_BY_SIDE = tuple(f"{stars}_{side}" for stars in STARS for side in POLARITIES)
COUNTERS = (
    *SENTIMENT,
    *STATES,
    *EMOTIONS,
    *(f"{emotion}_sum" for emotion in EMOTIONS),
    *RATING,
    *STARS,
    *STARS_BY_SIDE,
    HUMAN,
)
# What figures are read off by: an enumeration makes its values anew whenever asked, and a long timeline asks a lot.
KNOWN = frozenset(COUNTERS)
BY_LABEL = dict(zip(Sentiment.values, LABELS, strict=True))
BY_SIDE = {side: [BY_LABEL[label] for label in labels] for side, labels in POLARITIES.items()}
BY_STATE = dict(zip(State.values, STATES, strict=True))
BY_EMOTION = dict(zip(Emotion.values, EMOTIONS, strict=True))
ASPECT_COUNTERS = ("total", *POLARITIES, "said_sum", "labelled", "score_sum")
SCALE = 10_000  # scores are added as whole ten-thousandths: sums of floats depend on their order
STARS_SCALE = 100


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of counters. A counter that is not there is 0; an average of nothing is None."""

    counters: Mapping[str, int]

    def __add__(self, other: "Tally") -> "Tally":
        names = {*self.counters, *other.counters}
        return Tally({name: self[name] + other[name] for name in names})

    def __getitem__(self, name: str) -> int:
        if name not in KNOWN:
            raise KeyError(name)  # a template asks here first before it looks for a property
        return self.counters.get(name, 0)

    @property
    def total(self) -> int:
        return self["total"]

    @property
    def labels(self) -> dict[str, int]:
        """Reviews by label, all five, best first."""
        return {label: self[counter] for label, counter in BY_LABEL.items()}

    @property
    def polarities(self) -> dict[str, int]:
        """Reviews by side: positive and negative include the very positive and very negative."""
        return {side: sum(self[counter] for counter in counters) for side, counters in BY_SIDE.items()}

    def distribution(self, classes: int) -> dict[str, int]:
        """Reviews by label as a project with that many classes (3 or 5) names them."""
        return self.polarities if classes == 3 else self.labels

    @property
    def labelled(self) -> int:
        return sum(self.labels.values())

    @property
    def human(self) -> int:
        """Reviews whose label a person has set."""
        return self[HUMAN]

    @property
    def states(self) -> dict[str, int]:
        return {state: self[counter] for state, counter in BY_STATE.items()}

    @property
    def not_analysed(self) -> dict[str, int]:
        """Reviews without a label by the reason for it; reasons that nobody has are left out."""
        return {state: n for state, n in self.states.items() if n and state != State.ANALYSED}

    @property
    def avg_score(self) -> float | None:
        """Mean sentiment, −1 … 1, of the reviews that have one."""
        return _mean(self["score_sum"], self.labelled, SCALE)

    @property
    def emotions(self) -> dict[str, int]:
        """Reviews by their strongest emotion."""
        return {emotion: self[counter] for emotion, counter in BY_EMOTION.items()}

    def avg_emotion_score(self, emotion: str) -> float | None:
        return _mean(self[f"emotion_{emotion}_sum"], self[f"emotion_{emotion}"], SCALE)

    @property
    def rated(self) -> int:
        return self["rating_count"]

    @property
    def avg_rating(self) -> float | None:
        """Mean rating on a scale of 0 … 5, whatever the platforms' own scales are."""
        return _mean(self["rating_sum"], self.rated, STARS_SCALE, digits=2)

    @property
    def stars(self) -> dict[int, int]:
        """Reviews by whole stars, five first."""
        return {stars: self[f"stars_{stars}"] for stars in range(5, 0, -1)}

    @property
    def stars_by_side(self) -> dict[int, dict[str, int]]:
        """Reviews with a rating and a label: by whole stars, five first, and by what the label says."""
        return {stars: {side: self[f"stars_{stars}_{side}"] for side in POLARITIES} for stars in range(5, 0, -1)}


@dataclass(frozen=True, slots=True)
class AspectTally:
    """The reviews that mention an aspect: how many there are, and what they say of it."""

    total: int = 0
    positive: int = 0
    neutral: int = 0
    negative: int = 0
    said_sum: int = 0  # of the scores of what is said of the aspect
    labelled: int = 0  # those that have a score of their own, and …
    score_sum: int = 0  # … the sum of these

    def __add__(self, other: "AspectTally") -> "AspectTally":
        return AspectTally(*(getattr(self, name) + getattr(other, name) for name in ASPECT_COUNTERS))

    @property
    def sides(self) -> dict[str, int]:
        """Reviews by what they say of the aspect."""
        return {side: getattr(self, side) for side in POLARITIES}

    @property
    def avg_score(self) -> float | None:
        """Mean score, −1 … 1, of what is said of the aspect."""
        return _mean(self.said_sum, self.total, SCALE)

    def impact(self, everything: Tally) -> float | None:
        """Mean score of all reviews less that of those that do not mention the aspect: what it adds to the mean.

        None where every review mentions it: nobody knows the mean without.
        """
        rest = everything.labelled - self.labelled
        if not rest:
            return None
        scores = everything["score_sum"]
        return (scores / everything.labelled - (scores - self.score_sum) / rest) / SCALE


def _mean(total: int, count: int, scale: int, digits: int = 4) -> float | None:
    return round(total / count / scale, digits) if count else None

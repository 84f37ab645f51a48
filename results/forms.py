"""The filter form beside the list of reviews, and the box one tries a sentence in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django import forms

from projects.choices import Platform
from projects.models import Project, Target
from results.choices import Emotion, LabelSource, Sentiment, State, labels_shown
from results.filters import ResultFilter
from results.languages import NAMES, language_name
from results.reading import written

LONGEST_SENTENCE = 2000
CONFIDENCES = {"": "Any", "0.5": "Without the uncertain", "0.8": "80 % and more"}
LABELS = {
    "search": "Search",
    "sentiment": "Sentiment",
    "platform": "Platform",
    "date_from": "From",
    "date_to": "To",
    "rating_min": "Stars from",
    "rating_max": "Stars to",
    "emotion": "Emotion",
    "target_id": "Target",
    "state": "Analysis",
    "label_source": "Label by",
    "language": "Language",
    "min_confidence": "Confidence",
}


class Choice(NamedTuple):
    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    name: str
    label: str
    choices: list[Choice]

    @property
    def is_in_force(self) -> bool:
        return any(choice.is_chosen for choice in self.choices)


class FilterForm:
    """What the reviews of a project can be filtered by. What is asked for is for ``ResultFilter`` to judge.

    Not one of Django's forms: they take four times as long to draw as the reviews to be read.
    """

    def __init__(self, project: Project, targets: Sequence[Target], values: Mapping[str, Sequence[str]]) -> None:
        """``values`` are those of the query string, by name."""
        self._values = values
        seen = {target.platform for target in targets}
        self.texts = {name: given[0] for name, given in values.items() if given}
        self.sentiment = self._choices(
            "sentiment", {it: Sentiment(it).label for it in labels_shown(project.sentiment_classes)}
        )
        self.platform = self._choices("platform", {value: words for value, words in Platform.choices if value in seen})
        self.more = [
            self._choices("emotion", dict(Emotion.choices)),
            self._choices("target_id", {str(target.pk): str(target) for target in targets}),
            self._choices("state", dict(State.choices)),
            self._choices("label_source", dict(LabelSource.choices)),
        ]
        self.selects = [self._select("language", {"": "Any", **NAMES}), self._select("min_confidence", CONFIDENCES)]

    def _choices(self, name: str, offered: Mapping[str, str]) -> Choices:
        chosen = self._values.get(name, ())
        choices = [Choice(value, words, value in chosen) for value, words in offered.items()]
        return Choices(name, LABELS[name], choices)

    def _select(self, name: str, offered: Mapping[str, str]) -> Choices:
        """A choice that an address asks for stays chosen, even if the form would not offer it."""
        chosen = self._values.get(name, ())[:1]
        return self._choices(name, {**{value: language_name(value) for value in chosen}, **offered})


def values_of(asked: ResultFilter) -> dict[str, list[str]]:
    """A filter as the form's values."""
    return {
        name: [written(one) for one in (value if isinstance(value, tuple) else (value,))]
        for name, value in asked.items()
    }


class SentenceForm(forms.Form):
    text = forms.CharField(
        label="A sentence or a review, in English",
        max_length=LONGEST_SENTENCE,
        widget=forms.Textarea({"rows": 3, "placeholder": "The update is lovely, but it ate my save."}),
    )

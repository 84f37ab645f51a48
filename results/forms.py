"""The filter form beside the list of reviews, and the box one tries a sentence in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bson import ObjectId
from django import forms
from django.http import QueryDict

from projects.choices import Platform
from projects.models import Project, Target
from results.aspects import aspects_of, shown
from results.chips import job_name
from results.choices import Emotion, LabelSource, Sentiment, State, label_shown, labels_shown
from results.filters import ResultFilter
from results.languages import NAMES, language_name
from results.models import Marker, Result
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
    "aspect": "Aspect",
    "target_id": "Target",
    "state": "Analysis",
    "label_source": "Label by",
    "language": "Language",
    "min_confidence": "Confidence",
    "job_id": "Job",
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

    def __init__(
        self,
        project: Project,
        targets: Sequence[Target],
        jobs: Sequence[ObjectId],
        values: Mapping[str, Sequence[str]],
    ) -> None:
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
            self._choices("aspect", {name: shown(name) for name in self._aspects(project)}),
            self._choices("target_id", {str(target.pk): str(target) for target in targets}),
            self._choices("state", dict(State.choices)),
            self._choices("label_source", dict(LabelSource.choices)),
        ]
        runs = {str(pk): job_name(str(pk)) for pk in jobs}
        self.selects = [
            self._select("language", {"": "Any", **NAMES}, language_name),
            self._select("min_confidence", CONFIDENCES, str),
            self._select("job_id", {"": "Any", **runs}, job_name),
        ]

    def _aspects(self, project: Project) -> list[str]:
        """Those looked for, and those an address asks for."""
        return [*dict.fromkeys([*(it.name for it in aspects_of(project)), *self._values.get("aspect", ())])]

    def _choices(self, name: str, offered: Mapping[str, str]) -> Choices:
        chosen = self._values.get(name, ())
        choices = [Choice(value, words, value in chosen) for value, words in offered.items()]
        return Choices(name, LABELS[name], choices)

    def _select(self, name: str, offered: Mapping[str, str], words: Callable[[str], str]) -> Choices:
        """A choice that an address asks for stays chosen, even if the form would not offer it."""
        chosen = self._values.get(name, ())[:1]
        return self._choices(name, {**{value: words(value) for value in chosen if value not in offered}, **offered})


def values_of(asked: ResultFilter) -> dict[str, list[str]]:
    """A filter as the form's values."""
    return {
        name: [written(one) for one in (value if isinstance(value, tuple) else (value,))]
        for name, value in asked.items()
    }


ENGINE = "engine"  # as a choice: what the engine says


def said_in(post: QueryDict) -> dict[str, str | None]:
    """What a form says of labels, for ``correcting.read_label`` to judge. What is left empty is not said."""
    given = {name: post.get(name, "") for name in ("sentiment", "emotion")}
    return {name: None if label == ENGINE else label for name, label in given.items() if label}


class LabelChoices:
    """What a person may say of reviews. ``sentiments`` come best first: keys are counted along them."""

    def __init__(self, project: Project, result: Result | None = None) -> None:
        """With a review, its labels are chosen."""
        sentiment = label_shown(result.sentiment, project.sentiment_classes) if result else None
        emotion = result.emotion if result else None
        labels = labels_shown(project.sentiment_classes)
        self.sentiments = [Choice(it, str(Sentiment(it).label), it == sentiment) for it in labels]
        self.emotions = [Choice(it, words, it == emotion) for it, words in Emotion.choices]
        self.by_key = ",".join(labels)


class ViewForm(forms.Form):
    name = forms.CharField(max_length=60, help_text="Such as “Angry this week”. Only you see it.")


class MarkerForm(forms.ModelForm):  # type: ignore[type-arg]  # is no generic at run time
    class Meta:
        model = Marker
        fields = ("name", "day")
        help_texts = {"name": "Such as “Version 2” or “Summer sale”."}
        widgets = {"day": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}


class SentenceForm(forms.Form):
    text = forms.CharField(
        label="A sentence or a review, in English",
        max_length=LONGEST_SENTENCE,
        widget=forms.Textarea({"rows": 3, "placeholder": "The update is lovely, but it ate my save."}),
    )

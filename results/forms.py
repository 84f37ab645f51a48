"""The filter form beside the list of reviews, and the box one tries a sentence in."""

from collections.abc import Iterable, Mapping, Sequence

from django import forms

from projects.choices import Platform
from projects.models import Project, Target
from results.choices import Emotion, Sentiment, State, labels_shown
from results.filters import ResultFilter
from results.languages import NAMES, language_name
from results.reading import LONGEST_SEARCH, written

LONGEST_SENTENCE = 2000
CONFIDENCES = [("", "Any"), ("0.5", "Without the uncertain"), ("0.8", "80 % and more")]


class DayInput(forms.DateInput):
    input_type = "date"


class StarsInput(forms.NumberInput):
    def __init__(self) -> None:
        super().__init__({"min": 0, "max": 5, "step": 0.5})


class FilterForm(forms.Form):
    """Offers what the reviews of a project can be filtered by. What is asked for is for ``ResultFilter`` to judge."""

    search = forms.CharField(
        label="Search reviews", widget=forms.TextInput({"type": "search"}), max_length=LONGEST_SEARCH
    )
    sentiment = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    platform = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    emotion = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=Emotion.choices)
    target_id = forms.MultipleChoiceField(label="Target", widget=forms.CheckboxSelectMultiple)
    state = forms.MultipleChoiceField(label="Analysis", widget=forms.CheckboxSelectMultiple, choices=State.choices)
    date_from = forms.DateField(label="From", widget=DayInput)
    date_to = forms.DateField(label="To", widget=DayInput)
    rating_min = forms.FloatField(label="Stars from", widget=StarsInput)
    rating_max = forms.FloatField(label="Stars to", widget=StarsInput)
    language = forms.ChoiceField()
    min_confidence = forms.ChoiceField(label="Confidence")
    job_id = forms.CharField(widget=forms.HiddenInput)  # asked for by the links of a job's page

    use_required_attribute = False

    def __init__(self, project: Project, targets: Iterable[Target], values: Mapping[str, Sequence[str]]) -> None:
        """``values`` are those of the query string, by name."""
        super().__init__(auto_id="filter-%s")
        targets = list(targets)
        seen = {target.platform for target in targets}
        labels = labels_shown(project.sentiment_classes)
        self._offer("sentiment", [(label, Sentiment(label).label) for label in labels])
        self._offer("platform", [(value, name) for value, name in Platform.choices if value in seen])
        self._offer("target_id", [(str(target.pk), str(target)) for target in targets])
        self._offer("language", _with_current([("", "Any"), *NAMES.items()], values.get("language", ())))
        self._offer("min_confidence", _with_current(CONFIDENCES, values.get("min_confidence", ())))
        self.initial = {name: self._value(name, given) for name, given in values.items() if given}

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _value(self, name: str, given: Sequence[str]) -> Sequence[str]:
        return given if isinstance(self.fields.get(name), forms.MultipleChoiceField) else given[0]


def values_of(asked: ResultFilter) -> dict[str, list[str]]:
    """A filter as the form's values."""
    return {
        name: [written(one) for one in (value if isinstance(value, tuple) else (value,))]
        for name, value in asked.items()
    }


def _with_current(choices: list[tuple[str, str]], given: Sequence[str]) -> list[tuple[str, str]]:
    """A choice that an address asks for stays chosen, even if the form would not offer it."""
    missing = [value for value in given[:1] if value not in dict(choices)]
    return [*choices, *((value, language_name(value)) for value in missing)]


class SentenceForm(forms.Form):
    text = forms.CharField(
        label="A sentence or a review, in English",
        max_length=LONGEST_SENTENCE,
        widget=forms.Textarea({"rows": 3, "placeholder": "The update is lovely, but it ate my save."}),
    )

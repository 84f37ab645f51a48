"""The two steps of an import: which file, and how it is to be read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from projects.choices import Platform
from results.imports import FORMATS, ROLES, Options

NAMES = {"csv": "CSV", "tsv": "TSV", "xlsx": "Excel", "json": "JSON", "jsonl": "JSON Lines", "text": "Plain text"}
ROLE_NAMES = {"id": "Id of the review", "url": "Address of the review"}
DELIMITERS = {"": "–", ",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
DATE_ORDERS = {"": "No such dates", "dmy": "3 April", "mdy": "March 4"}
SHAPE = ("format", "encoding", "delimiter", "quote", "header")  # what decides which columns there are
PASTED = "Pasted reviews.txt"


class UploadForm(forms.Form):
    file = forms.FileField(
        required=False, allow_empty_file=True, help_text="CSV, TSV, Excel, JSON, JSON Lines or text."
    )
    text = forms.CharField(
        required=False,
        label="Or paste reviews",
        help_text="One a line, or rows with headings.",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(said.get("file")) == bool(said.get("text")):
            raise ValidationError("Choose a file or paste reviews: one of the two.")
        return said

    @property
    def name(self) -> str:
        file = self.cleaned_data["file"]
        return str(file.name) if file else PASTED

    @property
    def chunks(self) -> Iterable[bytes]:
        file = self.cleaned_data["file"]
        return file.chunks() if file else [self.cleaned_data["text"].encode()]


class OptionsForm(forms.Form):
    """Every guess about a file, to be put right. Columns are chosen by their place, counted from 0."""

    platform = forms.ChoiceField(label="Came from", choices=Platform.choices)
    format = forms.ChoiceField(choices=[(value, NAMES[value]) for value in FORMATS])
    encoding = forms.CharField(required=False, max_length=40)
    delimiter = forms.CharField(required=False, strip=False, label="Between cells", widget=forms.Select)
    quote = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    header = forms.BooleanField(required=False, label="The first row holds headings")
    rating_min = forms.FloatField(required=False, label="Lowest rating")
    rating_max = forms.FloatField(required=False, label="Highest rating")
    date_order = forms.ChoiceField(required=False, label="03/04 means", choices=list(DATE_ORDERS.items()))
    shape = forms.JSONField(required=False, widget=forms.HiddenInput)  # what the columns offered belong to

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in ROLES:
            self.fields[f"column_{role}"] = forms.IntegerField(
                required=False, label=ROLE_NAMES.get(role, role.capitalize()), widget=forms.Select
            )
        self.offer([])

    @classmethod
    def showing(cls, options: Options, columns: Sequence[str]) -> "OptionsForm":
        """Filled in with these options."""
        said = options.to_json()
        places = {f"column_{role}": _place(column, columns) for role, column in options.columns.items()}
        platform = options.platform or Platform.FILE
        form = cls(initial={**said, **places, "platform": platform, "shape": _shape(said)})
        form.offer(columns, options.delimiter)
        return form

    def offer(self, columns: Sequence[str], delimiter: str = "") -> None:
        """The choices that depend on the file."""
        places = [("", "–"), *((str(place), name or f"Column {place + 1}") for place, name in enumerate(columns))]
        for role in ROLES:
            self.fields[f"column_{role}"].widget.choices = places
        known = DELIMITERS if delimiter in DELIMITERS else {**DELIMITERS, delimiter: delimiter}
        self.fields["delimiter"].widget.choices = list(known.items())

    def options(self) -> Options:
        """What was chosen. Columns chosen for another shape of the file are left to be guessed again.

        Raises ValidationError by the name of the option.
        """
        said = {name: self.cleaned_data[name] for name in self.cleaned_data if not name.startswith("column_")}
        shape = said.pop("shape")
        said["columns"] = {role: place for role in ROLES if (place := self.cleaned_data[f"column_{role}"]) is not None}
        if not isinstance(shape, dict) or shape.get("format") != said["format"]:
            kept = ("platform", "format", "rating_min", "rating_max")
            return Options.from_json({name: said[name] for name in kept})
        if _shape(said) != shape:
            said["columns"] = {}
        return Options.from_json(said)

    def add_errors(self, error: ValidationError) -> None:
        by_name = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, texts in by_name.items():
            name = "column_text" if name == "columns" else name
            for text in texts:
                self.add_error(name if name in self.fields else None, text)

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[f"column_{role}"] for role in ROLES]

    @property
    def shape_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("platform", "format", "encoding", "delimiter")]

    @property
    def scale_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("rating_min", "rating_max", "date_order")]


def _place(column: str | int, columns: Sequence[str]) -> int | str:
    if isinstance(column, int):
        return column
    return list(columns).index(column) if column in columns else ""


def _shape(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said[name] or "" for name in SHAPE}

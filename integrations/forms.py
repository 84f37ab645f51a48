from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from integrations.catalogue import EVENTS
from integrations.channels import Service
from integrations.models import Channel, Credential, OwnModel, validate_price
from integrations.models.notices import usual_events
from integrations.providers import Field, Provider
from projects.models import Project

TOKENS = 1000  # prices are kept for so many, and asked for a thousand times as many, as providers name them


class KeyForm(forms.Form):
    """What a provider wants to be told. A secret is never given back to the page."""

    label = forms.CharField(
        label="Name", max_length=100, required=False, help_text="For yourself, if you like: whose account it is."
    )

    def __init__(self, *args: Any, provider: Provider, credential: Credential | None, **kwargs: Any) -> None:
        shown = credential.shown if credential else {}
        known = {field.name: shown.get(field.name, field.default) for field in provider.fields if not field.is_secret}
        super().__init__(*args, initial={**known, "label": credential.label if credential else ""}, **kwargs)
        self.provider = provider
        for field in provider.fields:
            self.fields[field.name] = _form_field(field)
        self.order_fields([field.name for field in provider.fields])

    def clean(self) -> dict[str, Any]:
        given = {field.name: self.cleaned_data.get(field.name, "") for field in self.provider.fields}
        try:
            self.cleaned_data["values"] = self.provider.clean(given)
        except ValidationError as error:
            for name, words in error.message_dict.items():
                if name not in self.errors:
                    self.add_error(name, words)
        return self.cleaned_data


def _form_field(field: Field) -> forms.CharField:
    attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
    widget = forms.PasswordInput(attrs=attrs) if field.is_secret else forms.TextInput(attrs=attrs)
    return forms.CharField(
        label=field.label, required=field.is_required, help_text=field.help, max_length=600, widget=widget
    )


class PriceField(forms.FloatField):
    def __init__(self, label: str) -> None:
        widget = forms.NumberInput(attrs={"step": "any", "min": "0"})
        super().__init__(
            label=label, required=False, min_value=0, widget=widget, help_text="In US dollars. Empty: not known."
        )

    def clean(self, value: Any) -> float | None:
        dollars: float | None = super().clean(value)
        if dollars is None:
            return None
        validate_price(dollars / TOKENS)
        return dollars / TOKENS


class OwnModelForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    cost_per_1k_input = PriceField("A million tokens sent")
    cost_per_1k_output = PriceField("A million tokens received")

    class Meta:
        model = OwnModel
        fields = ("model", "name", "context", "cost_per_1k_input", "cost_per_1k_output")
        widgets = {"model": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("cost_per_1k_input", "cost_per_1k_output"):
            if (cost := self.initial.get(name)) is not None:
                self.initial[name] = round(cost * TOKENS, 6)

    def clean(self) -> dict[str, Any]:
        """The owner and the provider are no fields of the form, so it would not see that the model is there already."""
        cleaned = super().clean() or self.cleaned_data
        twins = OwnModel.objects.filter(owner_id=self.instance.owner_id, provider=self.instance.provider)
        if twins.filter(model=cleaned.get("model")).exclude(pk=self.instance.pk).exists():
            self.add_error("model", "You have facts of your own about this model already.")
        return cleaned


class EventsField(forms.MultipleChoiceField):
    """Of what somebody wants to be told."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(kind.name, kind.title) for kind in EVENTS.values()]
        super().__init__(choices=choices, widget=forms.CheckboxSelectMultiple, **kwargs)


class BellForm(forms.Form):
    events = EventsField(label="The bell tells of", required=False)


class ChannelForm(forms.Form):
    """What a service wants to be told, and of what it shall tell. What is secret is never given back to the page: left
    empty, it stays as it is."""

    name = forms.CharField(max_length=100, required=False, help_text="For yourself, if you like: who reads it.")
    events = EventsField(label="Tell of", initial=usual_events)
    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, label="Only of", empty_label="All projects", blank=True
    )

    def __init__(
        self, *args: Any, owner: User, service: Service, channel: Channel | None = None, **kwargs: Any
    ) -> None:
        known = {"name": channel.name, "events": channel.events, "project": channel.project_id} if channel else {}
        super().__init__(*args, initial=known, **kwargs)
        self.service, self.channel = service, channel
        for field in service.fields:
            self.fields[field.name] = _form_field(field)
            if channel and field.name in channel.shown and channel.is_readable:
                self.fields[field.name].required = False
                self.fields[field.name].help_text = f"Now {channel.shown[field.name]}. Empty: it stays."
        project: Any = self.fields["project"]
        project.queryset = Project.objects.owned_by(owner).order_by("name")
        self.order_fields([*(field.name for field in service.fields), "name", "events", "project"])

    def clean(self) -> dict[str, Any]:
        """``values`` are those of the service's fields, none where nothing was entered."""
        values = {}
        for field in self.service.fields:
            if given := self.cleaned_data.pop(field.name, ""):
                try:
                    values[field.name] = field.clean(given)
                except ValidationError as error:
                    self.add_error(field.name, error)
        self.cleaned_data["values"] = values
        return self.cleaned_data

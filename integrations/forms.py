from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from integrations.models import Credential, OwnModel, validate_price
from integrations.providers import Field, Provider

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

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from integrations.catalogue import EVENTS, OFFERED, EventKind
from integrations.channels import Service
from integrations.models import Channel, Credential, OwnModel, Webhook, validate_price
from integrations.models.notices import usual_events
from integrations.models.webhooks import validate_address
from integrations.providers import Field, Provider
from integrations.signed import validate_headers
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
                self.fields[field.name].help_text = f"Leave it empty to keep {channel.shown[field.name]}"
        project: Any = self.fields["project"]
        project.queryset = Project.objects.owned_by(owner).order_by("name")
        self.order_fields([*(field.name for field in service.fields), "name", "events", "project"])

    def clean(self) -> dict[str, Any]:
        """``values`` are those of the service's fields, none where nothing was entered."""
        given = {field.name: self.cleaned_data.pop(field.name, "") for field in self.service.fields}
        try:
            self.cleaned_data["values"] = self.service.clean(given, may_be_known=True)
        except ValidationError as error:
            for name, words in error.message_dict.items():
                self.add_error(name, words)
        return self.cleaned_data


KEPT = "••••••"  # stands for the value of a header, which is never given back to the page


class HeadersField(forms.CharField):
    """A header in each line. ``kept`` are those there are: whoever leaves the dots in place of a value keeps it."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": 3, "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        super().__init__(required=False, widget=forms.Textarea(attrs=attrs), max_length=10_000, **kwargs)
        self.kept: dict[str, str] = {}

    def clean(self, value: Any) -> dict[str, str]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        headers: dict[str, str] = {}
        for line in lines:
            name, separator, text = (part.strip() for part in line.partition(":"))
            if not separator:
                raise ValidationError("Write each header as its name, a colon and its value.")
            if name in headers:
                raise ValidationError("A header is named twice.")
            headers[name] = self.kept.get(name, text) if text == KEPT else text
        validate_headers(headers)
        return headers


class WebhookForm(forms.Form):
    url = forms.CharField(
        label="Address",
        max_length=2000,
        validators=[validate_address],
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        help_text="Events are posted there as JSON.",
    )
    name = forms.CharField(max_length=100, required=False, help_text="For yourself, if you like: who listens there.")
    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, label="Only of", empty_label="All projects", blank=True
    )
    events = forms.MultipleChoiceField(label="Send", widget=forms.CheckboxSelectMultiple)
    headers = HeadersField(
        label="Headers of your own", help_text="Sent along each time, one in each line, as in X-Team: kettles."
    )

    def __init__(self, *args: Any, owner: User, webhook: Webhook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_known(webhook) if webhook else None, **kwargs)
        project: Any = self.fields["project"]
        project.queryset = Project.objects.owned_by(owner).order_by("name")
        events: Any = self.fields["events"]
        events.choices = [(kind.name, _explained(kind)) for kind in OFFERED]
        headers: Any = self.fields["headers"]
        if webhook and webhook.is_readable:
            headers.kept = webhook.headers
        elif webhook:  # they come with a new secret
            del self.fields["headers"]


def _known(webhook: Webhook) -> dict[str, Any]:
    headers = "\n".join(f"{name}: {KEPT}" for name in webhook.header_names)
    about = {"url": webhook.url, "name": webhook.name, "project": webhook.project_id, "events": webhook.events}
    return {**about, "headers": headers}


def _explained(kind: EventKind) -> SafeString:
    return format_html('<span>{}<br><span class="muted small">{}</span></span>', kind.title, kind.sentence)


class SendAgainForm(forms.Form):
    """What is sent again: the events of a span of days."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    only_failed = forms.BooleanField(label="Only what was not delivered", required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """Whole days, in the time zone of whoever asks."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until:
            if since > until:
                self.add_error("until", "This is before the day it begins with.")
            zone = timezone.get_current_timezone()
            self.cleaned_data["since"] = datetime.combine(since, time.min, zone)
            self.cleaned_data["until"] = datetime.combine(until, time.max, zone)
        return self.cleaned_data

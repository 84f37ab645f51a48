import zoneinfo
from typing import Any

from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.forms import DisconnectForm
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import Provider
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from rest_framework.exceptions import Throttled

from accounts import recovery, tokens
from accounts.authentication import check_password
from accounts.choices import Scope
from accounts.models import NAME_LENGTH, ApiToken, User
from accounts.ownership import signed_in


class SignupForm(AllauthSignupForm):
    name = forms.CharField(max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    # The browser's own, filled in by a script; what is not known as a zone turns nobody away.
    timezone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-browser-zone": ""}))
    field_order = ["name", "email", "password1", "password2"]

    def clean_timezone(self) -> str:
        zone: str = self.cleaned_data["timezone"]
        return zone if zone in zoneinfo.available_timezones() else "UTC"

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            user, response = super().try_save(request)
        except IntegrityError:  # the same form came twice at once
            messages.info(request, "This account has just been made. Sign in.")
            return None, redirect("account_login")
        return user, response


class ResetPasswordForm(AllauthResetPasswordForm):
    """Whether there is an account with this address is seen to later, where it cannot be told from outside."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        recovery.send_link(request, email)
        return email


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    class Meta:
        model = User
        fields = ("name", "timezone", "theme")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "timezone": forms.Select(choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())]),
        }
        labels = {"theme": "Colours"}
        help_texts = {"timezone": "Times on all pages are shown in this zone."}


class TokenForm(forms.Form):
    name = forms.CharField(max_length=NAME_LENGTH, help_text="Of the program that will use it.")
    scope = forms.ChoiceField(label="May", choices=Scope.choices, initial=Scope.READ)
    days = forms.TypedChoiceField(
        label="Ends after",
        coerce=int,
        choices=[(7, "7 days"), (30, "30 days"), (tokens.USUAL_DAYS, "90 days"), (tokens.LONGEST_DAYS, "1 year")],
        initial=tokens.USUAL_DAYS,
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def create(self) -> tuple[ApiToken, str] | None:
        """The token and its text; None, and an error in the form, if there are too many already."""
        said = self.cleaned_data
        try:
            return tokens.create(self.owner, said["name"], Scope(said["scope"]), said["days"])
        except tokens.TooManyTokens as error:
            self.add_error(None, error.message)
            return None


class ConnectionsForm(DisconnectForm):
    """Its accounts are those that can be disconnected."""

    def connected(self) -> list[tuple[SocialAccount, str]]:
        """With what they are called there."""
        names = ((account.extra_data.get("email") or account.extra_data.get("login")) for account in self.accounts)
        return [(account, name or account.uid) for account, name in zip(self.accounts, names, strict=True)]

    def unconnected(self) -> list[Provider]:
        taken = {account.provider for account in self.accounts}
        return [provider for provider in get_adapter().list_providers(self.request) if provider.id not in taken]


class PasskeyForm(AddWebAuthnForm):
    """A passkey that can do without a password, unless somebody wants it otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "So that you can tell it from others."
        self.fields["passwordless"].label = "Sign in without a password"
        self.fields["passwordless"].help_text = "The device then asks for your finger, face or PIN each time."
        self.fields["passwordless"].initial = True


class AccountDeleteForm(forms.Form):
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="So that nobody else can do this.",
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, signed_in(request)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        try:
            known = check_password(self.request, self.user.email, password)
        except Throttled as error:
            raise ValidationError("Too many wrong passwords. Wait five minutes.") from error
        if known is None:
            raise ValidationError("This is not your password.")
        return password

    def clean(self) -> None:
        if self.user.is_last_administrator:
            raise ValidationError("Make somebody else an administrator first.")

import zoneinfo
from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from rest_framework.exceptions import Throttled

from accounts.authentication import check_password
from accounts.models import NAME_LENGTH, User
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


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    class Meta:
        model = User
        fields = ("name", "timezone")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "timezone": forms.Select(choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())]),
        }
        help_texts = {"timezone": "Times on all pages are shown in this zone."}


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

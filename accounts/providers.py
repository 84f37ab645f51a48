"""Google and GitHub as ways in: which of them this site knows, and what allauth asks of us about them."""

from typing import Any

from allauth.core.internal.modelkit import deserialize_instance, serialize_instance
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from bson import ObjectId
from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest

from accounts.models import NAME_LENGTH, User

NAMES = {"google": "Google", "github": "GitHub"}


def configured() -> dict[str, str]:
    """Providers that have a client id here → their names."""
    return {provider: name for provider, name in NAMES.items() if provider in settings.SOCIALACCOUNT_PROVIDERS}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": "Set a password first: without one and without this connection nobody could sign in here.",
    }

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> Any:
        """Those of the settings alone: no keys of providers lie in the database."""
        apps = []
        for name in configured():
            values = settings.SOCIALACCOUNT_PROVIDERS[name]["APP"]
            if provider in (None, name) and client_id in (None, values["client_id"]):
                apps.append(SocialApp(provider=name, **values))
        return apps

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404 from error

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in parts if part) or data.get("username") or ""
        user.name = name[:NAME_LENGTH]
        return user

    def serialize_instance(self, instance: models.Model) -> dict[str, Any]:
        """For the session, while somebody completes a sign-up: keys of rows as text."""
        row = {name: value for name, value in vars(instance).items() if not isinstance(value, ObjectId)}
        plain = type(instance).__new__(type(instance))
        plain.__dict__ = row
        return serialize_instance(plain)

    def deserialize_instance(self, model: type[models.Model], data: dict[str, Any]) -> models.Model:
        return deserialize_instance(model, data)

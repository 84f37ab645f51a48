"""Google and GitHub as ways in: where they are, what they say of somebody, and whom that lets in.

An e-mail address that a provider names never opens an account that is there already: an account is connected by whoever
is signed in to it. And only an address that the provider has verified makes a new one.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.modelkit import deserialize_instance, serialize_instance
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess, Provider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from bson import ObjectId
from django.conf import settings
from django.db import models
from django.dispatch import receiver
from django.forms import BaseForm
from django.http import Http404, HttpRequest
from django.shortcuts import render

from accounts.models import NAME_LENGTH, User

NAMES = {"google": "Google", "github": "GitHub"}


class GoogleAdapter(GoogleOAuth2Adapter):
    """At ``GOOGLE_URL``. Unlike allauth, which trusts TLS, it looks at the signature of every ID token."""

    @property
    def is_elsewhere(self) -> bool:
        return settings.PROVIDER_URLS["google"] != "https://accounts.google.com"

    @property
    def authorize_url(self) -> str:
        return f"{settings.PROVIDER_URLS['google']}/o/oauth2/v2/auth"

    @property
    def access_token_url(self) -> str:
        return (
            f"{settings.PROVIDER_URLS['google']}/token" if self.is_elsewhere else "https://oauth2.googleapis.com/token"
        )

    @property
    def keys_url(self) -> str:
        host = settings.PROVIDER_URLS["google"] if self.is_elsewhere else "https://www.googleapis.com"
        return f"{host}/oauth2/v3/certs"

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        try:
            claims = jwtkit.verify_and_decode(
                credential=kwargs["response"]["id_token"],
                keys_url=self.keys_url,
                issuer=settings.PROVIDER_URLS["google"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("This is no ID token.") from error
        return self.get_provider().sociallogin_from_response(request, claims)


class GitHubAdapter(GitHubOAuth2Adapter):
    """At ``GITHUB_URL``; GitHub Enterprise has its API below its own address."""

    @property
    def api_url(self) -> str:
        web = settings.PROVIDER_URLS["github"]
        return "https://api.github.com" if web == "https://github.com" else f"{web}/api/v3"

    @property
    def access_token_url(self) -> str:
        return f"{settings.PROVIDER_URLS['github']}/login/oauth/access_token"

    @property
    def authorize_url(self) -> str:
        return f"{settings.PROVIDER_URLS['github']}/login/oauth/authorize"

    @property
    def profile_url(self) -> str:
        return f"{self.api_url}/user"

    @property
    def emails_url(self) -> str:
        return f"{self.api_url}/user/emails"


ADAPTERS: dict[str, type[OAuth2Adapter]] = {"google": GoogleAdapter, "github": GitHubAdapter}


class Refused(Exception):  # noqa: N818  not an error: a door that stays shut
    """Why this person at a provider may not make an account here."""

    def __init__(self, code: str, message: str, email: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.email = code, message, email


def configured() -> dict[str, str]:
    """Providers that have a client id here → their names."""
    return {provider: name for provider, name in NAMES.items() if provider in settings.SOCIALACCOUNT_PROVIDERS}


def check_newcomer(login: SocialLogin) -> None:
    """Leave of the addresses that the provider names the one that counts. Raises Refused."""
    name = NAMES[login.account.provider]
    for address in login.email_addresses:
        if _is_taken(address.email):
            raise Refused(
                "EMAIL_EXISTS", f"Sign in to your account here first, and then connect {name}.", address.email
            )
    verified = sorted((a for a in login.email_addresses if a.verified), key=lambda a: not a.primary)
    if not verified:
        raise Refused("EMAIL_NOT_VERIFIED", f"Confirm your e-mail address at {name} first, or sign up with a password.")
    login.email_addresses = verified[:1]
    login.user.email = verified[0].email


def _is_taken(email: str) -> bool:
    known = User.objects.filter(email=email.lower()).exists()
    return bool(known or EmailAddress.objects.filter(email=email.lower(), verified=True).exists())


@receiver(password_reset)
def shake_off(user: User, **kwargs: Any) -> None:
    """Somebody proves by a mail that the address of an account is theirs.

    If nobody had before, another person may have made the account, and must not stay in it: their connections and
    second factors go, as their password did.
    """
    address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
    if not address.verified:
        SocialAccount.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        address.set_verified()


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

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        found: Provider = super().get_provider(request, provider, client_id)
        found.oauth2_adapter_class = ADAPTERS[found.id]
        return found

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing or sociallogin.state.get("process") != AuthProcess.LOGIN:
            return
        try:
            check_newcomer(sociallogin)
        except Refused as refusal:
            context = {"refusal": refusal, "provider": NAMES[sociallogin.account.provider]}
            page = render(request, "socialaccount/refused.html", context, status=403)
            raise ImmediateHttpResponse(page) from refusal

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in parts if part) or data.get("username")
        user.name = (name or user.email.partition("@")[0])[:NAME_LENGTH]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: BaseForm | None = None) -> User:
        user: User = sociallogin.user
        user.set_unusable_password()
        User.objects.enrol(user)
        sociallogin.save(request)
        return user

    def serialize_instance(self, instance: models.Model) -> dict[str, Any]:
        """For the session, while somebody is asked for the password again: keys of rows as text."""
        plain = type(instance).__new__(type(instance))
        plain.__dict__ = {
            name: str(value) if isinstance(value, ObjectId) else value for name, value in vars(instance).items()
        }
        serialized: dict[str, Any] = serialize_instance(plain)
        return serialized

    def deserialize_instance(self, model: type[models.Model], data: dict[str, Any]) -> models.Model:
        row: models.Model = deserialize_instance(model, data)
        for field in row._meta.concrete_fields:
            if field.is_relation or field.primary_key:
                setattr(row, field.attname, field.to_python(getattr(row, field.attname)))
        return row

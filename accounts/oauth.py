"""Signing in to the API with Google or GitHub.

Nothing is kept on the server between the two steps. What the second must know travels in a cookie, encrypted, for ten
minutes; so the answer of the provider is good once, and in that browser only which asked for it.
"""

import json
import secrets
from typing import Any, ClassVar

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from drf_spectacular.utils import extend_schema
from requests import RequestException
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit, authentication, challenge, providers
from accounts.api import Door
from accounts.authentication import TokenPair
from accounts.bodies import OAuthProvidersJson
from accounts.models import User
from sentimatrix_studio import encryption, rest

PURPOSE = "oauth"
SECONDS = 600  # between the two steps
SAID_BY_PROVIDERS = ("scope", "authuser", "prompt", "hd", "iss", "error_description", "error_uri")


class Providers(Door):
    @extend_schema(responses={200: OAuthProvidersJson})
    def get(self, request: Request) -> Response:
        """List the providers one can sign in with here.

        Each with the address to begin at.
        """
        base = request.build_absolute_uri("/")[:-1]
        rows = [
            {"id": provider, "name": name, "url": base + reverse(f"api:oauth_{provider}")}
            for provider, name in providers.configured().items()
        ]
        return Response({"items": rows})


class ProviderDoor(Door):
    provider = ""  # set in the API map
    limit = "sign_in"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.provider not in providers.configured():
            name = providers.NAMES[self.provider]
            raise exceptions.NotFound(f"Signing in with {name} is not set up here.", code="PROVIDER_NOT_CONFIGURED")
        self.adapter: OAuth2Adapter = providers.ADAPTERS[self.provider](request._request)

    @property
    def cookie(self) -> dict[str, Any]:
        path = reverse(f"api:oauth_{self.provider}")
        return {"key": f"oauth_{self.provider}", "path": path, "samesite": "Lax"}

    def client(self, request: Request) -> OAuth2Client:
        client = self.adapter.get_client(request._request, self.adapter.get_provider().app)
        client.callback_url = request.build_absolute_uri(reverse(f"api:oauth_{self.provider}_callback"))
        return client


class Consent(ProviderDoor):
    @extend_schema(responses={302: None, 404: None})
    def get(self, request: Request) -> HttpResponseRedirect:
        """Sign in with a provider.

        Leads to the provider, where the person says yes or no.
        """
        provider, client = self.adapter.get_provider(), self.client(request)
        pkce = generate_code_challenge()
        state = {"state": secrets.token_urlsafe(24), "verifier": pkce.pop("code_verifier")}
        client.state = state["state"]
        answer = HttpResponseRedirect(client.get_redirect_url(self.adapter.authorize_url, provider.get_scope(), pkce))
        sealed = encryption.encrypt(json.dumps(state), PURPOSE, self.provider)
        answer.set_cookie(
            **self.cookie, value=sealed, max_age=SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True
        )
        return answer


class Callback(ProviderDoor):
    query_parameters: ClassVar[dict[str, dict[str, Any]]] = {
        "get": {
            "code": serializers.CharField(required=False, max_length=2000),
            "state": serializers.CharField(required=False, max_length=200),
            "error": serializers.CharField(required=False, max_length=200),
            **{name: rest.Unread(serializers.CharField(required=False)) for name in SAID_BY_PROVIDERS},
        }
    }

    @extend_schema(responses={200: TokenPair, 401: None, 403: None, 404: None, 409: None})
    def get(self, request: Request) -> Response:
        """Come back from a provider.

        A token pair, as for a sign-in with a password.
        """
        verifier = self._verifier(request)
        if "error" in self.asked or "code" not in self.asked:
            raise exceptions.AuthenticationFailed("The provider was told not to let you in.", code="OAUTH_CANCELLED")
        user = self._person(self._login(request, verifier))
        answer = Response(authentication.sign_in(user, self.provider), headers={"Cache-Control": "no-store"})
        answer.delete_cookie(**self.cookie)
        return answer

    def _verifier(self, request: Request) -> str:
        """That belongs to the state, if this browser asked for it, not too long ago, and for the first time."""
        try:
            sealed = request.COOKIES.get(self.cookie["key"], "")
            kept = json.loads(encryption.decrypt(sealed, PURPOSE, self.provider))
        except encryption.Unreadable as error:
            raise _wrong_state() from error
        is_ours = constant_time_compare(kept["state"], self.asked.get("state", ""))
        if not is_ours or not cache.add(f"oauth:{kept['state']}", True, timeout=SECONDS):
            raise _wrong_state()
        return str(kept["verifier"])

    def _login(self, request: Request, verifier: str) -> SocialLogin:
        http, app = request._request, self.adapter.get_provider().app
        try:
            told = self.adapter.get_access_token_data(http, app, self.client(request), pkce_code_verifier=verifier)
            token = self.adapter.parse_token(told)
            return self.adapter.complete_login(http, app, token, response=told)
        except (OAuth2Error, RequestException, ProviderException) as error:
            raise exceptions.AuthenticationFailed(
                "The provider did not confirm this sign-in. Begin again.", code="OAUTH_FAILED"
            ) from error

    def _person(self, login: SocialLogin) -> User:
        login.lookup()
        user: User = login.user if login.is_existing else self._newcomer(login)
        if not user.is_active:
            raise exceptions.AuthenticationFailed("This account is switched off.", code="INVALID_CREDENTIALS")
        challenge.check(user)
        return user

    def _newcomer(self, login: SocialLogin) -> User:
        if not authentication.signup_is_open():
            raise exceptions.PermissionDenied("Sign-up is closed here.", code="AUTHORIZATION_ERROR")
        try:
            providers.check_newcomer(login)
            user: User = get_adapter().save_user(self.request._request, login)
        except providers.Refused as refusal:
            if refusal.code == "EMAIL_EXISTS":
                raise rest.Conflict(refusal.message, code=refusal.code) from refusal
            raise exceptions.PermissionDenied(refusal.message, code=refusal.code) from refusal
        except IntegrityError as error:
            raise rest.Conflict("There is an account with this e-mail address.", code="EMAIL_EXISTS") from error
        audit.record("signed_up", user, method=self.provider)
        return user


def _wrong_state() -> exceptions.AuthenticationFailed:
    return exceptions.AuthenticationFailed(
        "This sign-in was not begun here, took too long, or was used before. Begin again.", code="OAUTH_STATE"
    )

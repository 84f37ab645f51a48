"""How one signs in: by page, through allauth, and by API, with tokens."""

from functools import partial
from typing import Any, TypedDict

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from bson import ObjectId
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import update_last_login
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts import audit, mail, tokens
from accounts.choices import Scope
from accounts.models import ApiToken, TokenFamily, User
from accounts.sign_out import end_everything, end_family
from sentimatrix_studio.mongo.pipelines import row_of, row_where, united
from sentimatrix_studio.requests import client_address

CHALLENGE = 'Bearer realm="api"'
TOO_MANY_TRIES_WAIT = 300  # seconds, as long as allauth counts the bad tries at one address


class PasswordMixValidator:
    """Demands an upper-case letter, a lower-case letter and a digit, and no more than 128 characters."""

    longest = 128

    def validate(self, password: str, user: Any = None) -> None:
        kinds = (str.isupper, str.islower, str.isdigit)
        if not all(any(kind(letter) for letter in password) for kind in kinds) or len(password) > self.longest:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return "Use upper and lower case letters and a digit, and at most 128 characters."

    def password_changed(self, password: str, user: User) -> None:
        """Django tells of every new password, whichever door it came by: whoever knew the old one is out."""
        end_everything(user)


def signup_is_open() -> bool:
    """The first account can always be made: it is the administrator's."""
    return settings.SIGNUP == "open" or not User.objects.staying().exists()


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return signup_is_open()

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        super().save_user(request, user, form, commit=False)
        user.name, user.timezone = form.cleaned_data["name"], form.cleaned_data["timezone"]
        if commit:
            User.objects.enrol(user)
        if user.is_superuser:
            messages.success(request, "This is the first account here, so you are the administrator.")
        return user

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        mail.aside(partial(super().send_mail, template_prefix, email, context))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Bad tries count for the address alone. By default the ``Host`` counts too, which the caller chooses."""
        return str(credentials.get("email", "")).lower()


class Backend(AuthenticationBackend):
    """allauth's own; every page asks it who is signed in, which takes a third of the time past the ORM."""

    def get_user(self, user_id: ObjectId) -> User | None:
        user = row_where(User, {"_id": user_id})
        return user if user is not None and self.user_can_authenticate(user) else None


def check_password(request: HttpRequest, email: str, password: str) -> User | None:
    """The active user with this address and password; bad tries count as they do on the sign-in page.

    Takes as long for an unknown address as for a known one. ``Throttled`` after too many bad tries.
    """
    try:
        user: User | None = get_adapter(request).authenticate(request, email=email.strip().lower(), password=password)
    except ValidationError as error:
        raise exceptions.Throttled(wait=TOO_MANY_TRIES_WAIT) from error
    return user if user is not None and user.is_active else None


class TokenPair(TypedDict):
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


def new_tokens(user: User) -> TokenPair:
    """The first pair of a new family."""
    refresh = RefreshToken.for_user(user)
    family = TokenFamily.objects.create(
        user=user,
        refresh_id=refresh["jti"],
        password_mark=user.get_session_auth_hash(),
        expires_at=refresh.current_time + refresh.lifetime,
    )
    return _pair(refresh, family)


def sign_in(user: User, method: str) -> TokenPair:
    """Whoever has shown to be this person gets tokens."""
    update_last_login(User, user)
    pair = new_tokens(user)
    audit.record("signed_in", user, method=method)
    return pair


def next_tokens(refresh_token: str) -> TokenPair:
    """The pair that follows; whoever presents a refresh token a second time ends the whole family."""
    old = _read(RefreshToken, refresh_token)
    family = _family(old)
    new = RefreshToken.for_user(family.user)
    if not family.rotate(old["jti"], new["jti"], new.current_time + new.lifetime):
        end_family(family, reason="a refresh token was used twice")
        raise _refusal("TOKEN_BLACKLISTED", "This refresh token has been used before. Sign in again.")
    return _pair(new, family)


def end_tokens(refresh_token: str) -> None:
    """End the family of this refresh token: none of its tokens is good for anything from now on."""
    end_family(_family(_read(RefreshToken, refresh_token)), "signed_out")


def user_of(access_token: str) -> User:
    """Whose access token this is; ``AuthenticationFailed`` with a code of the contract when it is not good."""
    return _family(_read(AccessToken, access_token)).user


def _pair(refresh: RefreshToken, family: TokenFamily) -> TokenPair:
    refresh["family"] = str(family.pk)
    return {
        "access_token": str(refresh.access_token),
        "refresh_token": str(refresh),
        "token_type": "bearer",
        "expires_in": int(AccessToken.lifetime.total_seconds()),
    }


def _read(kind: type[Token], raw: str) -> Token:
    try:
        return kind(raw)  # type: ignore[arg-type]  # its annotation is wrong: it takes the encoded text
    except ExpiredTokenError as error:
        raise _refusal("TOKEN_EXPIRED", "This token has expired.") from error
    except TokenError as error:
        raise _refusal("INVALID_TOKEN", "This is not a valid token.") from error


def _family(token: Token) -> TokenFamily:
    asked = {TokenFamily: token["family"], User: token["user_id"]}
    found = list(united(*((model, [{"$match": {"_id": ObjectId(pk)}}]) for model, pk in asked.items())))
    if len(found) == len(asked):
        family, user = row_of(TokenFamily, found[0]), row_of(User, found[1])
        family.user = user
        if family.is_alive:
            return family
    raise _refusal("TOKEN_BLACKLISTED", "This token has been ended. Sign in again.")


def _refusal(code: str, detail: str) -> exceptions.AuthenticationFailed:
    return exceptions.AuthenticationFailed(detail, code=code)


def bearer(text: str) -> tuple[User, ApiToken | None]:
    """Whose token this is, and the token itself if it is an API token. Raises AuthenticationFailed."""
    return _holder(text) if text.startswith(tokens.PREFIX) else (user_of(text), None)


def _holder(text: str) -> tuple[User, ApiToken]:
    token = tokens.find(text)
    if token is None and not tokens.is_well_formed(text):
        raise _refusal("INVALID_TOKEN", "This is not an API token: a character is missing or mistyped.")
    if token is None or not token.is_alive:
        raise _refusal("TOKEN_BLACKLISTED", "This token has been ended. Make another one.")
    if token.is_expired:
        raise _refusal("TOKEN_EXPIRED", "This token has expired. Make another one.")
    token.touch()
    return token.owner, token


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token or API token>``; ``request.auth`` is the latter, or None."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken | None] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return bearer(token.strip()) if scheme.lower() == "bearer" else None

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class HasScope(IsAuthenticated):
    """Those who are signed in; an API token needs ``read`` to look and ``write`` to change.

    A view that wants more says so with ``scope = "admin"``. Sessions and access tokens may do all.
    """

    message = "This API token may not do that: it needs the scope “{}”."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        usual = Scope.READ if request.method in SAFE_METHODS else Scope.WRITE
        needed = Scope(getattr(view, "scope", "") or usual)
        self.message = HasScope.message.format(needed.value)
        return Scope(request.auth.scope).allows(needed)

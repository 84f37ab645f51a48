"""The second step of signing in through the API, for accounts with a second factor."""

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from bson import ObjectId
from django.core import signing
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from rest_framework import exceptions

from accounts.models import User

SALT = "accounts.challenge"
SECONDS = 300  # between the two steps
WAIT = 300  # seconds, as long as allauth counts bad codes


class SecondFactorRequired(exceptions.AuthenticationFailed):
    """The password was right; ``mfa_token`` says so in the second step."""

    def __init__(self, user: User) -> None:
        super().__init__("Send a code of your second factor to /auth/mfa.", code="MFA_REQUIRED")
        self.members = {"mfa_token": signing.dumps({"user": str(user.pk), "mark": _mark(user)}, salt=SALT)}


def check(user: User) -> None:
    """Raises SecondFactorRequired."""
    if is_mfa_enabled(user):
        raise SecondFactorRequired(user)


def answer(mfa_token: str, code: str) -> User:
    """Whoever took the first step, if the code is right. Raises AuthenticationFailed, or Throttled."""
    user = _challenged(mfa_token)
    form = CodeForm(data={"code": code}, user=user)
    if form.is_valid():
        form.authenticator.record_usage()
        return user
    if form.has_error("code", "too_many_login_attempts"):
        raise exceptions.Throttled(wait=WAIT)
    raise exceptions.AuthenticationFailed(
        "This is not the right code, or it was used before.", code="INVALID_CREDENTIALS"
    )


class CodeForm(AuthenticateForm):
    """A code of an app, or a recovery code. It is refused when the same was sent a moment ago, so that of two who use
    one at once only one gets in: allauth sees to that with a transaction, which does nothing on MongoDB."""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        digest = salted_hmac(SALT, f"{self.user.pk} {code.strip()}").hexdigest()
        if not cache.add(f"second-factor:{digest}", True, timeout=30):
            raise get_adapter().validation_error("incorrect_code")
        checked: str = super().clean_code()
        return checked


def _challenged(mfa_token: str) -> User:
    try:
        said = signing.loads(mfa_token, salt=SALT, max_age=SECONDS)
    except signing.SignatureExpired as error:
        raise exceptions.AuthenticationFailed(
            "This sign-in took too long. Begin again.", code="TOKEN_EXPIRED"
        ) from error
    except signing.BadSignature as error:
        raise exceptions.AuthenticationFailed("This is not a valid token.", code="INVALID_TOKEN") from error
    user = User.objects.filter(pk=ObjectId(said["user"]), is_active=True).first()
    if user is None or _mark(user) != said["mark"]:
        raise exceptions.AuthenticationFailed("This token has been ended. Begin again.", code="TOKEN_BLACKLISTED")
    return user


def _mark(user: User) -> str:
    """Changes with the password."""
    return salted_hmac(SALT, user.get_session_auth_hash()).hexdigest()[:16]

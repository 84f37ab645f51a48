import time
from itertools import count

from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from rest_framework.test import APIClient

from accounts import tokens
from accounts.choices import Scope
from accounts.models import ApiToken, User

PASSWORD = "Correct-Horse-7"
PERIOD = 30  # seconds until the app shows another code
LEAST_SECONDS = 10  # that a code must still be good for
numbers = count(1)


def make_user(**fields) -> User:
    number = next(numbers)
    return User.objects.create_user(**{"email": f"user{number}@example.org", "name": f"User {number}", **fields})


def with_password(**fields) -> User:
    """Hashing takes its time, so only tests that sign in by password ask for one."""
    return make_user(password=PASSWORD, **fields)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def api_of(user: User) -> APIClient:
    api = APIClient()
    api.force_login(user)
    return api


def with_second_factor(user: User) -> str:
    """The secret their app makes its codes from."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def lasting_code_of(secret: str) -> str:
    """The same for a site that runs by its own clock: like people who see that their code is about to change, it waits
    for the next."""
    left = PERIOD - time.time() % PERIOD
    if left < LEAST_SECONDS:
        time.sleep(left)
    return code_of(secret)


def api_with(token: str) -> APIClient:
    """A program with an access token or an API token."""
    return APIClient(headers={"Authorization": f"Bearer {token}"})


def make_token(owner: User, scope: str = "read", **fields) -> str:
    """The text of a new API token."""
    token, text = tokens.create(owner, "Reports", Scope(scope))
    ApiToken.objects.filter(pk=token.pk).update(**fields)
    return text

"""Signing in to the API with Google and GitHub, against stand-ins that check what they are told."""

from urllib.parse import urlsplit

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def set_up(identity_providers):
    return identity_providers


@pytest.fixture(params=["google", "github"])
def provider(request):
    return request.param


@pytest.fixture
def api():
    return APIClient()


def go_there(api, provider: str) -> str:
    leaving = api.get(f"/api/v1/oauth/{provider}")
    assert leaving.status_code == 302
    back = urlsplit(httpx.get(leaving.url).headers["Location"])
    return f"{back.path}?{back.query}"


def said(answer) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_the_providers_that_are_set_up_are_listed(api, settings):
    items = api.get("/api/v1/oauth/providers").json()["items"]
    assert items[1] == {"id": "github", "name": "GitHub", "url": "http://testserver/api/v1/oauth/github"}
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert api.get("/api/v1/oauth/providers").json() == {"items": []}


def test_a_provider_that_is_not_set_up_is_not_found(api, settings, provider):
    settings.SOCIALACCOUNT_PROVIDERS = {}
    for path in (f"/api/v1/oauth/{provider}", f"/api/v1/oauth/{provider}/callback"):
        answer = api.get(path)
        assert said(answer) == (404, "PROVIDER_NOT_CONFIGURED")
        assert "is not set up here" in answer.json()["detail"]


def test_a_sign_in_ends_with_a_token_pair(api, provider):
    answer = api.get(go_there(api, provider))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
    me = api.get(reverse("api:me")).json()
    assert (me["email"], me["name"], me["is_verified"]) == ("grace@example.org", "Grace Hopper", True)
    again = APIClient()
    assert again.get(go_there(again, provider)).status_code == 200
    assert User.objects.count() == 1


def test_what_the_browser_keeps_is_sealed_and_for_this_path_only(api, provider):
    cookie = api.get(f"/api/v1/oauth/{provider}").cookies[f"oauth_{provider}"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/api/v1/oauth/{provider}", True, "Lax")
    assert cookie["max-age"] == 600
    assert cookie.value.startswith("v1.")


def test_an_answer_is_good_once_and_in_the_browser_that_asked(api, provider):
    callback = go_there(api, provider)
    sealed = api.cookies[f"oauth_{provider}"].value
    assert said(APIClient().get(callback)) == (401, "OAUTH_STATE")
    wrong = callback.replace("state=", "state=x")
    assert said(api.get(wrong)) == (401, "OAUTH_STATE")
    assert api.get(callback).status_code == 200
    api.cookies[f"oauth_{provider}"] = sealed
    assert said(api.get(callback)) == (401, "OAUTH_STATE")


def test_a_code_that_was_not_given_to_this_sign_in_is_refused(api, provider):
    foreign = go_there(APIClient(), provider).partition("code=")[2].partition("&")[0]
    own = go_there(api, provider)
    stolen = own.replace(own.partition("code=")[2].partition("&")[0], foreign)
    assert said(api.get(stolen)) == (401, "OAUTH_FAILED")
    assert not User.objects.exists()


def test_a_state_of_one_provider_is_none_of_the_other(api):
    callback = go_there(api, "google")
    api.cookies["oauth_github"] = api.cookies["oauth_google"].value
    assert said(api.get(callback.replace("google", "github"))) == (401, "OAUTH_STATE")


def test_who_says_no_or_is_refused_gets_nothing(api, identity_providers, provider):
    identity_providers.consent = "no"
    assert said(api.get(go_there(api, provider))) == (401, "OAUTH_CANCELLED")
    identity_providers.consent, identity_providers.is_down = "yes", True
    assert said(api.get(go_there(api, provider))) == (401, "OAUTH_FAILED")
    identity_providers.is_down, identity_providers.person.verified = False, False
    assert said(api.get(go_there(api, provider))) == (403, "EMAIL_NOT_VERIFIED")
    assert not User.objects.exists()


def test_an_address_alone_takes_over_no_account(api, provider):
    victim = make_user(email="grace@example.org")
    EmailAddress.objects.create(user=victim, email=victim.email, primary=True, verified=True)
    assert said(api.get(go_there(api, provider))) == (409, "EMAIL_EXISTS")
    assert not SocialAccount.objects.exists()


def test_a_closed_sign_up_is_closed_here_too(api, settings, provider):
    make_user()
    settings.SIGNUP = "closed"
    assert said(api.get(go_there(api, provider))) == (403, "AUTHORIZATION_ERROR")


def test_a_second_factor_and_a_switched_off_account_count_here_too(api, provider):
    api.get(go_there(api, provider))
    user = User.objects.get()
    TOTP.activate(user, generate_totp_secret())
    answer = api.get(go_there(api, provider))
    assert said(answer) == (401, "MFA_REQUIRED")
    assert answer.json()["mfa_token"]
    user.is_active = False
    user.save()
    assert said(api.get(go_there(api, provider))) == (401, "INVALID_CREDENTIALS")

"""Signing in with Google and GitHub on the pages, against stand-ins that check what they are told."""

from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.tests.factories import PASSWORD, browser_of, make_user, with_password

pytestmark = pytest.mark.django_db
CONNECTIONS, DASHBOARD = reverse("socialaccount_connections"), reverse("dashboard")


@pytest.fixture(autouse=True)
def set_up(identity_providers):
    return identity_providers


@pytest.fixture(params=["google", "github"])
def provider(request):
    return request.param


def go_there(browser, provider: str, process: str = "login") -> str:
    """The way to the provider and its answer: where it sends the browser back to."""
    leaving = browser.post(f"{reverse(f'{provider}_login')}?process={process}")
    assert leaving.status_code == HTTPStatus.FOUND
    answer = httpx.get(leaving["Location"])
    assert answer.status_code == HTTPStatus.FOUND, answer.text
    back = urlsplit(answer.headers["Location"])
    assert back.path == reverse(f"{provider}_callback")
    return f"{back.path}?{back.query}"


def come_in(browser, provider: str, process: str = "login"):
    return browser.get(go_there(browser, provider, process))


def who(browser) -> str | None:
    signed_in: str | None = browser.session.get("_auth_user_id")
    return signed_in


def test_there_are_buttons_only_for_what_is_set_up(client, settings):
    page = client.get(reverse("account_login")).content.decode()
    assert ("Continue with Google" in page, "Continue with GitHub" in page) == (True, True)
    settings.SOCIALACCOUNT_PROVIDERS = {}
    page = client.get(reverse("account_login")).content.decode()
    assert "Continue with" not in page
    assert client.post(reverse("google_login")).status_code == HTTPStatus.NOT_FOUND


def test_whoever_comes_for_the_first_time_gets_an_account(client, provider):
    assert come_in(client, provider)["Location"] == DASHBOARD
    user = User.objects.get()
    assert (who(client), user.email, user.name) == (str(user.pk), "grace@example.org", "Grace Hopper")
    assert (user.is_superuser, user.is_verified, user.has_usable_password()) == (True, True, False)
    assert [address.email for address in EmailAddress.objects.all()] == ["grace@example.org"]
    assert not SocialToken.objects.exists()
    other = Client()
    come_in(other, provider)
    assert (who(other), User.objects.count()) == (str(user.pk), 1)
    assert set(AuditEntry.objects.values_list("event", flat=True)) >= {"signed_up", "signed_in"}


def test_a_provider_that_has_not_verified_the_address_lets_nobody_in(client, identity_providers, provider):
    identity_providers.person.verified = False
    answer = come_in(client, provider)
    assert (answer.status_code, who(client), User.objects.count()) == (HTTPStatus.FORBIDDEN, None, 0)
    assert "Confirm your e-mail address at" in answer.content.decode()


@pytest.mark.parametrize("verified_there", [True, False])
@pytest.mark.parametrize("verified_here", [True, False])
def test_an_address_alone_takes_over_no_account(client, identity_providers, provider, verified_there, verified_here):
    victim = make_user(email="grace@example.org")
    EmailAddress.objects.create(user=victim, email=victim.email, primary=True, verified=verified_here)
    identity_providers.person.verified = verified_there
    answer = come_in(client, provider)
    assert (answer.status_code, who(client)) == (HTTPStatus.FORBIDDEN, None)
    assert "There is an account already" in answer.content.decode()
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_a_closed_sign_up_is_closed_here_too(client, settings, provider):
    make_user()
    settings.SIGNUP = "closed"
    assert "closed" in come_in(client, provider).content.decode()
    assert (who(client), User.objects.count()) == (None, 1)


def test_an_account_is_connected_and_disconnected_with_the_password(provider):
    user = with_password(email="anna@example.org")
    browser = browser_of(user)
    assert come_in(browser, provider, "connect")["Location"] == reverse("account_reauthenticate")
    assert browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})["Location"] == CONNECTIONS
    (account,) = SocialAccount.objects.filter(user=user, provider=provider)
    user.refresh_from_db()
    assert user.email == "anna@example.org"
    stranger = Client()
    come_in(stranger, provider)
    assert who(stranger) == str(user.pk)
    assert browser.post(CONNECTIONS, {"account": str(account.pk)})["Location"] == CONNECTIONS
    assert not SocialAccount.objects.exists()
    assert [message.subject.partition("] ")[2] for message in mail.outbox] == [
        "An account was connected",
        "An account was disconnected",
    ]


def test_an_account_that_belongs_to_somebody_else_stays_theirs(client, provider):
    come_in(client, provider)
    (account,) = SocialAccount.objects.all()
    browser = browser_of(with_password())
    come_in(browser, provider, "connect")
    answer = browser.post(reverse("account_reauthenticate"), {"password": PASSWORD}, follow=True)
    assert "is connected to somebody else here" in answer.content.decode()
    assert SocialAccount.objects.get().user_id == account.user_id


def test_the_only_way_in_cannot_be_disconnected(client, provider):
    come_in(client, provider)
    page = client.post(CONNECTIONS, {"account": str(SocialAccount.objects.get().pk)})
    assert "Set a password first" in page.content.decode()
    assert SocialAccount.objects.exists()


def test_an_account_without_a_password_gets_one_before_it_is_deleted(client, provider):
    come_in(client, provider)
    answer = client.get(reverse("accounts:account_delete"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account_set_password")
    assert "Set a password first" in answer.content.decode()
    client.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get().check_password(PASSWORD)


def test_a_second_factor_is_asked_for_here_too(client, provider):
    come_in(client, provider)
    TOTP.activate(User.objects.get(), generate_totp_secret())
    other = Client()
    assert come_in(other, provider)["Location"] == reverse("mfa_authenticate")
    assert who(other) is None


def test_an_answer_is_good_once_and_in_the_browser_that_asked(client, provider):
    callback = go_there(client, provider)
    assert Client().get(callback).status_code == HTTPStatus.UNAUTHORIZED
    assert client.get(callback)["Location"] == DASHBOARD
    client.logout()
    assert client.get(callback).status_code == HTTPStatus.UNAUTHORIZED
    state = parse_qs(urlsplit(go_there(client, provider)).query)["state"][0]
    guessed = client.get(reverse(f"{provider}_callback"), {"code": "guessed", "state": state})
    assert (guessed.status_code, who(client)) == (HTTPStatus.UNAUTHORIZED, None)


def test_a_token_of_somebody_elses_signature_is_refused(client, identity_providers):
    identity_providers.forge = True
    assert come_in(client, "google").status_code == HTTPStatus.UNAUTHORIZED
    assert (who(client), User.objects.count()) == (None, 0)


def test_who_says_no_there_is_told_that_nothing_happened(client, identity_providers, provider):
    identity_providers.consent = "no"
    assert come_in(client, provider)["Location"] == reverse("socialaccount_login_cancelled")


def test_a_provider_that_is_down_is_no_error_of_ours(client, identity_providers, provider):
    identity_providers.is_down = True
    assert come_in(client, provider).status_code == HTTPStatus.UNAUTHORIZED


def test_somebody_who_proves_the_address_gets_rid_of_whoever_used_it_before(client):
    squatter = with_password(email="anna@example.org")
    EmailAddress.objects.create(user=squatter, email=squatter.email, primary=True, verified=False)
    SocialAccount.objects.create(user=squatter, provider="github", uid="666")
    TOTP.activate(squatter, generate_totp_secret())
    client.post(reverse("account_reset_password"), {"email": "anna@example.org"})
    link = mail.outbox[0].body.partition("http://testserver")[2].split()[0]
    form_path = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form_path, {"password1": "Even-Better-8", "password2": "Even-Better-8"})
    assert not SocialAccount.objects.exists()
    assert (
        client.post(reverse("account_login"), {"login": squatter.email, "password": "Even-Better-8"})["Location"]
        == DASHBOARD
    )
    assert squatter.is_verified

"""The pages on which people set things about themselves."""

import json
import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import audit, authentication, sessions
from accounts.choices import Scope
from accounts.models import ApiToken, TokenFamily
from accounts.tests.factories import PASSWORD, api_with, browser_of, code_of, make_token, make_user, with_password
from accounts.views import LINES
from sentimatrix_studio.mongo.pipelines import collection

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"
LOGIN, SECURITY = reverse("account_login"), reverse("mfa_index")


def text_of(answer) -> str:
    return str(answer.content.decode())


def sign_in(user, agent: str = FIREFOX) -> Client:
    browser = Client(headers={"User-Agent": agent})
    assert browser.post(LOGIN, {"login": user.email, "password": PASSWORD}).status_code == HTTPStatus.FOUND
    return browser


def confirm(browser) -> None:
    """Give the password once more, as before all that concerns the safety of an account."""
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def turn_on_app(browser) -> tuple[str, list[str]]:
    """The secret, and the recovery codes."""
    activate = reverse("mfa_activate_totp")
    secret = browser.get(activate).context["form"].secret
    answer = browser.post(activate, {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    cache.clear()  # the code that was used up
    return secret, browser.get(answer["Location"]).context["unused_codes"]


class TestSecondStep:
    def test_it_is_turned_on_asked_for_and_turned_off(self):
        user = with_password()
        browser = sign_in(user)
        assert reverse("account_reauthenticate") in browser.get(reverse("mfa_activate_totp"))["Location"]
        confirm(browser)
        secret, _ = turn_on_app(browser)
        assert "The authenticator app is on" in mail.outbox[-1].subject
        other = Client()
        answer = other.post(LOGIN, {"login": user.email, "password": PASSWORD})
        assert (answer["Location"], "_auth_user_id" in other.session) == (reverse("mfa_authenticate"), False)
        assert "not the right code" in text_of(other.post(answer["Location"], {"code": "000000"}))
        assert other.post(answer["Location"], {"code": code_of(secret)})["Location"] == reverse("dashboard")
        browser.post(reverse("mfa_deactivate_totp"))
        assert not Authenticator.objects.filter(user=user).exists()

    def test_a_recovery_code_works_once(self):
        user = with_password()
        browser = sign_in(user)
        confirm(browser)
        _, codes = turn_on_app(browser)
        assert len(codes) == 10
        ways_in = []
        for _ in range(2):
            other = Client()
            other.post(LOGIN, {"login": user.email, "password": PASSWORD})
            ways_in.append(other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code)
            cache.clear()
        assert ways_in == [HTTPStatus.FOUND, HTTPStatus.OK]
        file = browser.get(reverse("mfa_download_recovery_codes"))
        assert codes[0] not in text_of(file)
        assert codes[1] in text_of(file)
        browser.post(reverse("mfa_generate_recovery_codes"))
        new = browser.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
        assert not set(new) & set(codes)

    def test_its_secrets_cannot_be_read_in_the_database(self):
        user = with_password()
        browser = sign_in(user)
        confirm(browser)
        secret, codes = turn_on_app(browser)
        kept = json.dumps(list(collection(Authenticator).find()), default=str)
        assert not [text for text in (secret, *codes) if text in kept]
        totp, recovery = Authenticator.objects.filter(user=user).order_by("-type")
        assert totp.data["secret"].startswith("v1.")
        assert recovery.data["seed"].startswith("v1.")

    def test_the_address_can_be_changed_all_the_same(self):
        user = with_password()
        browser = sign_in(user)
        confirm(browser)
        turn_on_app(browser)
        browser.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
        assert mail.outbox[-1].to == ["new@example.org"]


class TestSessions:
    def test_they_are_listed_with_this_one_first(self):
        user = with_password()
        sign_in(user, IPHONE)
        browser = sign_in(user)
        page = browser.get(reverse("accounts:session_list"))
        listed = [(row.device, row.icon, row.is_current) for row in page.context["sessions"]]
        assert listed == [("Firefox on Linux", "monitor", True), ("Safari on iPhone", "smartphone", False)]
        assert "127.0.0.1" in text_of(page)

    def test_one_is_ended_and_then_all_others(self):
        user = with_password()
        browser, second, third = sign_in(user), sign_in(user, IPHONE), sign_in(user)
        tokens = authentication.new_tokens(user)
        (phone,) = UserSession.objects.filter(user=user, user_agent=IPHONE)
        browser.post(reverse("accounts:session_end", args=[phone.pk]))
        states = [one.get(reverse("accounts:data")).status_code for one in (browser, second, third)]
        assert states == [HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.OK]
        browser.post(reverse("accounts:session_end_others"))
        assert [one.get(reverse("accounts:data")).status_code for one in (browser, third)] == [200, 302]
        assert api_with(tokens["access_token"]).get(reverse("api:me")).status_code == HTTPStatus.UNAUTHORIZED

    def test_a_program_that_signed_in_is_ended(self):
        user = with_password()
        browser = sign_in(user)
        tokens = authentication.new_tokens(user)
        (family,) = browser.get(reverse("accounts:session_list")).context["sign_ins"]
        browser.post(reverse("accounts:sign_in_end", args=[family.pk]))
        assert api_with(tokens["access_token"]).get(reverse("api:me")).status_code == HTTPStatus.UNAUTHORIZED
        assert not TokenFamily.objects.exists()

    def test_when_a_browser_was_last_seen_is_noted_every_few_minutes(self, monkeypatch):
        user = with_password()
        browser = sign_in(user)
        browser.get(reverse("accounts:data"))
        (session,) = UserSession.objects.filter(user=user)
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("accounts:data"))
        assert "usersession" not in str(asked.captured_queries)
        later = session.last_seen_at + timedelta(minutes=6)
        monkeypatch.setattr(sessions, "now", lambda: later)
        browser.get(reverse("accounts:data"), REMOTE_ADDR="192.0.2.7")
        session.refresh_from_db()
        assert (session.last_seen_at, session.ip) == (later, "192.0.2.7")

    @pytest.mark.parametrize(
        ("agent", "words"),
        [
            (FIREFOX, "Firefox on Linux"),
            (IPHONE, "Safari on iPhone"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            ("curl/8.5.0", "curl"),
            ("", "Unknown browser"),
        ],
    )
    def test_devices_have_names(self, agent, words):
        assert sessions.device(agent) == words


class TestTokens:
    def test_one_is_made_shown_once_and_deleted(self):
        user = with_password()
        browser = sign_in(user)
        create = reverse("accounts:token_create")
        assert reverse("account_reauthenticate") in browser.get(create)["Location"]
        confirm(browser)
        made = browser.post(create, {"name": "Nightly <import>", "scope": "write", "days": "30"})
        text = re.findall(r"smx_\w{49}", text_of(made))[0]
        (token,) = ApiToken.objects.filter(owner=user)
        assert (token.scope, (token.expires_at - token.created_at).days) == (Scope.WRITE, 30)
        assert (made["Cache-Control"].partition(",")[0], api_with(text).get(reverse("api:me")).status_code) == (
            "max-age=0",
            200,
        )
        page = text_of(browser.get(reverse("accounts:token_list")))
        assert (text in page, "Nightly &lt;import&gt;" in page, f"smx_…{text[-4:]}" in page) == (False, True, True)
        browser.post(reverse("accounts:token_delete", args=[token.pk]))
        assert api_with(text).get(reverse("api:me")).status_code == HTTPStatus.UNAUTHORIZED

    def test_a_form_that_makes_no_sense_is_shown_again(self):
        browser = browser_of(make_user())
        answer = browser.post(reverse("accounts:token_create"), {"name": "", "scope": "all", "days": "9999"})
        assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, ["days", "name", "scope"])

    def test_there_are_not_endlessly_many(self, monkeypatch):
        user = make_user()
        make_token(user)
        monkeypatch.setattr("accounts.tokens.MOST", 1)
        body = {"name": "One more", "scope": "read", "days": "30"}
        answer = browser_of(user).post(reverse("accounts:token_create"), body)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "An account has at most" in text_of(answer)


class TestActivity:
    def test_it_is_told_in_words_the_latest_first(self):
        user, other = make_user(), make_user()
        audit.record("signed_in", user, method="password, mfa")
        audit.record("mfa.enabled", user, type="totp")
        audit.record("sign_in.failed", other, reason="password")
        lines = browser_of(user).get(reverse("accounts:activity")).context["lines"]
        assert [(line.words, line.more) for line in lines] == [
            ("Second step turned on", "authenticator app"),
            ("Signed in", "password, second step"),
        ]

    def test_it_is_leafed_through(self):
        user = make_user()
        for _ in range(LINES + 1):
            audit.record("signed_in", user)
        browser, path = browser_of(user), reverse("accounts:activity")
        first = browser.get(path).context
        second = browser.get(path + first["older"]).context
        assert (len(first["lines"]), len(second["lines"]), second["older"], second["newer"]) == (LINES, 1, "", "?")
        assert browser.get(path, {"before": "x"}).status_code == HTTPStatus.NOT_FOUND


def test_the_theme_follows_the_account():
    user = make_user()
    browser = browser_of(user)
    assert browser.post(reverse("accounts:theme"), {"theme": "dark"}).status_code == HTTPStatus.NO_CONTENT
    assert browser.post(reverse("accounts:theme"), {"theme": "pink"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'data-own-theme="dark" data-theme="dark"' in text_of(browser.get(reverse("accounts:data")))

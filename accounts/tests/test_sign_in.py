"""Second factors, forgotten passwords and bad tries: the same on the page, at the API and at the admin's door."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail, signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import challenge
from accounts import mail as accounts_mail
from accounts.models import AuditEntry, User
from accounts.tests.factories import (
    PASSWORD,
    api_of,
    api_with,
    browser_of,
    code_of,
    make_token,
    make_user,
    with_password,
    with_second_factor,
)

pytestmark = pytest.mark.django_db

LOGIN, MFA, ME, FORGOT, RESET = (
    f"/api/v1/auth/{name}" for name in ("login", "mfa", "me", "forgot-password", "reset-password")
)
LOGIN_PAGE, RESET_PAGE = reverse("account_login"), reverse("account_reset_password")
WRONG, BETTER = "Wrong-Horse-7", "Even-Better-8"


@pytest.fixture(autouse=True)
def no_tries_from_before():
    cache.clear()


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def user() -> User:
    return with_password(email="anna@example.org")


def said(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def first_step(user: User) -> str:
    answer = APIClient().post(LOGIN, {"email": user.email, "password": PASSWORD})
    assert said(answer) == (401, "MFA_REQUIRED")
    return str(answer.json()["mfa_token"])


def events(user: User | None = None) -> list[str]:
    entries = AuditEntry.objects.order_by("seq")
    return list((entries.filter(user_id=user.pk) if user else entries).values_list("event", flat=True))


class TestSecondFactor:
    def test_the_password_alone_is_not_enough(self, api, user):
        secret = with_second_factor(user)
        mfa_token = first_step(user)
        pair = api.post(MFA, {"mfa_token": mfa_token, "code": code_of(secret)})
        assert pair.status_code == 200
        assert set(pair.json()) == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert api_with(pair.json()["access_token"]).get(ME).json()["id"] == str(user.pk)
        assert events(user) == ["signed_in"]
        assert AuditEntry.objects.get().details == {"method": "password, second factor"}

    def test_a_code_works_once_and_on_one_face_only(self, api, user):
        secret = with_second_factor(user)
        code = code_of(secret)
        assert api.post(MFA, {"mfa_token": first_step(user), "code": code}).status_code == 200
        again = api.post(MFA, {"mfa_token": first_step(user), "code": code})
        assert said(again) == (401, "INVALID_CREDENTIALS")
        browser = Client()
        browser.post(LOGIN_PAGE, {"login": user.email, "password": PASSWORD})
        browser.post(reverse("mfa_authenticate"), {"code": code})
        assert "_auth_user_id" not in browser.session

    def test_a_recovery_code_works_once_even_when_two_use_it_at_the_same_time(self, user):
        with_second_factor(user)
        code = RecoveryCodes.activate(user).generate_codes()[0]
        mfa_token = first_step(user)

        def answer(_: int) -> int:
            try:
                return APIClient().post(MFA, {"mfa_token": mfa_token, "code": code}).status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(answer, range(4))) == [200, 401, 401, 401]
        cache.clear()
        assert answer(0) == 401

    def test_the_sixth_bad_code_is_refused_and_the_right_one_after_it_as_well(self, api, user):
        secret = with_second_factor(user)
        mfa_token = first_step(user)
        answers = [api.post(MFA, {"mfa_token": mfa_token, "code": f"{n:06}"}).status_code for n in range(6)]
        assert answers == [401] * 5 + [429]
        assert said(api.post(MFA, {"mfa_token": mfa_token, "code": code_of(secret)})) == (429, "RATE_LIMIT_EXCEEDED")
        assert events(user) == ["sign_in.failed"] * 5

    def test_the_token_between_the_steps_is_good_for_nothing_else(self, api, user):
        secret = with_second_factor(user)
        mfa_token = first_step(user)
        assert said(api_with(mfa_token).get(ME)) == (401, "INVALID_TOKEN")
        tampered = api.post(MFA, {"mfa_token": mfa_token[:-2] + "xx", "code": code_of(secret)})
        assert said(tampered) == (401, "INVALID_TOKEN")
        elsewhere = signing.dumps({"user": str(user.pk), "mark": "x"}, salt="elsewhere")
        assert said(api.post(MFA, {"mfa_token": elsewhere, "code": code_of(secret)})) == (401, "INVALID_TOKEN")

    def test_the_token_between_the_steps_ends_by_time_and_with_the_password(self, api, user, monkeypatch):
        secret = with_second_factor(user)
        mfa_token = first_step(user)
        with monkeypatch.context() as later:
            then = time.time() + challenge.SECONDS + 1
            later.setattr(time, "time", lambda: then)
            assert said(api.post(MFA, {"mfa_token": mfa_token, "code": "123456"})) == (401, "TOKEN_EXPIRED")
        user.set_password(BETTER)
        user.save()
        answer = api.post(MFA, {"mfa_token": mfa_token, "code": code_of(secret)})
        assert said(answer) == (401, "TOKEN_BLACKLISTED")

    @pytest.mark.parametrize("body", [{}, {"mfa_token": "x"}, {"mfa_token": None, "code": "1"}, {"code": "1", "x": 1}])
    def test_a_bad_body_is_a_422(self, api, body):
        assert api.post(MFA, body).status_code == 422


class TestForgottenPassword:
    def token_in_the_mail(self, api) -> str:
        assert api.post(FORGOT, {"email": "Anna@Example.org"}).status_code == 200
        (message,) = mail.outbox
        assert message.to == ["anna@example.org"]
        return str(re.findall(r"/password/reset/key/([^/]+)/", str(message.body))[0])

    def test_the_token_of_the_mail_sets_a_new_password_once(self, api, user):
        pair = api.post(LOGIN, {"email": user.email, "password": PASSWORD}).json()
        program, browser = make_token(user), browser_of(user)
        token = self.token_in_the_mail(api)
        assert api.post(RESET, {"token": token, "new_password": BETTER}).status_code == 200
        assert said(api.post(RESET, {"token": token, "new_password": "Another-One-9"})) == (401, "INVALID_TOKEN")
        assert [api_with(text).get(ME).status_code for text in (pair["access_token"], program)] == [401, 401]
        assert browser.get(reverse("accounts:profile")).status_code == 302
        assert api.post(LOGIN, {"email": user.email, "password": BETTER}).status_code == 200
        assert events(user) == ["signed_in", "token.created", "password.reset", "signed_in"]

    def test_the_token_is_that_of_the_page(self, api, user):
        token = self.token_in_the_mail(api)
        browser = Client()
        path = browser.get(f"{RESET_PAGE}key/{token}/", follow=True).redirect_chain[-1][0]
        browser.post(path, {"password1": BETTER, "password2": BETTER})
        assert said(api.post(RESET, {"token": token, "new_password": "Another-One-9"})) == (401, "INVALID_TOKEN")
        assert api.post(LOGIN, {"email": user.email, "password": BETTER}).status_code == 200

    def test_the_token_is_good_for_an_hour(self, api, user, settings):
        token = self.token_in_the_mail(api)
        assert settings.PASSWORD_RESET_TIMEOUT == 3600
        settings.PASSWORD_RESET_TIMEOUT = -1
        assert said(api.post(RESET, {"token": token, "new_password": BETTER})) == (401, "INVALID_TOKEN")

    def test_a_weak_password_does_not_use_the_token_up(self, api, user):
        token = self.token_in_the_mail(api)
        answer = api.post(RESET, {"token": token, "new_password": "weak"})
        assert {error["pointer"] for error in answer.json()["errors"]} == {"/new_password"}
        assert api.post(RESET, {"token": token, "new_password": BETTER}).status_code == 200

    def test_an_unknown_address_gets_the_same_answer_and_no_mail(self, api, user):
        known, unknown = (api.post(FORGOT, {"email": email}) for email in (user.email, "nobody@example.org"))
        assert known.json() == unknown.json()
        pages = [Client().post(RESET_PAGE, {"email": email}) for email in (user.email, "nobody@example.org")]
        assert {page["Location"] for page in pages} == {reverse("account_reset_password_done")}
        assert [message.to for message in mail.outbox] == [[user.email]] * 2
        assert EmailAddress.objects.exclude(user=user).count() == 0

    def test_somebody_locked_out_gets_no_mail(self, api):
        make_user(email="anna@example.org", is_active=False)
        api.post(FORGOT, {"email": "anna@example.org"})
        assert mail.outbox == []

    def test_the_mail_is_written_and_sent_aside(self, api, user, monkeypatch):
        monkeypatch.undo()  # of what the other tests do instead
        may_go_on = Event()
        with ThreadPoolExecutor(1) as threads:
            threads.submit(may_go_on.wait)
            monkeypatch.setattr(accounts_mail, "_threads", threads)
            for email in ("nobody@example.org", user.email):
                assert api.post(FORGOT, {"email": email}).status_code == 200
            assert mail.outbox == []
            may_go_on.set()
        assert [message.to for message in mail.outbox] == [[user.email]]

    def test_page_and_api_count_together_how_often_mail_is_asked_for(self, api, user):
        for _ in range(3):
            Client().post(RESET_PAGE, {"email": user.email})
        answers = [api.post(FORGOT, {"email": user.email.upper()}).status_code for _ in range(3)]
        assert answers == [200, 200, 429]
        page = Client().post(RESET_PAGE, {"email": user.email})
        assert (page.status_code, page["Retry-After"]) == (429, "60")

    @pytest.mark.parametrize("token", ["", "x", "x-y", "0" * 24 + "-x-y", "-", "\x00-\x00"])
    def test_what_is_no_token_is_refused(self, api, token):
        assert api.post(RESET, {"token": token, "new_password": BETTER}).status_code in (401, 422)


def knock(door: str, email: str) -> bool:
    """Try a wrong password; whether the door still listened."""
    if door == "api":
        return APIClient().post(LOGIN, {"email": email, "password": WRONG}).status_code == 401
    path = f"{LOGIN_PAGE}?next=/admin/" if door == "admin" else LOGIN_PAGE
    assert door != "admin" or Client().get("/admin/login/")["Location"].startswith(LOGIN_PAGE)
    page = Client(headers={"host": "localhost:8000"}).post(path, {"login": email.upper(), "password": WRONG})
    return "Too many failed login attempts" not in page.content.decode()


@pytest.mark.parametrize("last", ["page", "api", "admin"])
def test_the_sixth_bad_try_in_five_minutes_is_refused_whatever_doors_were_tried(last, user):
    assert [knock(door, user.email) for door in ("page", "api", "admin", "api", "page", last)] == [True] * 5 + [False]
    assert [knock(door, user.email) for door in ("api", "admin", "page")] == [False] * 3
    assert events(user) == ["sign_in.failed"] * 5


def test_somebody_elses_tries_keep_nobody_out(user):
    for _ in range(6):
        knock("page", "nobody@example.org")
    assert APIClient().post(LOGIN, {"email": user.email, "password": PASSWORD}).status_code == 200


class TestTrail:
    def test_what_happens_on_pages_is_recorded(self, client, user):
        client.post(LOGIN_PAGE, {"login": user.email, "password": WRONG})
        client.post(LOGIN_PAGE, {"login": user.email, "password": PASSWORD})
        client.post(reverse("account_logout"))
        client.post(LOGIN_PAGE, {"login": user.email, "password": PASSWORD})
        body = {"oldpassword": PASSWORD, "password1": BETTER, "password2": BETTER}
        client.post(reverse("account_change_password"), body)
        expected = ["sign_in.failed", "signed_in", "signed_out", "signed_in", "password.changed"]
        assert [event for event in events(user) if event != "signed_out"] == [e for e in expected if e != "signed_out"]
        assert events(user)[:3] == expected[:3]

    def test_what_happens_at_the_api_is_recorded(self, api):
        api.post("/api/v1/auth/register", {"email": "anna@example.org", "name": "Anna", "password": PASSWORD})
        api.post(LOGIN, {"email": "anna@example.org", "password": WRONG})
        pair = api.post(LOGIN, {"email": "anna@example.org", "password": PASSWORD}).json()
        body = {"current_password": PASSWORD, "new_password": BETTER}
        api_with(pair["access_token"]).put(f"{ME}/password", body)
        pair = api.post(LOGIN, {"email": "anna@example.org", "password": BETTER}).json()
        api.post("/api/v1/auth/logout", {"refresh_token": pair["refresh_token"]})
        expected = ["signed_up", "sign_in.failed", "signed_in", "password.changed", "signed_in", "signed_out"]
        assert events(User.objects.get()) == expected

    def test_a_failed_try_at_an_unknown_address_names_nobody(self, api):
        api.post(LOGIN, {"email": "nobody@example.org", "password": WRONG})
        entry = AuditEntry.objects.get()
        assert (entry.event, entry.user_id, entry.details) == ("sign_in.failed", None, {"reason": "password"})

    def test_what_an_administrator_does_is_recorded_row_by_row(self):
        administrator, others = make_user(is_staff=True, is_superuser=True), [make_user(), make_user()]
        browser = browser_of(administrator)
        path = reverse("admin:accounts_user_change", args=[others[0].pk])
        browser.post(path, {"email": "new@example.org", "name": "New", "timezone": "UTC", "is_active": "on"})
        chosen = [str(other.pk) for other in others]
        body = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
        browser.post(reverse("admin:accounts_user_changelist"), body)
        entries = AuditEntry.objects.filter(user_id=administrator.pk).order_by("seq")
        told = [(entry.event, entry.details["model"], entry.details["row"]) for entry in entries]
        assert told[0] == ("admin.changed", "accounts.User", chosen[0])
        assert sorted(told[1:]) == sorted(("admin.deleted", "accounts.User", key) for key in chosen)
        assert User.objects.filter(removal_due=None).get() == administrator


class TestStaff:
    @pytest.fixture
    def administrator(self, settings) -> User:
        settings.REQUIRE_STAFF_MFA = True
        return make_user(is_staff=True, is_superuser=True)

    def test_without_a_second_factor_an_administrator_is_led_to_set_one_up(self, administrator):
        answer = browser_of(administrator).get("/admin/", follow=True)
        assert [path.partition("?")[0] for path, _ in answer.redirect_chain] == ["/admin/login/", reverse("mfa_index")]
        assert "Set one up first" in answer.content.decode()
        assert browser_of(administrator).get("/admin/accounts/user/").status_code == 302
        assert api_of(administrator).get("/api/v1/health/details").status_code == 403
        assert api_with(make_token(administrator, "admin")).get("/api/v1/health/details").status_code == 403
        assert api_of(administrator).get("/api/v1/auth/tokens").status_code == 200

    def test_with_one_the_doors_are_open(self, administrator):
        with_second_factor(administrator)
        assert browser_of(administrator).get("/admin/").status_code == 200
        assert api_of(administrator).get("/api/v1/health/details").status_code == 200

    def test_unless_it_is_demanded_nobody_needs_one(self, administrator, settings):
        settings.REQUIRE_STAFF_MFA = False
        assert browser_of(administrator).get("/admin/").status_code == 200

    def test_a_second_factor_makes_nobody_an_administrator(self, administrator):
        user = make_user()
        with_second_factor(user)
        assert browser_of(user).get("/admin/login/").status_code == 403
        assert browser_of(user).get("/admin/").status_code == 302

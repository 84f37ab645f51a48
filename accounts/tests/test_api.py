from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import removal
from accounts.models import FIRST_ID, AuditEntry, TokenFamily, User
from accounts.tests.factories import PASSWORD, api_of, make_user, with_password

pytestmark = pytest.mark.django_db

REGISTER, LOGIN, REFRESH, LOGOUT = (f"/api/v1/auth/{name}" for name in ("register", "login", "refresh", "logout"))
ME, MY_PASSWORD = "/api/v1/auth/me", "/api/v1/auth/me/password"
ANNA = {"email": "anna@example.org", "name": "Anna", "password": PASSWORD}


@pytest.fixture(autouse=True)
def no_bad_tries_from_before():
    cache.clear()


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def log_in(api: APIClient, user: User, password: str = PASSWORD):
    answer = api.post(LOGIN, {"email": user.email, "password": password})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def ask_me(token: str):
    return APIClient(headers={"Authorization": f"Bearer {token}"}).get(ME)


def test_registering_answers_with_the_user(api):
    make_user()
    answer = api.post(REGISTER, {**ANNA, "email": " Anna@Example.ORG "})
    assert answer.status_code == 201
    body = answer.json()
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "id": str(User.objects.get(email="anna@example.org").pk),
        "email": "anna@example.org",
        "name": "Anna",
        "role": "user",
        "is_verified": False,
        "timezone": "UTC",
        "theme": "auto",
        "last_login": None,
    }


def test_the_first_account_is_the_administrator(api):
    assert api.post(REGISTER, ANNA).json()["role"] == "admin"
    assert api.post(REGISTER, {**ANNA, "email": "ben@example.org"}).json()["role"] == "user"


def test_after_the_only_person_left_the_next_is_the_administrator(api, settings):
    settings.SIGNUP = "closed"
    api.post(REGISTER, ANNA)
    removal.leave(User.objects.get())
    assert api.post(REGISTER, ANNA).json()["role"] == "admin"
    assert api.post(REGISTER, {**ANNA, "email": "ben@example.org"}).status_code == 403
    settings.SIGNUP = "open"
    assert api.post(REGISTER, {**ANNA, "email": "ben@example.org"}).json()["role"] == "user"


def test_of_many_first_accounts_one_is_the_administrator():
    def enrol(number: int) -> None:
        User.objects.enrol(User(email=f"{number}@example.org", name="Somebody"))
        connection.close()

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(enrol, range(12)))
    assert User.objects.count() == 12
    assert [user.pk for user in User.objects.filter(is_superuser=True)] == [FIRST_ID]


def test_a_taken_address_is_a_conflict(api):
    with_password(email="anna@example.org")
    answer = api.post(REGISTER, {**ANNA, "email": "ANNA@example.org"})
    assert (answer.status_code, answer.json()["code"]) == (409, "EMAIL_EXISTS")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "password", ["Short-1", "all-lower-7", "ALL-UPPER-7", "No-Digit-Here", "Aa1" * 43, "Password1"]
)
def test_a_weak_password_is_refused(api, password):
    answer = api.post(REGISTER, {**ANNA, "password": password})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/password"}
    assert not User.objects.exists()


def test_a_password_like_the_name_is_refused(api):
    answer = api.post(REGISTER, {**ANNA, "name": "Annabella Jones", "password": "AnnabellaJones1"})
    assert answer.json()["errors"] == [{"pointer": "/password", "detail": "The password is too similar to the name."}]


def test_a_closed_sign_up_still_lets_the_first_in(api, settings):
    settings.SIGNUP = "closed"
    assert api.post(REGISTER, ANNA).status_code == 201
    answer = api.post(REGISTER, {**ANNA, "email": "ben@example.org"})
    assert (answer.status_code, answer.json()["code"]) == (403, "AUTHORIZATION_ERROR")


def test_logging_in_gives_tokens_that_open_the_door(api):
    user = with_password()
    tokens = log_in(api, user)
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 900)
    me = ask_me(tokens["access_token"]).json()
    assert me["id"] == str(user.pk)
    assert me["last_login"].endswith("Z")


def test_an_address_is_known_in_any_case(api):
    user = with_password(email="Anna@Example.org")
    assert api.post(LOGIN, {"email": "ANNA@example.ORG", "password": PASSWORD}).status_code == 200
    assert user.email == "anna@example.org"


def test_unknown_address_and_wrong_password_answer_alike(api):
    user = with_password()
    wrong = api.post(LOGIN, {"email": user.email, "password": "Wrong-Horse-7"}).json()
    unknown = api.post(LOGIN, {"email": "nobody@example.org", "password": "Wrong-Horse-7"}).json()
    assert wrong["code"] == "INVALID_CREDENTIALS"
    assert {**wrong, "request_id": ""} == {**unknown, "request_id": ""}


def test_unknown_address_and_wrong_password_cost_one_hash_each(api, monkeypatch):
    user, hashes = with_password(), []

    class WatchedHasher(Argon2PasswordHasher):
        def encode(self, *args):
            hashes.append("unknown")
            return super().encode(*args)

        def verify(self, *args):
            hashes.append("known")
            return super().verify(*args)

    monkeypatch.setattr("django.contrib.auth.hashers.get_hashers", lambda: [WatchedHasher()])
    monkeypatch.setattr("django.contrib.auth.hashers.get_hashers_by_algorithm", lambda: {"argon2": WatchedHasher()})
    for email in (user.email, "nobody@example.org"):
        api.post(LOGIN, {"email": email, "password": "Wrong-Horse-7"})
    assert hashes == ["known", "unknown"]


def test_somebody_locked_out_gets_the_answer_of_a_wrong_password(api):
    user = with_password(is_active=False)
    answer = api.post(LOGIN, {"email": user.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_CREDENTIALS")


def test_the_sixth_bad_try_in_five_minutes_is_refused(api):
    user = with_password()
    bad = {"email": user.email, "password": "Wrong-Horse-7"}
    assert [api.post(LOGIN, bad).status_code for _ in range(6)] == [401] * 5 + [429]
    answer = api.post(LOGIN, {"email": user.email, "password": PASSWORD})
    assert (answer.json()["code"], answer["Retry-After"]) == ("RATE_LIMIT_EXCEEDED", "300")


def test_a_refreshed_pair_replaces_the_old_one(api):
    first = log_in(api, with_password())
    second = api.post(REFRESH, {"refresh_token": first["refresh_token"]}).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert ask_me(second["access_token"]).status_code == 200


def test_reuse_of_a_rotated_refresh_token_ends_the_family(api):
    user = with_password()
    other = log_in(api, user)
    first = log_in(api, user)
    second = api.post(REFRESH, {"refresh_token": first["refresh_token"]}).json()
    again = api.post(REFRESH, {"refresh_token": first["refresh_token"]})
    assert (again.status_code, again.json()["code"]) == (401, "TOKEN_BLACKLISTED")
    assert again["WWW-Authenticate"].startswith("Bearer")
    assert ask_me(second["access_token"]).json()["code"] == "TOKEN_BLACKLISTED"
    assert api.post(REFRESH, {"refresh_token": second["refresh_token"]}).status_code == 401
    assert ask_me(other["access_token"]).status_code == 200
    assert AuditEntry.objects.latest("seq").details == {"reason": "a refresh token was used twice"}


def test_of_many_who_refresh_at_once_one_succeeds(api):
    token = log_in(api, with_password())["refresh_token"]

    def refresh(_: int) -> int:
        try:
            return APIClient().post(REFRESH, {"refresh_token": token}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        answers = sorted(threads.map(refresh, range(6)))
    assert answers == [200] + [401] * 5


def test_logging_out_ends_both_tokens(api):
    tokens = log_in(api, with_password())
    assert api.post(LOGOUT, {"refresh_token": tokens["refresh_token"]}).status_code == 200
    assert ask_me(tokens["access_token"]).json()["code"] == "TOKEN_BLACKLISTED"
    assert api.post(REFRESH, {"refresh_token": tokens["refresh_token"]}).json()["code"] == "TOKEN_BLACKLISTED"


def test_what_is_not_a_token_is_invalid(api):
    pair = log_in(api, with_password())
    assert ask_me("nonsense").json()["code"] == "INVALID_TOKEN"
    assert ask_me(pair["refresh_token"]).json()["code"] == "INVALID_TOKEN"
    assert ask_me(pair["access_token"][:-4] + "AAAA").json()["code"] == "INVALID_TOKEN"
    assert api.post(REFRESH, {"refresh_token": pair["access_token"]}).json()["code"] == "INVALID_TOKEN"


def test_tokens_expire(api, monkeypatch):
    monkeypatch.setattr(AccessToken, "lifetime", timedelta(seconds=-1))
    monkeypatch.setattr(RefreshToken, "lifetime", timedelta(seconds=-1))
    tokens = log_in(api, with_password())
    assert ask_me(tokens["access_token"]).json()["code"] == "TOKEN_EXPIRED"
    assert api.post(REFRESH, {"refresh_token": tokens["refresh_token"]}).json()["code"] == "TOKEN_EXPIRED"


def test_an_expired_token_sent_along_does_not_hinder_a_refresh(api, monkeypatch):
    tokens = log_in(api, with_password())
    monkeypatch.setattr(AccessToken, "lifetime", timedelta(seconds=-1))
    stale = log_in(api, User.objects.get())["access_token"]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {stale}")
    assert api.post(REFRESH, {"refresh_token": tokens["refresh_token"]}).status_code == 200


def test_without_a_token_one_is_not_signed_in(api):
    answer = api.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTHENTICATION_ERROR")


def test_one_changes_name_and_time_zone():
    user = make_user()
    answer = api_of(user).put(ME, {"name": "New", "timezone": "Europe/Vienna"})
    assert (answer.status_code, answer.json()["name"], answer.json()["timezone"]) == (200, "New", "Europe/Vienna")
    user.refresh_from_db()
    assert (user.name, user.timezone) == ("New", "Europe/Vienna")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"name": None}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"email": "other@example.org"}, "/email"),
        ({"is_superuser": True}, "/is_superuser"),
        ({"role": "admin"}, "/role"),
    ],
)
def test_a_bad_change_names_its_field_and_changes_nothing(body, pointer):
    user = make_user()
    answer = api_of(user).put(ME, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert User.objects.filter(pk=user.pk).values().get() == {
        **User.objects.filter(pk=user.pk).values().get(),
        "name": user.name,
        "email": user.email,
        "timezone": "UTC",
        "is_superuser": False,
    }


def test_a_new_password_ends_all_tokens_and_sessions(api):
    user = with_password()
    tokens, session = log_in(api, user), api_of(user)
    assert session.get(ME).status_code == 200
    body = {"current_password": PASSWORD, "new_password": "Even-Better-8"}
    answer = APIClient(headers={"Authorization": f"Bearer {tokens['access_token']}"}).put(MY_PASSWORD, body)
    assert answer.status_code == 200
    assert ask_me(tokens["access_token"]).json()["code"] == "TOKEN_BLACKLISTED"
    assert api.post(REFRESH, {"refresh_token": tokens["refresh_token"]}).status_code == 401
    assert session.get(ME).status_code == 401
    log_in(api, user, "Even-Better-8")
    assert [message.to for message in mail.outbox] == [[user.email]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"current_password": "Wrong-Horse-7", "new_password": "Even-Better-8"}, "/current_password"),
        ({"current_password": PASSWORD, "new_password": "weak"}, "/new_password"),
    ],
)
def test_a_password_is_not_changed_without_the_old_or_for_a_weak_one(body, pointer):
    user = with_password()
    answer = api_of(user).put(MY_PASSWORD, body)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {pointer}
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_an_account_goes_with_its_password_only(api):
    user, other = with_password(), with_password()
    log_in(api, user)
    log_in(api, other)
    session = api_of(user)
    assert session.delete(ME, {"password": "Wrong-Horse-7"}).status_code == 422
    assert session.delete(ME, {"password": PASSWORD}).status_code == 204
    assert [left.pk for left in User.objects.filter(removal_due=None)] == [other.pk]
    assert [family.user_id for family in TokenFamily.objects.all()] == [other.pk]
    assert session.get(ME).status_code == 401


def test_an_account_without_a_password_is_told_how_to_get_one(api, mailoutbox):
    user = make_user()
    answer = api_of(user).delete(ME, {"password": PASSWORD})
    assert answer.status_code == 422
    assert "POST /auth/forgot-password" in answer.json()["errors"][0]["detail"]
    api.post("/api/v1/auth/forgot-password", {"email": user.email})
    token = mailoutbox[0].body.rsplit("/reset/key/", 1)[1].split("/")[0]
    body = {"token": token, "new_password": PASSWORD}
    assert api.post("/api/v1/auth/reset-password", body).status_code == 200
    user.refresh_from_db()
    assert api_of(user).delete(ME, {"password": PASSWORD}).status_code == 204


def test_the_last_administrator_cannot_leave_the_others():
    administrator = with_password(is_superuser=True)
    make_user()
    answer = api_of(administrator).delete(ME, {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT_ERROR")
    assert User.objects.count() == 2


def test_a_session_needs_the_csrf_token():
    api = APIClient(enforce_csrf_checks=True)
    api.force_login(make_user())
    assert api.put(ME, {"name": "Forged"}).status_code == 403

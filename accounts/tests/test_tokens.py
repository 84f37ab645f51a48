from datetime import timedelta

import pytest
from bson import ObjectId
from django.contrib.auth.hashers import check_password
from django.urls import reverse
from django.utils.timezone import now

from accounts import tokens
from accounts.choices import Scope
from accounts.models import ApiToken, AuditEntry, User
from accounts.tests.factories import PASSWORD, api_of, api_with, browser_of, make_token, make_user, with_password
from sentimatrix_studio.mongo.pipelines import collection

pytestmark = pytest.mark.django_db

TOKENS, ME = "/api/v1/auth/tokens", "/api/v1/auth/me"


@pytest.fixture
def user() -> User:
    return make_user()


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_token_is_shown_once_and_kept_as_a_hash(user):
    answer = api_of(user).post(TOKENS, {"name": "Reports", "scope": "write", "expires_in_days": 7})
    assert answer.status_code == 201
    made = answer.json()
    text = made.pop("token")
    assert text.startswith("smx_")
    assert len(text) == 53
    assert set(made) == {"id", "name", "scope", "ending", "created_at", "expires_at", "last_used"}
    assert (made["name"], made["scope"], made["ending"], made["last_used"]) == ("Reports", "write", text[-4:], None)
    assert api_of(user).get(TOKENS).json()["items"] == [made]
    assert text not in str(list(collection(ApiToken).find()))
    assert timedelta(days=6, hours=23) < ApiToken.objects.get().expires_at - now() <= timedelta(days=7)


def test_two_tokens_differ_and_each_carries_its_checksum(user):
    first, second = make_token(user), make_token(user)
    assert first != second
    assert tokens.is_well_formed(first)
    assert not tokens.is_well_formed(first[:-1] + ("A" if first[-1] != "A" else "B"))
    assert not tokens.is_well_formed(first[:10] + ("A" if first[10] != "A" else "B") + first[11:])
    assert not tokens.is_well_formed(first + "0")


def test_a_token_opens_the_door_and_says_when_it_was_used_last(user):
    text = make_token(user)
    assert api_with(text).get(ME).json()["id"] == str(user.pk)
    used = ApiToken.objects.get().last_used
    assert used is not None
    api_with(text).get(ME)
    assert ApiToken.objects.get().last_used == used
    ApiToken.objects.update(last_used=now() - timedelta(minutes=2))
    api_with(text).get(ME)
    assert (ApiToken.objects.get().last_used or used) > used


@pytest.mark.parametrize(
    ("scope", "reads", "writes", "administers"),
    [("read", 200, 403, 403), ("write", 200, 200, 403), ("admin",) + (200,) * 3],
)
def test_each_scope_allows_what_those_before_it_allow_and_more(user, scope, reads, writes, administers):
    api = api_with(make_token(user, scope))
    answers = [api.get(ME), api.put(ME, {"name": "New"}), api.get(TOKENS)]
    assert [answer.status_code for answer in answers] == [reads, writes, administers]
    assert (User.objects.get().name == "New") == (writes == 200)


def test_a_refused_scope_names_the_one_that_is_needed(user):
    answer = api_with(make_token(user)).put(ME, {"name": "New"})
    assert code(answer) == (403, "INSUFFICIENT_PERMISSIONS")
    assert "“write”" in answer.json()["detail"]


def test_what_is_wrong_with_a_token_is_said(user):
    text = make_token(user)
    assert code(api_with(text[:-1]).get(ME)) == (401, "INVALID_TOKEN")
    ended = make_token(user)
    ApiToken.objects.filter(ending=ended[-4:]).delete()
    assert code(api_with(ended).get(ME)) == (401, "TOKEN_BLACKLISTED")
    assert code(api_with(make_token(user, expires_at=now())).get(ME)) == (401, "TOKEN_EXPIRED")
    User.objects.update(is_active=False)
    assert code(api_with(text).get(ME)) == (401, "TOKEN_BLACKLISTED")


def test_a_new_password_ends_the_tokens():
    user = with_password()
    text = make_token(user, "admin")
    body = {"current_password": PASSWORD, "new_password": "Even-Better-8"}
    assert api_with(text).put(f"{ME}/password", body).status_code == 200
    assert code(api_with(text).get(ME)) == (401, "TOKEN_BLACKLISTED")
    user.refresh_from_db()
    assert check_password("Even-Better-8", user.password)
    assert api_of(user).get(TOKENS).json()["total"] == 0


def test_a_deleted_token_opens_nothing(user):
    text = make_token(user)
    path = f"{TOKENS}/{ApiToken.objects.get().pk}"
    stranger = api_of(make_user())
    foreign, missing = stranger.delete(path), stranger.delete(f"{TOKENS}/{ObjectId()}")
    assert foreign.status_code == missing.status_code == 404
    assert api_of(user).delete(path).status_code == 204
    assert code(api_with(text).get(ME)) == (401, "TOKEN_BLACKLISTED")
    assert list(AuditEntry.objects.order_by("seq").values_list("event", flat=True)) == [
        "token.created",
        "token.deleted",
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": None}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "x", "scope": "root"}, "/scope"),
        ({"name": "x", "expires_in_days": 0}, "/expires_in_days"),
        ({"name": "x", "expires_in_days": 366}, "/expires_in_days"),
        ({"name": "x", "expires_in_days": None}, "/expires_in_days"),
        ({"name": "x", "ending": "abcd"}, "/ending"),
        ({"name": "x", "digest": "abcd"}, "/digest"),
    ],
)
def test_a_bad_wish_names_its_field_and_makes_nothing(user, body, pointer):
    answer = api_of(user).post(TOKENS, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not ApiToken.objects.exists()


def test_there_is_an_end_to_tokens(user, monkeypatch):
    monkeypatch.setattr(tokens, "MOST", 2)
    statuses = [api_of(user).post(TOKENS, {"name": "Reports"}).status_code for _ in range(3)]
    assert statuses == [201, 201, 409]


def test_mongodb_removes_tokens_a_month_after_their_end():
    index = collection(ApiToken).index_information()["api_token_expiry"]
    assert (index["key"], index["expireAfterSeconds"]) == ([("expires_at", 1)], 30 * 24 * 60 * 60)


def test_the_admin_shows_tokens_without_their_hashes(user):
    make_token(user)
    token, browser = ApiToken.objects.get(), browser_of(make_user(is_staff=True, is_superuser=True))
    for path in (
        reverse("admin:accounts_apitoken_changelist"),
        reverse("admin:accounts_apitoken_change", args=[token.pk]),
    ):
        page = browser.get(path)
        assert page.status_code == 200
        assert token.digest not in page.content.decode()
        assert token.ending in page.content.decode()


def test_scopes_are_a_ladder():
    assert [[scope.allows(needed) for needed in Scope] for scope in Scope] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]

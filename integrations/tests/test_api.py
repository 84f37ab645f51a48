import json
from http import HTTPStatus
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import AuditEntry
from accounts.tests.answers import pointers
from accounts.tests.factories import api_of, make_token, make_user
from integrations import verifying
from integrations.models import Credential, OwnModel
from integrations.providers import PROVIDERS
from integrations.tests.factories import KEY, make_credential, make_own_model

pytestmark = pytest.mark.django_db

PROVIDERS_PATH, KEYS, MODELS = (
    "/api/v1/settings/llm/providers",
    "/api/v1/settings/api-keys",
    "/api/v1/settings/llm/models",
)
BODY = {"provider": "groq", "api_key": f"  {KEY}\n", "label": "Mine"}
GOOD_KEY = "good-canary-0123456789"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def events() -> list[tuple[str, dict[str, Any]]]:
    return [(entry.event, entry.details) for entry in AuditEntry.objects.order_by("seq")]


# Providers


def test_the_catalogue_says_what_a_provider_wants_and_what_its_models_cost():
    api = api_of(make_user())
    answer = api.get(PROVIDERS_PATH, {"page_size": 100}).json()
    assert (answer["total"], [one["id"] for one in answer["items"]]) == (len(PROVIDERS), list(PROVIDERS))
    groq = api.get(f"{PROVIDERS_PATH}/groq").json()
    assert groq == answer["items"][0]
    assert (groq["name"], groq["kind"], groq["requires_api_key"], groq["can_be_tested"]) == ("Groq", "llm", True, True)
    assert [(field["name"], field["secret"], field["required"]) for field in groq["fields"]] == [
        ("api_key", True, True)
    ]
    assert groq["models"][0] == {
        "id": "openai/gpt-oss-20b",
        "name": "GPT-OSS 20B",
        "context": 131072,
        "cost_per_1k_input": 0.000075,
        "cost_per_1k_output": 0.0003,
        "noted_on": "2026-11-23",
        "is_own": False,
    }
    assert "summary" in groq["features"]


def test_the_catalogue_can_be_asked_for_one_kind():
    api = api_of(make_user())
    found = {kind: api.get(PROVIDERS_PATH, {"kind": kind}).json()["total"] for kind in ("llm", "scraper", "source")}
    assert found == {"llm": 13, "scraper": 7, "source": 4}
    assert pointers(api.get(PROVIDERS_PATH, {"kind": "nonsense"})) == ["/kind"]
    assert api.get(f"{PROVIDERS_PATH}/nobody").status_code == 404


def test_unknown_prices_are_null_and_ones_own_stand_in_their_place():
    user = make_user()
    make_own_model(provider="openrouter", model="somebody-elses")
    make_own_model(user, provider="openrouter", model="openai/gpt-oss-120b", name="", cost_per_1k_input=0.5)
    make_own_model(user, provider="openrouter", model="another", name="Another")
    models = api_of(user).get(f"{PROVIDERS_PATH}/openrouter").json()["models"]
    shown = [(one["id"], one["name"], one["cost_per_1k_input"], one["is_own"]) for one in models]
    assert shown == [
        ("openai/gpt-oss-120b", "openai/gpt-oss-120b", 0.5, True),
        ("google/gemini-2.5-flash", "Gemini 2.5 Flash", None, False),
        ("another", "Another", None, True),
    ]


# Keys


def test_a_key_is_entered_once_and_never_shown_again():
    user = make_user()
    api = api_of(user)
    made = api.post(KEYS, BODY)
    assert made.status_code == HTTPStatus.CREATED
    body = made.json()
    assert body["created_at"].endswith("Z")
    assert {name: body[name] for name in ("provider", "label", "masked_key", "fields", "is_valid", "status")} == {
        "provider": "groq",
        "label": "Mine",
        "masked_key": "gsk_...1234",
        "fields": {"api_key": "gsk_...1234"},
        "is_valid": None,
        "status": "untested",
    }
    listed = api.get(KEYS).json()
    assert (listed["items"], listed["total"]) == ([body], 1)
    assert "canary" not in json.dumps([body, listed])
    assert Credential.objects.get().open() == {"api_key": KEY}
    assert events() == [("key.created", {"provider": "groq"})]


def test_another_key_takes_the_place_of_the_first_and_is_untested():
    user = make_user()
    api = api_of(user)
    first = api.post(KEYS, BODY).json()
    Credential.objects.update(is_valid=True, status="valid", error="old")
    answer = api.post(KEYS, {"provider": "groq", "api_key": "gsk_another-0123456789-5678"})
    assert answer.status_code == HTTPStatus.OK
    second = answer.json()
    assert (second["id"], second["masked_key"], second["label"]) == (first["id"], "gsk_...5678", "")
    assert (second["is_valid"], second["status"], second["error"]) == (None, "untested", "")
    assert Credential.objects.count() == 1
    assert [event for event, _ in events()] == ["key.created", "key.replaced"]


def test_two_people_may_hold_the_same_key_and_their_ciphertexts_are_bound_to_them():
    one, other = make_credential(), make_credential()
    assert (one.open(), one.sealed == other.sealed) == (other.open(), False)
    Credential.objects.filter(pk=other.pk).update(sealed=one.sealed)
    other.refresh_from_db()
    listed = api_of(other.owner).get(KEYS).json()["items"][0]
    assert (listed["is_valid"], listed["status"]) == (False, "unreadable")
    assert "Enter it again" in listed["error"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"provider": "nobody"}, "/provider"),
        ({"api_key": ""}, "/api_key"),
        ({"api_key": None}, "/api_key"),
        ({"api_key": "short"}, "/api_key"),
        ({"api_key": "with spaces in it"}, "/api_key"),
        ({"api_key": 12345678}, "/api_key"),
        ({"base_url": "https://example.org/v1"}, "/base_url"),
        ({"label": "x" * 101}, "/label"),
        ({"secret": "x"}, "/secret"),
        ({"provider": "ollama", "base_url": "https://name:password@example.org"}, "/base_url"),
        ({"provider": "reddit", "client_id": "abc"}, "/client_secret"),
    ],
)
def test_what_a_provider_did_not_ask_for_is_refused_by_name_without_being_repeated(change, wrong):
    answer = api_of(make_user()).post(KEYS, {**BODY, **change})
    assert wrong in pointers(answer)
    assert b"canary" not in answer.content
    assert b"password@" not in answer.content
    assert not Credential.objects.exists()


def test_a_server_of_ones_own_has_its_usual_address_and_shows_it():
    body = api_of(make_user()).post(KEYS, {"provider": "ollama", "model": "llama3.2:3b"}).json()
    assert body["fields"] == {"base_url": "http://localhost:11434", "model": "llama3.2:3b"}
    assert body["masked_key"] == "http://localhost:11434"


def test_a_key_is_deleted_and_nobody_elses_can_be():
    mine, other = make_credential(), make_credential()
    assert api_of(other.owner).delete(f"{KEYS}/openai").status_code == 404
    assert api_of(make_user()).delete(f"{KEYS}/groq").status_code == 404
    assert api_of(mine.owner).delete(f"{KEYS}/groq").status_code == 204
    assert [credential.owner for credential in Credential.objects.all()] == [other.owner]
    assert events() == [("key.deleted", {"provider": "groq"})]


def test_a_read_only_token_sees_keys_and_changes_none():
    credential = make_credential()
    api = api_of(make_user())
    api.logout()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(credential.owner)}")
    assert api.get(KEYS).json()["total"] == 1
    refused = [api.post(KEYS, BODY), api.delete(f"{KEYS}/groq"), api.post(f"{KEYS}/groq/test")]
    assert [answer.status_code for answer in refused] == [403] * 3


# Tests of keys


def test_a_test_says_what_came_out_and_keeps_it(standins):
    user = make_user()
    make_credential(user, api_key=GOOD_KEY)
    answer = api_of(user).post(f"{KEYS}/groq/test").json()
    assert (answer["provider"], answer["success"], answer["status"], answer["error"]) == ("groq", True, "valid", None)
    assert answer["latency_ms"] >= 0
    kept = api_of(user).get(KEYS).json()["items"][0]
    assert (kept["is_valid"], kept["status"]) == (True, "valid")
    assert kept["last_validated"] == kept["tested_at"] == answer["tested_at"]
    assert events() == [("key.tested", {"provider": "groq", "outcome": "valid"})]


def test_being_out_of_reach_does_not_change_what_was_known(standins):
    credential = make_credential(api_key=GOOD_KEY)
    api = api_of(credential.owner)
    api.post(f"{KEYS}/groq/test")
    standins.providers.mode = "down"
    answer = api.post(f"{KEYS}/groq/test").json()
    assert (answer["success"], answer["status"]) == (False, "unreachable")
    kept = api.get(KEYS).json()["items"][0]
    assert (kept["is_valid"], kept["status"], kept["error"]) == (True, "unreachable", answer["error"])


def test_a_key_that_was_replaced_during_its_test_is_not_blamed(standins, monkeypatch):
    credential = make_credential(api_key="gsk_bad-key-0123456789")

    def verify(provider, values):
        verdict = verifying.verify(provider, values)
        make_credential(credential.owner, api_key=GOOD_KEY)
        return verdict

    monkeypatch.setattr("integrations.keys.verify", verify)
    assert api_of(credential.owner).post(f"{KEYS}/groq/test").json()["status"] == "invalid"
    credential.refresh_from_db()
    assert (credential.status, credential.is_valid) == ("untested", None)


def test_a_key_that_cannot_be_read_says_so_and_asks_nobody(standins, settings):
    credential = make_credential()
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    answer = api_of(credential.owner).post(f"{KEYS}/groq/test")
    assert answer.status_code == 200
    assert (answer.json()["success"], answer.json()["status"]) == (False, "unreadable")
    assert standins.requests == []
    assert api_of(credential.owner).post(KEYS, BODY).status_code == 200  # entered again, and all is well
    assert api_of(credential.owner).get(KEYS).json()["items"][0]["status"] == "untested"


def test_there_is_nothing_to_test_without_a_key():
    other = make_credential()
    assert api_of(make_user()).post(f"{KEYS}/{other.provider}/test").status_code == 404
    assert api_of(make_user()).post(f"{KEYS}/nobody/test").status_code == 404


def test_tests_of_keys_have_a_limit_of_their_own(standins, settings):
    settings.LIMITS = {**settings.LIMITS, "key_test": (2, 86400, 2)}
    credential = make_credential(api_key=GOOD_KEY)
    api = api_of(credential.owner)
    assert [api.post(f"{KEYS}/groq/test").status_code for _ in range(3)] == [200, 200, 429]
    assert api.get(KEYS).status_code == 200


# Facts of one's own about models


def test_a_model_is_added_corrected_and_forgotten():
    user = make_user()
    api = api_of(user)
    facts = {"provider": "groq", "model": "qwen/qwen4", "cost_per_1k_input": 0.001, "cost_per_1k_output": 0.002}
    made = api.post(MODELS, facts)
    assert made.status_code == 201, made.content
    body = made.json()
    assert {name: body[name] for name in facts} == facts
    assert (body["name"], body["context"]) == ("", None)
    path = f"{MODELS}/{body['id']}"
    assert api.put(path, {"context": 4096, "cost_per_1k_input": None}).json()["cost_per_1k_input"] is None
    assert api.get(path).json()["context"] == 4096
    assert api.get(MODELS).json()["total"] == 1
    assert api.post(MODELS, facts).json()["code"] == "DUPLICATE_ERROR"
    assert api.delete(path).status_code == 204
    assert not OwnModel.objects.exists()


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"provider": "scraperapi"}, "/provider"),
        ({"model": ""}, "/model"),
        ({"context": 0}, "/context"),
        ({"context": 2**40}, "/context"),
        ({"cost_per_1k_input": -1}, "/cost_per_1k_input"),
        ({"cost_per_1k_input": "0.1"}, "/cost_per_1k_input"),
        ({"cost_per_1k_output": 1e300}, "/cost_per_1k_output"),
        ({"updated_at": "2026-01-01T00:00:00Z"}, "/updated_at"),
    ],
)
def test_facts_that_cannot_be_are_refused(change, wrong):
    answer = api_of(make_user()).post(MODELS, {"provider": "groq", "model": "m", **change})
    assert pointers(answer) == [wrong]


def test_nobody_reaches_the_models_of_another():
    model = make_own_model()
    api, path = api_of(make_user()), f"{MODELS}/{model.pk}"
    assert [api.get(path).status_code, api.put(path, {"name": "x"}).status_code, api.delete(path).status_code] == [
        404
    ] * 3
    assert api.get(MODELS).json()["total"] == 0
    model.refresh_from_db()
    assert model.name == "Own model"

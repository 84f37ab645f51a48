"""Bodies gone wrong: whatever is sent, no endpoint breaks, and what it refuses it has not done by half."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, Phase, given, settings, strategies
from rest_framework.test import APIClient

from accounts.tests.factories import PASSWORD, api_of
from scraping.choices import JobStatus, StepState
from scraping.models import Job, Step
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.problems import MEDIA_TYPE
from sentimatrix_studio.tests.routes import Route, routes
from sentimatrix_studio.tests.test_tenants import Tenant, make_tenant

EXAMPLES = 10  # a route
QUICKLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # what is found is shown as it is
    suppress_health_check=list(HealthCheck),
)
NOTES = {"accounts_auditentry", "accounts_audithead", "django_session", "usersessions_usersession"}  # of what is tried

PLATFORM_LINKS = {"steam": [{"url": "https://store.steampowered.com/app/1", "label": "Kettle"}]}
CONFIG = {
    "scrapers": {"platforms": ["steam"], "render_js": False, "country": "de"},
    "llm": {"temperature": 0.5, "max_tokens": 500},
    "analysis": {"sentiment": True, "sentiment_classes": 5, "emotions": True},
    "limits": {"max_reviews_per_target": 100, "rate_limit_delay": 1.5},
}
PRODUCT = {"name": "Kettle", "category": "home", "website": "https://example.org", "competitors": ["Pot"]}
PROJECT = {"name": "Kettle", "description": "Hot", "product": PRODUCT, "config": CONFIG}
TARGET = {"url": "https://store.steampowered.com/app/2", "label": "Kettle", "options": {"language": "en"}}
PRESET = {"name": "Mine", "description": "For kettles", "config": CONFIG}
MODEL = {"provider": "openai", "model": "kettle-1", "name": "Kettle", "context": 8000, "cost_per_1k_input": 0.1}
OPTIONS = {"format": "csv", "header": True, "columns": {"text": "text", "rating": 1}, "rating_max": 5}
SCHEDULE = {"frequency": "weekly", "time": "07:30", "day_of_week": 0, "timezone": "Europe/Vienna", "cron": ""}
WEBHOOK = {"url": "https://hooks.example.org/x", "name": "Chat", "events": ["job.failed"], "headers": {"X-Team": "a b"}}
CHANNEL = {"address": "https://ntfy.sh/kettles-5f0c9a", "token": "tk_012345678", "name": "Us", "events": ["job.failed"]}

# (route, method) → a good body. What a route asks for besides its path's ids is left out where it can be.
BODIES: dict[tuple[str, str], Any] = {
    ("register", "post"): {"email": "new@example.org", "name": "New", "password": PASSWORD},
    ("login", "post"): {"email": "nobody@example.org", "password": PASSWORD},
    ("second_factor", "post"): {"mfa_token": "x.y", "code": "123456"},
    ("refresh", "post"): {"refresh_token": "x.y.z"},
    ("logout", "post"): {"refresh_token": "x.y.z"},
    ("forgot_password", "post"): {"email": "nobody@example.org"},
    ("reset_password", "post"): {"token": "x-y", "new_password": PASSWORD},
    ("me", "put"): {"name": "Somebody", "timezone": "Europe/Berlin"},
    ("my_password", "put"): {"current_password": "wrong", "new_password": PASSWORD},
    ("tokens", "post"): {"name": "Reports", "scope": "read"},
    ("projects", "post"): {**PROJECT, "platform_links": PLATFORM_LINKS},
    ("project", "put"): {**PROJECT, "status": "paused"},
    ("targets", "post"): TARGET,
    ("targets_bulk", "post"): {"urls": [TARGET["url"]], "options": {"language": "en"}},
    ("target_check", "post"): {"url": TARGET["url"]},
    ("target", "put"): {"label": "Kettle", "status": "paused", "options": {"language": "en"}},
    ("job_start", "post"): {"target_ids": [], "options": {"max_results": 5, "date_from": "2026-01-01"}},
    ("job_cancel", "post"): {},
    ("job_retry", "post"): {},
    ("import_preview", "post"): OPTIONS,
    ("results_import", "post"): OPTIONS,
    ("analytics_insights", "post"): {},
    ("results_reanalyze", "post"): {"engine": "local"},
    ("presets", "post"): PRESET,
    ("preset", "put"): PRESET,
    ("preset_duplicate", "post"): {},
    ("own_models", "post"): MODEL,
    ("own_model", "put"): {"name": "Kettle", "context": 16000},
    ("api_keys", "post"): {"provider": "youtube", "api_key": "k" * 39, "label": "Mine"},
    ("api_key_test", "post"): {},
    ("schedules", "post"): {"project_id": "5f" * 12, **SCHEDULE},
    ("schedule", "put"): {**SCHEDULE, "enabled": True, "missed": "all", "jitter_minutes": 5, "max_retries": 2},
    ("schedule_preview", "post"): SCHEDULE,
    ("schedule_toggle", "post"): {},
    ("schedule_run", "post"): {},
    ("webhooks", "post"): WEBHOOK,
    ("webhook", "put"): {**WEBHOOK, "project_id": None},
    ("webhook_test", "post"): {},
    ("webhook_toggle", "post"): {},
    ("webhook_rotate", "post"): {},
    ("deliveries_redeliver", "post"): {"since": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"},
    ("delivery_redeliver", "post"): {},
    ("notices_read", "post"): {},
    ("notice_read", "post"): {},
    ("bell", "put"): {"events": ["job.failed", "key.refused"]},
    ("channels", "post"): {"service": "ntfy", **CHANNEL},
    ("channel", "put"): {**CHANNEL, "project_id": None},
    ("channel_test", "post"): {},
    ("channel_toggle", "post"): {},
    ("result_label", "put"): {"sentiment": "negative", "emotion": "joy"},
    ("results_label", "post"): {"result_ids": ["5f" * 12], "sentiment": "negative"},
    ("change_undo", "post"): {},
    ("markers", "post"): {"name": "Version 2", "day": "2026-03-02"},
    ("marker", "put"): {"name": "Version 3", "day": "2026-03-03"},
    ("saved_views", "post"): {"name": "Angry", "query": "emotion=anger"},
    ("saved_view", "put"): {"name": "Angrier", "query": "emotion=anger,disgust"},
    ("exports", "post"): {"format": "jsonl", "fields": ["id", "text"], "bom": False, "delimiter": "tab"},
    ("analyze", "post"): {"text": "Good.", "sentiment_classes": 3},
}
UPLOADS = ("api:import_preview", "api:results_import")


def written() -> list[tuple[Route, str]]:
    ours = [route for route in routes() if route.is_api and route.name != "api:unknown"]
    return [(route, method) for route in ours for method in route.methods if method in ("post", "put")]


def test_every_body_has_an_example():
    assert {(route.name.removeprefix("api:"), method) for route, method in written()} == set(BODIES)


# What goes wrong with a body

DEEP: Any = json.loads("[" * 400 + "]" * 400)
STRANGE = [
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, -0.0, 1e308, float("nan"), float("inf")),
    *(
        "",
        " ",
        "x",
        "x" * 20_000,
        "\0",
        "a\0b",
        "\ud800",
        "\udfff\ud800",
        "\u202e",
        "💣" * 200,
        "=1+1",
        "../../etc/passwd",
    ),
    *("5f" * 12, "2026-02-30", "0001-01-01", "9999-12-31", "http://[::1", "https://localhost:99999/", "$where", "null"),
    *([], {}, [[]], [None], [{}], {"": 1}, {"$ne": None}, {"a.b": {"$gt": ""}}, {"\0": 1}, {"\ud800": 1}, DEEP),
]
VALUES = strategies.sampled_from(STRANGE) | strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | strategies.text(),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text(), inner),
    max_leaves=5,
)
NAMES = strategies.sampled_from(["nonsense", "", "id", "owner", "_id", "$set", "a.b", "\0", "\ud800", "__proto__"])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in rows:
        yield from places(inner, (*path, key))


@strategies.composite
def mutants(draw: Any, body: Any) -> Any:
    """The body with one place of it replaced, removed or added to."""
    *above, last = draw(strategies.sampled_from(list(places({"body": body}))[1:]))
    mutant = {"body": copy.deepcopy(body)}
    container: Any = mutant
    for step in above:
        container = container[step]
    match draw(strategies.sampled_from(["replace", "replace", "remove", "add"])):
        case "remove" if above:
            del container[last]
        case "add" if isinstance(container[last], dict):
            container[last][draw(NAMES)] = draw(VALUES)
        case _:
            container[last] = draw(VALUES)
    return mutant["body"]


# What must not go wrong


def make_world() -> Tenant:
    world = make_tenant()
    Job.objects.update(status=JobStatus.FAILED)
    Step.objects.update(state=StepState.FAILED)
    return world


def rows() -> dict[str, str]:
    """A hash of each collection."""
    hashes: dict[str, str] = collection(Job).database.command("dbHash")["collections"]
    return {name: found for name, found in hashes.items() if name not in NOTES}


def send(api: APIClient, route: Route, method: str, path: str, body: Any) -> Any:
    if route.name not in UPLOADS:
        return getattr(api, method)(path, json.dumps(body), content_type="application/json")
    file = SimpleUploadedFile("reviews.csv", b"text,rating\nGood,5\nBad,1\n")
    return api.post(path, {"file": file, "options": json.dumps(body)}, format="multipart")


def gone_wrong(world: Tenant, route: Route, method: str) -> list[Any]:
    """Sends mutants of a good body, and tells which of them broke something."""
    broken = []

    @QUICKLY
    @given(mutants(BODIES[route.name.removeprefix("api:"), method]))
    def check(body: Any) -> None:
        api = api_of(world.user)
        before = rows()
        answer = send(api, route, method, route.path(world.ids), body)
        is_refused = 400 <= answer.status_code < 500 and answer["Content-Type"] == MEDIA_TYPE
        if answer.status_code >= 300 and not (is_refused and rows() == before):
            broken.append((answer.status_code, body, answer.content))

    check()
    return broken


@pytest.mark.django_db
def test_a_body_gone_wrong_breaks_nothing(standins):  # a test of a key asks its provider
    world = make_world()
    broken = {f"{method} {route.name}": gone_wrong(world, route, method) for route, method in written()}
    assert len(broken) * EXAMPLES > 200
    assert {name: found[:2] for name, found in broken.items() if found} == {}


@pytest.mark.django_db
def test_a_field_that_no_endpoint_knows_is_refused_by_every_one():
    world, taken = make_world(), {}
    api = api_of(world.user)
    for route, method in written():
        body = {**BODIES[route.name.removeprefix("api:"), method], "nonsense": 1}
        answer = send(api, route, method, route.path(world.ids), body)
        pointers = [error["pointer"].rpartition("/")[2] for error in answer.json().get("errors", [])]
        if (answer.status_code, "nonsense" in pointers) != (422, True):
            taken[route.name, method] = (answer.status_code, pointers)
    assert taken == {}


@pytest.mark.django_db
def test_null_for_what_cannot_be_null_changes_nothing():
    world = make_world()
    api = api_of(world.user)
    before = rows()
    for name, pointer in (
        ("project", "/name"),
        ("target", "/label"),
        ("preset", "/name"),
        ("own_model", "/model"),
        ("me", "/name"),
    ):
        route = next(route for route, method in written() if (route.name, method) == (f"api:{name}", "put"))
        answer = send(api, route, "put", route.path(world.ids), {pointer[1:]: None})
        assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert rows() == before

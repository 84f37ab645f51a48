"""Keys, addresses of channels and headers of webhooks that can be told anywhere go through everything that handles
them, and are then looked for everywhere."""

import base64
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.urls import reverse

from accounts.tests.factories import api_of, browser_of, make_user
from integrations.catalogue import EVENTS
from integrations.deliveries.sender import Sender
from integrations.models import Channel, Credential, Delivery, Webhook
from integrations.providers import PROVIDERS, Provider
from integrations.tests.factories import announce
from integrations.tests.test_verifying import OWN_SERVERS
from projects.choices import Platform, TargetType
from projects.tests.factories import make_project, make_target
from scraping import runner
from scraping.models import Job
from sentimatrix_studio.mongo.pipelines import collection
from tests.standins.reddit import POST

pytestmark = pytest.mark.django_db

KEYS = "/api/v1/settings/api-keys"
CANARY = "kEyCanary0123456789abcdef"
CHANNELS = {  # what each service is told
    "slack": {"address": f"https://hooks.slack.com/services/T0000000/B0000000/{CANARY}"},
    "discord": {"address": f"https://discord.com/api/webhooks/123456789012345678/{CANARY}"},
    "teams": {"address": f"https://prod-12.westeurope.logic.azure.com/workflows/0a1b2c3d/paths/invoke?sig={CANARY}"},
    "ntfy": {"address": f"https://ntfy.example.org/{CANARY}", "token": f"tk_{CANARY}"},
}


def key_of(provider: Provider) -> str:
    return f"kEyCanary_{provider.id}-0123456789"


def body_of(provider: Provider) -> dict[str, str]:
    """Every field filled in, and each secret a canary."""
    plain = {"base_url": OWN_SERVERS.get(provider.id, ""), "client_id": "abc", "username": "somebody", "zone": "z"}
    names = [field.name for field in provider.fields if field.name != "model"]
    secret = {field.name for field in provider.fields if field.is_secret}
    return {name: key_of(provider) if name in secret else plain[name] for name in names}


def entries(settings: Any) -> Iterator[str]:
    """Everything in Valkey."""
    server = redis.Redis.from_url(settings.REDIS_URL)
    for name in server.scan_iter():
        yield f"{name!r} {server.dump(name)!r}"


def documents() -> Iterator[str]:
    """Everything in MongoDB, sessions and the files in it too."""
    database = collection(Credential).database
    for name in database.list_collection_names():
        for document in database[name].find():
            yield f"{name} {document!r}"


def hits(texts: Iterator[str]) -> list[str]:
    encoded = [base64.b64encode(key_of(provider).encode()).decode()[:24] for provider in PROVIDERS.values()]
    marks = ["keycanary", *encoded]
    return [text for text in texts if any(mark.lower() in text.lower() for mark in marks)]


def text_of(answer: Any) -> str:
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


def answers(user: Any, standins: Any) -> Iterator[Any]:
    """Enter, replace, mistype, test, use in a run, look at, export."""
    api, browser = api_of(user), browser_of(user)
    for provider in PROVIDERS.values():
        body = body_of(provider)
        yield api.post(KEYS, {"provider": provider.id, **body})
        yield api.post(KEYS, {"provider": provider.id, **body, "unknown": key_of(provider)})
        for standins.providers.mode in ("ok", "echo"):
            yield api.post(f"{KEYS}/{provider.id}/test")
    page = reverse("integrations:key_edit", args=["groq"])
    body = body_of(PROVIDERS["groq"])
    yield from [browser.post(page, {**body, "label": "x" * 101}), browser.post(page, body, follow=True)]
    thread = {"platform": Platform.REDDIT, "detected_type": TargetType.POST, "external_id": POST}
    target = make_target(make_project(user, analyse=False), url=f"https://www.reddit.com/comments/{POST}/", **thread)
    Job.objects.start(target.project, [target])
    runner.work()
    names = ["integrations:key_list", "accounts:activity", "dashboard"]
    yield from (browser.get(path) for path in [page, target.project.get_absolute_url(), *map(reverse, names)])
    yield from (api.get(path) for path in (KEYS, "/api/v1/auth/me/audit", "/api/v1/auth/me/export"))
    staff, credential = browser_of(make_user(is_staff=True, is_superuser=True)), Credential.objects.get(provider="groq")
    yield staff.get(reverse("admin:integrations_credential_changelist"))
    yield staff.get(reverse("admin:integrations_credential_change", args=[credential.pk]))


def answers_about_endpoints(user: Any, standins: Any) -> Iterator[Any]:
    """Add, mistype, test, be told of everything there is, by services that repeat what they are sent."""
    api, browser = api_of(user), browser_of(user)
    for service, values in CHANNELS.items():
        page = reverse("integrations:channel_create", args=[service])
        yield browser.post(page, {**values, "events": []})
        yield browser.post(page, {**values, "address": f"https://evil.example/{CANARY}", "events": list(EVENTS)})
        yield browser.post(page, {**values, "events": list(EVENTS)}, follow=True)
    webhook = {"url": "https://hooks.slack.com/hook", "events": ["job.failed"], "headers": {"X-Key": CANARY}}
    yield api.post("/api/v1/webhooks", webhook)
    yield api.post("/api/v1/webhooks", {**webhook, "headers": {"Bad Name": CANARY}})
    for mode in ("ok", "echo"):
        standins.messengers.mode = mode
        announce(user, "job.failed")
        for channel in Channel.objects.all():
            yield browser.post(reverse("integrations:channel_test", args=[channel.pk]), follow=True)
        while Delivery.objects.waiting().filter(attempts=0).exists():
            Sender().send_due()
    webhook_id = Webhook.objects.get().pk
    yield from (api.get(f"/api/v1/webhooks{path}") for path in ("", f"/{webhook_id}", f"/{webhook_id}/deliveries"))
    yield from (browser.get(channel.get_absolute_url()) for channel in Channel.objects.all())
    yield from (browser.get(reverse(f"integrations:{name}")) for name in ("channel_list", "notice_list"))
    yield api.get("/api/v1/auth/me/export")


def test_no_key_is_anywhere_but_where_it_belongs(standins, settings, caplog, capfd, monkeypatch):
    monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: True)
    cache.clear()
    with caplog.at_level(logging.DEBUG, logger="httpcore"):
        user = make_user()
        shown = [text_of(answer) for answer in answers(user, standins)]
        told = [text_of(answer) for answer in answers_about_endpoints(user, standins)]
    sent = [str(seen) for seen in standins.requests if "keycanary" in str(seen).lower()]
    assert len(sent) > 30  # they have been where they belong
    assert Credential.objects.count() == len(PROVIDERS)
    assert {seen.host for seen in standins.requests} >= set(standins.messengers.hosts)
    assert Delivery.objects.filter(message__contains="answers with an error (500)").count() >= 8
    assert (len(shown) > 50, len(told) > 20) == (True, True)
    assert hits(iter([*shown, *told])) == []
    assert hits(documents()) == []
    assert hits(entries(settings)) == []
    assert hits(record.getMessage() + str(record.__dict__) for record in caplog.records) == []
    assert hits(iter(capfd.readouterr())) == []
    assert hits(iter([key_of(PROVIDERS["groq"])])) != []  # they would have been seen

"""Webhooks through the API."""

import ipaddress
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.factories import api_of, make_token, make_user
from integrations.catalogue import OFFERED
from integrations.deliveries.sender import Sender
from integrations.models import Delivery, Webhook
from integrations.tests.factories import announce, make_delivery, make_webhook
from integrations.tests.receiver import LOOPBACK, Receiver
from projects.tests.factories import make_project

pytestmark = pytest.mark.django_db

PATH = "/api/v1/webhooks"
BODY = {"url": "https://hooks.example.org/x", "name": "Chat", "events": ["job.failed"], "headers": {"X-Team": "blue"}}


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def path_of(webhook: Webhook, *more: object) -> str:
    return "/".join([PATH, str(webhook.pk), *map(str, more)])


def trail() -> list[str]:
    return [entry.event for entry in AuditEntry.objects.order_by("seq")]


def test_a_webhook_is_added_and_its_secret_shown_this_once():
    user = make_user()
    api, project = api_of(user), make_project(user)
    made = api.post(PATH, {**BODY, "project_id": str(project.pk)})
    assert made.status_code == 201, made.content
    body = made.json()
    webhook = Webhook.objects.get()
    assert [body.pop("secret")] == webhook.secrets
    assert {name: body[name] for name in ("url", "name", "events", "project_id", "header_names", "enabled")} == {
        **{"url": BODY["url"], "name": "Chat", "events": ["job.failed"], "project_id": str(project.pk)},
        **{"header_names": ["X-Team"], "enabled": True},
    }
    assert (body["disabled_reason"], body["failing_since"]) == ("", None)
    assert api.get(path_of(webhook)).json() == body
    assert api.get(PATH).json()["items"] == [body]
    assert api.get(PATH, {"project_id": str(project.pk)}).json()["total"] == 1
    assert api.get(PATH, {"project_id": "5f" * 12}).json()["total"] == 0
    assert api.get(PATH, {"project_id": "x"}).status_code == 422
    assert trail() == ["webhook.created"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"url": "ftp://example.org"}, "/url"),
        ({"url": None}, "/url"),
        ({"events": []}, "/events"),
        ({"events": ["job.completed", "webhook.disabled"]}, "/events/1"),
        ({"headers": {"Webhook-Id": "x"}}, "/headers"),
        ({"headers": {"X-Team": 5}}, "/headers"),
        ({"headers": None}, "/headers"),
        ({"project_id": "5f" * 12}, "/project_id"),
        ({"secret": "whsec_x"}, "/secret"),
        ({"enabled": False}, "/enabled"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, pointer):
    webhook = make_webhook()
    api = api_of(webhook.owner)
    for answer in (api.post(PATH, {**BODY, **change}), api.put(path_of(webhook), change)):
        assert answer.status_code == 422, answer.content
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert Webhook.objects.get().url == webhook.url


def test_somebody_elses_project_is_none():
    answer = api_of(make_user()).post(PATH, {**BODY, "project_id": str(make_project().pk)})
    assert answer.json()["errors"][0]["pointer"] == "/project_id"


def test_what_is_named_is_changed_and_all_else_stays():
    webhook = make_webhook()
    webhook.keep_headers({"X-Team": "blue"})
    webhook.save()
    api = api_of(webhook.owner)
    assert api.put(path_of(webhook), {"events": ["job.failed", "job.failed"]}).json()["events"] == ["job.failed"]
    webhook.refresh_from_db()
    secrets = webhook.secrets
    assert webhook.headers == {"X-Team": "blue"}
    assert api.put(path_of(webhook), {"headers": {}}).json()["header_names"] == []
    webhook.refresh_from_db()
    assert (webhook.headers, webhook.secrets) == ({}, secrets)


def test_a_webhook_is_tested_renewed_turned_off_and_deleted(settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network(LOOPBACK)]
    with Receiver() as receiver:
        webhook = make_webhook(url=receiver.url)
        api = api_of(webhook.owner)
        off = api.post(path_of(webhook, "toggle")).json()
        assert (off["enabled"], off["disabled_reason"]) == (False, "It was turned off by hand.")
        announce(webhook.owner)
        tested = api.post(path_of(webhook, "test"), headers={"X-Request-ID": "from-the-caller"})
        assert tested.status_code == 202
        Sender().send_due()
        assert [request.headers["x-request-id"] for request in receiver.received] == ["from-the-caller"]
        listed = api.get(path_of(webhook, "deliveries")).json()["items"]
        assert [(one["id"], one["event"], one["status"]) for one in listed] == [
            (tested.json()["id"], "webhook.test", "delivered")
        ]
        renewed = api.post(path_of(webhook, "rotate-secret")).json()
        assert renewed["secret"] == Webhook.objects.get().secrets[0]
        assert renewed["old_secret_counts_until"] > webhook.created_at.isoformat()
        assert api.post(path_of(webhook, "toggle")).json()["enabled"]
        assert api.delete(path_of(webhook)).status_code == 204
    assert Delivery.objects.count() == 0
    assert trail() == [f"webhook.{what}" for what in ("turned_off", "tested", "rotated", "turned_on", "deleted")]


def test_a_delivery_shows_its_body_and_its_attempts(settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network(LOOPBACK)]
    with Receiver(status=503, body="Later.") as receiver:
        webhook = make_webhook(url=receiver.url)
        delivery = make_delivery(webhook)
        Sender().send_due()
    shown = api_of(webhook.owner).get(path_of(webhook, "deliveries", delivery.pk)).json()
    assert (shown["status"], shown["attempts"], shown["code"]) == ("waiting", 1, "status")
    assert shown["error"] == "127.0.0.1 answers with an error (503)."
    assert shown["next_attempt_at"]
    assert shown["body"] == delivery.event.payload
    (attempt,) = shown["log"]
    assert (attempt["status"], attempt["response_body"], attempt["number"]) == (503, "Later.", 1)
    assert ["webhook-id", shown["message_id"]] in attempt["request_headers"]


def test_deliveries_are_sent_again_one_or_a_span_of_time():
    webhook = make_webhook()
    api = api_of(webhook.owner)
    ended: dict[str, Any] = {"due_at": None, "attempts": 3, "ended_at": timezone.now()}
    failed, fine = make_delivery(webhook, state="failed", **ended), make_delivery(webhook, state="delivered", **ended)
    again = api.post(path_of(webhook, "deliveries", fine.pk, "redeliver"))
    assert (again.status_code, again.json()["status"], again.json()["attempts"]) == (202, "waiting", 0)
    assert again.json()["message_id"] == fine.event.message_id
    assert api.post(path_of(webhook, "deliveries", fine.pk, "redeliver")).status_code == 409
    span = {"since": (timezone.now() - timedelta(minutes=5)).isoformat()}
    assert api.post(path_of(webhook, "deliveries/redeliver"), span).json() == {"redelivered": 1}
    failed.refresh_from_db()
    assert failed.state == "waiting"
    Delivery.objects.update(state="delivered")
    assert api.post(path_of(webhook, "deliveries/redeliver"), span).json() == {"redelivered": 0}
    assert api.post(path_of(webhook, "deliveries/redeliver"), {**span, "only_failed": False}).json() == {
        "redelivered": 2
    }
    early = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z", "only_failed": False}
    assert api.post(path_of(webhook, "deliveries/redeliver"), early).json() == {"redelivered": 0}
    assert api.post(path_of(webhook, "deliveries/redeliver"), {}).status_code == 422


def test_nobody_reaches_a_delivery_by_another_webhook_or_another_person():
    delivery, other = make_delivery(), make_webhook()
    webhook = Webhook.objects.get(pk=delivery.endpoint_id)
    mine = make_webhook(webhook.owner)
    for api, of in ((api_of(other.owner), webhook), (api_of(other.owner), other), (api_of(webhook.owner), mine)):
        assert api.get(path_of(of, "deliveries", delivery.pk)).status_code == 404
        assert api.post(path_of(of, "deliveries", delivery.pk, "redeliver")).status_code == 404


def test_a_read_only_token_sees_webhooks_and_changes_none():
    delivery = make_delivery(state="failed")
    webhook = Webhook.objects.get()
    api = api_of(make_user())
    api.logout()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(webhook.owner)}")
    assert api.get(path_of(webhook, "deliveries")).json()["total"] == 1
    refused = [
        api.post(PATH, BODY),
        api.put(path_of(webhook), {"name": "x"}),
        api.delete(path_of(webhook)),
        *(api.post(path_of(webhook, verb)) for verb in ("test", "toggle", "rotate-secret")),
        api.post(path_of(webhook, "deliveries", delivery.pk, "redeliver")),
    ]
    assert [answer.status_code for answer in refused] == [403] * 7


def test_there_is_a_limit_to_webhooks_and_to_their_tests(monkeypatch, settings):
    monkeypatch.setattr(Webhook, "most", 1)
    settings.LIMITS = {**settings.LIMITS, "webhook_test": (2, 86400, 2)}
    webhook = make_webhook()
    api = api_of(webhook.owner)
    assert api.post(PATH, BODY).status_code == 409
    assert [api.post(path_of(webhook, "test")).status_code for _ in range(3)] == [202, 202, 429]


def test_headers_cannot_be_changed_while_the_secret_cannot_be_read(settings):
    webhook = make_webhook()
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    api = api_of(webhook.owner)
    assert api.put(path_of(webhook), {"headers": {"X-Team": "red"}}).status_code == 409
    assert api.put(path_of(webhook), {"name": "Renamed"}).status_code == 200
    assert api.post(path_of(webhook, "rotate-secret")).json()["old_secret_counts_until"] is None


def test_every_event_that_can_be_had_is_listed_with_an_example():
    listed = api_of(make_user()).get(f"{PATH}/events/available").json()
    assert [event["name"] for event in listed["items"]] == [kind.name for kind in OFFERED]
    assert listed["total"] == 7
    for event in listed["items"]:
        assert event["example"].keys() == {"type", "event", "timestamp", "data"}
        assert event["description"]

"""Receivers check with the package of Standard Webhooks that a delivery is from us."""

import hashlib
import hmac
import ipaddress
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from integrations import signing, webhooks
from integrations.catalogue import EVENTS, OFFERED
from integrations.deliveries.sender import Sender
from integrations.models import Event, Webhook
from integrations.models.webhooks import BOTH_COUNT
from integrations.signed import SignedRequest, validate_headers
from integrations.tests.factories import announce, make_webhook
from integrations.tests.receiver import LOOPBACK, Receiver
from sentimatrix_studio.encryption import Unreadable

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver(settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network(LOOPBACK)]
    with Receiver() as receiver:
        yield receiver


def test_a_signature_is_the_one_of_the_specification():
    body = b'{"test": 2432232314}'
    headers = signing.headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    legacy = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Webhook-Signature"] == f"sha256={legacy}"


def test_secrets_are_long_random_and_of_the_usual_form():
    secrets = {signing.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(secret.startswith("whsec_") and len(secret) == 50 for secret in secrets)


@pytest.mark.django_db
def test_every_event_is_verified_and_with_the_secret_alone(receiver):
    webhook = make_webhook(url=receiver.url, events=[kind.name for kind in OFFERED])
    (secret,) = webhook.secrets
    for kind in OFFERED:
        announce(webhook.owner, kind.name)
    assert Sender().send_due() == len(OFFERED)
    for request in receiver.received:
        said = request.verify(secret)
        assert said.keys() == {"type", "event", "timestamp", "data"}
        assert said["type"] == said["event"] == request.headers["x-webhook-event"]
        assert said["data"] == EVENTS[said["type"]].example
        assert len(request.body) < 20_000
        assert abs(time.time() - int(request.headers["webhook-timestamp"])) < 60
        with pytest.raises(WebhookVerificationError):
            request.verify(signing.new_secret())
    assert {request.id for request in receiver.received} == {event.message_id for event in Event.objects.all()}


@pytest.mark.django_db
def test_the_old_secret_and_the_new_one_count_for_a_day(receiver):
    webhook = make_webhook(url=receiver.url)
    (old,) = webhook.secrets
    new = webhooks.rotate(webhook)
    assert new != old
    announce(webhook.owner)
    Sender().send_due()
    both = receiver.received[-1]
    assert both.verify(new) == both.verify(old)
    Webhook.objects.update(both_count_until=timezone.now() - timedelta(seconds=1))
    announce(webhook.owner)
    Sender().send_due()
    assert receiver.received[-1].verify(new)
    with pytest.raises(WebhookVerificationError):
        receiver.received[-1].verify(old)


@pytest.mark.django_db
def test_a_secret_renewed_twice_forgets_the_first_and_keeps_the_headers():
    webhook = make_webhook()
    webhook.keep_headers({"X-Team": "kettles"})
    webhook.save()
    first = webhook.secrets[0]
    second = webhooks.rotate(webhook)
    third = webhooks.rotate(webhook)
    webhook.refresh_from_db()
    assert webhook.secrets == [third, second]
    assert first not in webhook.secrets
    assert webhook.headers == {"X-Team": "kettles"}
    assert webhook.both_count_until
    assert timedelta(0) < webhook.both_count_until - timezone.now() <= BOTH_COUNT


@pytest.mark.django_db
def test_a_secret_opens_in_its_own_row_only_and_a_lost_one_is_replaced(settings):
    webhook, other = make_webhook(), make_webhook()
    other.sealed = webhook.sealed
    with pytest.raises(Unreadable):
        _ = other.secrets
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    assert not webhook.is_readable
    secret = webhooks.rotate(webhook)
    webhook.refresh_from_db()
    assert (webhook.secrets, webhook.headers, webhook.header_names) == ([secret], {}, [])


# Headers of one's own


def test_no_header_of_ones_own_takes_the_place_of_ours(receiver):
    forged = {"WEBHOOK-ID": "x", "Content-Type": "text/html", "x-webhook-event": "x", "Host": "x", "X-Request-Id": "x"}
    SignedRequest(
        url=receiver.url,
        secrets=[SECRET],
        own_headers={**forged, "X-Team": "kettles"},
        message_id="evt_1",
        event="job.failed",
        request_id="9f1c",
        body=b"{}",
    ).send()
    (request,) = receiver.received
    got = {name: request.headers[name] for name in ("webhook-id", "content-type", "x-webhook-event", "x-request-id")}
    assert got == {
        **{"webhook-id": "evt_1", "content-type": "application/json", "x-webhook-event": "job.failed"},
        "x-request-id": "9f1c",
    }
    assert request.headers["x-team"] == "kettles"
    assert request.headers["host"].startswith("127.0.0.1")


@pytest.mark.parametrize(
    "headers",
    [
        *({name: "x"} for name in ("webhook-id", "Webhook-Signature", "X-Webhook-Event", "Content-Length", "Host")),
        *({name: "x"} for name in ("Transfer-Encoding", "X-Request-ID", "a b", "naïve", "", "-", "x" * 101)),
        *({"X-Team": value} for value in ("", " a", "a\r\nHost: b", "a\0", "ä", "x" * 501)),
        {"X-Team": "a", "x-team": "b"},
        {f"X-{number}-h": "x" for number in range(11)},
    ],
    ids=repr,
)
def test_headers_that_cannot_be_sent_are_refused_without_their_values(headers):
    with pytest.raises(ValidationError) as refused:
        validate_headers(headers)
    assert "Host: b" not in str(refused.value)


def test_ordinary_headers_are_taken():
    validate_headers({"Authorization": "Bearer abc def", "X-Team": "a", "Cookie": "a=b; c=d"})

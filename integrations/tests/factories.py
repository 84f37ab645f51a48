from typing import Any

from bson import ObjectId

from accounts.models import User
from accounts.tests.factories import make_user
from integrations import events
from integrations.catalogue import EVENTS
from integrations.models import Channel, Credential, Delivery, Event, OwnModel, Webhook
from integrations.providers import PROVIDERS

KEY = "gsk_canary-0123456789-1234"
ADDRESSES = {
    "slack": "https://hooks.slack.com/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx",
    "discord": "https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz-_0123456789",
    "teams": "https://prod-12.westeurope.logic.azure.com:443/workflows/0a1b/triggers/manual/paths/invoke?sig=abcdef-wxyz",
    "ntfy": "https://ntfy.example.org/push/my-secret-topic",
}


def make_credential(owner: User | None = None, provider: str = "groq", label: str = "", **values: str) -> Credential:
    fields = values or {"api_key": KEY}
    return Credential.objects.enter(owner or make_user(), PROVIDERS[provider], fields, label)[0]


def make_own_model(owner: User | None = None, **fields) -> OwnModel:
    facts = {"provider": "groq", "model": "own-model", "name": "Own model", "context": 8192, **fields}
    return OwnModel.objects.create(owner=owner or make_user(), **facts)


def make_webhook(owner: User | None = None, url: str = "https://hooks.example.org/studio", **fields) -> Webhook:
    webhook = Webhook(owner=owner or make_user(), url=url, **{"events": ["job.completed"], **fields})
    webhook.seal()
    webhook.save(force_insert=True)
    return webhook


def make_channel(owner: User | None = None, service: str = "slack", **fields) -> Channel:
    channel = Channel(owner=owner or make_user(), service=service, **{"events": ["job.completed"], **fields})
    channel.seal({"address": ADDRESSES[service]} if service in ADDRESSES else {})
    channel.save(force_insert=True)
    return channel


def announce(owner: User, name: str = "job.completed", cause: str = "", project_id: ObjectId | None = None) -> Event:
    """Let an event happen, with the data of its example."""
    cause = cause or str(ObjectId())
    events.announce(name, owner_id=owner.pk, project_id=project_id, cause=cause, data=EVENTS[name].example)
    return Event.objects.get(name=name, cause=cause)


def make_delivery(webhook: Webhook | None = None, name: str = "job.completed", **fields: Any) -> Delivery:
    webhook = webhook or make_webhook(events=[name])
    event = announce(webhook.owner, name, project_id=webhook.project_id)
    Delivery.objects.filter(event=event, endpoint_id=webhook.pk).update(**{"kind": webhook.kind, **fields})
    return Delivery.objects.get(event=event, endpoint_id=webhook.pk)

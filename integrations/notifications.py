"""What people do about being told: their channels, and what the bell tells of. Both faces call these; what concerns a
channel leaves its line in the audit trail."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts import audit
from accounts.models import User
from integrations import events
from integrations.catalogue import TEST
from integrations.channels import Service
from integrations.models import Bell, Channel, Delivery
from sentimatrix_studio.mongo.pipelines import collection


def create(owner: User, service: Service, values: Mapping[str, str], fields: Mapping[str, Any]) -> Channel:
    """``values`` are those of the service's fields. Raises TooMany."""
    channel = Channel(owner=owner, service=service.id, **fields)
    channel.seal(values)
    channel.add()
    _record("created", channel)
    return channel


def change(channel: Channel, values: Mapping[str, str], fields: Mapping[str, Any]) -> None:
    """Those of ``values`` that are given take the place of those before. With another address nothing is kept: what was
    meant for one server is not told to another. Raises ``Unreadable``."""
    for name, value in fields.items():
        setattr(channel, name, value)
    if "address" in values or not channel.known.fields:
        channel.seal(values)
    elif values:
        channel.seal({**channel.open(), **values})
    channel.save()
    _record("changed", channel)


def toggle(channel: Channel) -> None:
    channel.toggle()
    _record("turned_on" if channel.is_enabled else "turned_off", channel)


def remove(channel: Channel) -> None:
    service, owner = channel.service, channel.owner
    channel.delete()
    audit.record("channel.deleted", owner, service=service)


def test(channel: Channel) -> Delivery:
    """Put a message on its way that says no more than that it has arrived. It is sent once, whatever comes back."""
    return events.test(channel, {"message": TEST.example["message"]})


def choose_bell(owner: User, names: Iterable[str]) -> None:
    """Of which events the bell tells from now on."""
    collection(Bell).update_one({"owner_id": owner.pk}, {"$set": {"events": list(names)}}, upsert=True)


def _record(what: str, channel: Channel) -> None:
    audit.record(f"channel.{what}", channel.owner, None, service=channel.service)

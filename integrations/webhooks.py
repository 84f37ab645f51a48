"""What is done with webhooks. Both faces call these; each leaves its line in the audit trail."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from accounts import audit
from accounts.models import User
from integrations import events
from integrations.catalogue import TEST
from integrations.models import Delivery, Webhook
from sentimatrix_studio.mongo.transaction import in_transaction

Answer = TypeVar("Answer")


def create(owner: User, fields: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown this once. Raises TooMany."""
    webhook = Webhook(owner=owner, **fields)
    secret = webhook.seal(headers)
    webhook.add()
    _record("created", webhook)
    return webhook, secret


def change(webhook: Webhook, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
    """``headers`` are sent along in place of those before; None leaves them. Raises ``Unreadable``."""

    def work(fresh: Webhook) -> None:
        for name, value in fields.items():
            setattr(fresh, name, value)
        if headers is not None:
            fresh.keep_headers(headers)

    _change(webhook, work)
    _record("changed", webhook)


def rotate(webhook: Webhook) -> str:
    """A new secret, which is shown this once. For a day messages are signed with the old one as well."""
    secret = _change(webhook, Webhook.rotate)
    _record("rotated", webhook)
    return secret


def toggle(webhook: Webhook) -> None:
    """Turn it off, or on again. What was not delivered meanwhile can be sent by hand."""
    webhook.toggle()
    _record("turned_on" if webhook.is_enabled else "turned_off", webhook)


def remove(webhook: Webhook) -> None:
    webhook_id, owner = webhook.pk, webhook.owner
    webhook.delete()
    audit.record("webhook.deleted", owner, webhook_id=str(webhook_id))


def test(webhook: Webhook) -> Delivery:
    """Put a test on its way: it is sent once, also to a webhook that is turned off, and kept like all deliveries."""
    delivery = events.test(webhook, {**TEST.example, "webhook_id": str(webhook.pk)})
    _record("tested", webhook)
    return delivery


def send_again(webhook: Webhook, delivery: Delivery) -> bool:
    """One delivery that has ended, whatever came out; False while it is on its way anyway."""
    is_sent = delivery.send_again()
    if is_sent:
        _record("redelivered", webhook, deliveries=1)
    return is_sent


def send_all_again(webhook: Webhook, since: datetime, until: datetime, *, only_failed: bool = True) -> int:
    """What has ended of the events of a span of time; how many those are."""
    within = webhook.deliveries.filter(created_at__gte=since, created_at__lte=until)
    number = (within.failed() if only_failed else within.over()).send_again()
    if number:
        _record("redelivered", webhook, deliveries=number)
    return number


def _change(webhook: Webhook, work: Callable[[Webhook], Answer]) -> Answer:
    """Do it to the row as it is at this moment: two changes at once end as one after the other."""

    def change() -> Answer:
        webhook.refresh_from_db()
        answer = work(webhook)
        webhook.save()
        return answer

    return in_transaction(change)


def _record(what: str, webhook: Webhook, **details: int) -> None:
    audit.record(f"webhook.{what}", webhook.owner, None, webhook_id=str(webhook.pk), **details)

"""Webhooks, deliveries and events as the API shows them."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

from integrations.catalogue import EventKind
from integrations.choices import DeliveryState
from integrations.deliveries.leases import Attempt
from integrations.models import Delivery, Webhook
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Id, Moment

Example = dict[str, Any]


class WebhookJson(TypedDict):
    """Of its secret and the values of its own headers nothing is shown. `disabled_reason` is empty while it is enabled;
    `failing_since` is null while deliveries get through."""

    id: Id
    name: str
    url: str
    project_id: Id | None
    events: list[str]
    header_names: list[str]
    enabled: bool
    disabled_reason: str
    failing_since: Moment | None
    last_delivered_at: Moment | None
    created_at: Moment
    updated_at: Moment


class NewWebhookJson(WebhookJson):
    """With its secret, which is shown this once."""

    secret: str


class SecretJson(TypedDict):
    """The new secret, which is shown this once, and how long deliveries are signed with the old one as well."""

    secret: str
    old_secret_counts_until: Moment | None


class EventJson(TypedDict):
    """An event there is, and an example of the body it comes with."""

    name: str
    title: str
    description: str
    example: Example


class DeliveryJson(TypedDict):
    """An event on its way to a webhook, or there. `message_id` is its header `webhook-id`, the same at every attempt.

    `code` and `error` say why the latest attempt failed, and `attempts` how many there were since it was last put on
    its way."""

    id: Id
    event: str
    message_id: str
    status: Annotated[str, DeliveryState]
    attempts: Count
    code: str
    error: str
    created_at: Moment
    next_attempt_at: Moment | None
    ended_at: Moment | None


class AttemptJson(TypedDict):
    """One try. `status` is null where no answer came; headers are pairs of name and value, and long answers are cut."""

    number: Count
    at: Moment
    ms: Count
    code: str
    error: str
    status: int | None
    request_headers: list[list[str]]
    response_headers: list[list[str]]
    response_body: str


class DeliveryDetailJson(DeliveryJson):
    """With the body that is sent, and the latest attempts, the first of them first."""

    body: Example
    log: list[AttemptJson]


class RedeliveredJson(TypedDict):
    redelivered: Count


def webhook_as_json(webhook: Webhook) -> WebhookJson:
    return {
        "id": str(webhook.pk),
        "name": webhook.name,
        "url": webhook.url,
        "project_id": str(webhook.project_id) if webhook.project_id else None,
        "events": webhook.events,
        "header_names": webhook.header_names,
        "enabled": webhook.is_enabled,
        "disabled_reason": webhook.why_disabled,
        "failing_since": rest.utc(webhook.failing_since),
        "last_delivered_at": rest.utc(webhook.last_delivered_at),
        "created_at": rest.utc(webhook.created_at),
        "updated_at": rest.utc(webhook.updated_at),
    }


def new_webhook_as_json(webhook: Webhook, secret: str) -> NewWebhookJson:
    return {**webhook_as_json(webhook), "secret": secret}


def secret_as_json(webhook: Webhook, secret: str) -> SecretJson:
    return {"secret": secret, "old_secret_counts_until": rest.utc(webhook.both_count_until)}


def event_as_json(kind: EventKind) -> EventJson:
    body = {"type": kind.name, "event": kind.name, "timestamp": "2026-11-23T09:00:00.000Z", "data": dict(kind.example)}
    return {"name": kind.name, "title": kind.title, "description": kind.sentence, "example": body}


def delivery_as_json(delivery: Delivery) -> DeliveryJson:
    return {
        "id": str(delivery.pk),
        "event": delivery.event.name,
        "message_id": delivery.event.message_id,
        "status": delivery.state,
        "attempts": delivery.attempts,
        "code": delivery.code,
        "error": delivery.message,
        "created_at": rest.utc(delivery.created_at),
        "next_attempt_at": rest.utc(delivery.due_at),
        "ended_at": rest.utc(delivery.ended_at),
    }


def delivery_detail_as_json(delivery: Delivery) -> DeliveryDetailJson:
    log: Sequence[Attempt] = delivery.log
    return {
        **delivery_as_json(delivery),
        "body": delivery.event.payload,
        "log": [_attempt_as_json(attempt) for attempt in log],
    }


def _attempt_as_json(attempt: Attempt) -> AttemptJson:
    return {
        "number": attempt["number"],
        "at": attempt["at"],
        "ms": attempt["ms"],
        "code": attempt["code"],
        "error": attempt["message"],
        "status": attempt["status"],
        "request_headers": attempt["request"],
        "response_headers": attempt["headers"],
        "response_body": attempt["body"],
    }

from integrations.models.channels import Channel
from integrations.models.credentials import (
    Credential,
    CredentialQuerySet,
    OwnModel,
    OwnModelQuerySet,
    validate_llm,
    validate_price,
)
from integrations.models.deliveries import Delivery, DeliveryQuerySet, Event, EventQuerySet
from integrations.models.endpoints import Endpoint, EndpointQuerySet, TooMany
from integrations.models.notices import Bell, Notice, NoticeQuerySet
from integrations.models.spending import Purse, Remembered
from integrations.models.webhooks import Webhook

# Whom events are delivered to: each kind of endpoint has rows of its own and shares all the rest.
ENDPOINTS: tuple[type[Endpoint], ...] = (Webhook, Channel)

__all__ = [
    "ENDPOINTS",
    "Bell",
    "Channel",
    "Credential",
    "CredentialQuerySet",
    "Delivery",
    "DeliveryQuerySet",
    "Endpoint",
    "EndpointQuerySet",
    "Event",
    "EventQuerySet",
    "Notice",
    "NoticeQuerySet",
    "OwnModel",
    "OwnModelQuerySet",
    "Purse",
    "Remembered",
    "TooMany",
    "Webhook",
    "validate_llm",
    "validate_price",
]

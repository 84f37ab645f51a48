from integrations.api.keys import ApiKeyTest, ApiKeyViewSet, OwnModelViewSet, ProviderViewSet
from integrations.api.webhooks import DeliveryViewSet, EventViewSet, WebhookTest, WebhookViewSet

__all__ = [
    "ApiKeyTest",
    "ApiKeyViewSet",
    "DeliveryViewSet",
    "EventViewSet",
    "OwnModelViewSet",
    "ProviderViewSet",
    "WebhookTest",
    "WebhookViewSet",
]

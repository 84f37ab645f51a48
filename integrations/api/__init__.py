from integrations.api.keys import ApiKeyTest, ApiKeyViewSet, OwnModelViewSet, ProviderViewSet
from integrations.api.notifications import BellView, ChannelTest, ChannelViewSet, NoticeViewSet
from integrations.api.webhooks import DeliveryViewSet, EventViewSet, WebhookTest, WebhookViewSet

__all__ = [
    "ApiKeyTest",
    "ApiKeyViewSet",
    "BellView",
    "ChannelTest",
    "ChannelViewSet",
    "DeliveryViewSet",
    "EventViewSet",
    "NoticeViewSet",
    "OwnModelViewSet",
    "ProviderViewSet",
    "WebhookTest",
    "WebhookViewSet",
]

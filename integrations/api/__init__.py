from integrations.api.keys import ApiKeyTest, ApiKeyViewSet, OwnModelViewSet, ProviderViewSet

__all__ = ["ApiKeyTest", "ApiKeyViewSet", "OwnModelViewSet", "ProviderViewSet"]

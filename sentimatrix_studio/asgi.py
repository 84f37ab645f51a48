"""HTTP and WebSocket."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentimatrix_studio.settings")
django_application = get_asgi_application()

# Only now are the apps loaded that these import from.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from scraping.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter({"http": django_application, "websocket": URLRouter(websocket_urlpatterns)})

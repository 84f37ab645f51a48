"""HTTP and WebSocket."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentimatrix_studio.settings")
django.setup(set_prefix=False)

# Only now are the apps loaded that these import from.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from scraping.routing import websocket_urlpatterns  # noqa: E402
from sentimatrix_studio.door import Door  # noqa: E402
from sentimatrix_studio.handler import Handler  # noqa: E402

application = ProtocolTypeRouter({"http": Door(Handler()), "websocket": URLRouter(websocket_urlpatterns)})

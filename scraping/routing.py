"""Every route of the WebSocket."""

from django.urls import URLPattern, path, re_path

from scraping.consumers import LiveFeed, Nowhere

websocket_urlpatterns: list[URLPattern] = [
    path("ws", LiveFeed.as_asgi()),
    re_path(r"^ws/jobs/(?P<project_id>[0-9a-f]{24})$", LiveFeed.as_asgi()),
    re_path(r"", Nowhere.as_asgi()),
]

"""Bodies that are too large: turned away by their Content-Length, or cut off where they say nothing of their length.

Django would write all of a body to disk before anything looks at it. ``Door`` stands before that and lets no more
through than may come; ``failures`` answers, so that the refusal looks like every other.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

UPLOADS = re.compile(r"(/import(/preview)?|/projects/new/sources)/?$")
FRAME = 2**20  # what a form adds to the file in it
MARK = "studio.too_large"  # in the scope of a request

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Door:
    """An ASGI application in front of another."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Any) -> None:
        await self.application(scope, Body(scope, receive).receive, send)


class Body:
    def __init__(self, scope: Message, receive: Receive) -> None:
        self._scope, self._receive = scope, receive
        self._most, self._announced, self._came = most_for(scope["path"]), announced(scope), 0

    async def receive(self) -> Message:
        if self._announced <= self._most:
            message = await self._receive()
            self._came += len(message.get("body", b""))
            if self._came <= self._most:
                return message
        self._scope[MARK] = True
        return {"type": "http.request"}  # as if this were its end


def most_for(path: str) -> int:
    if UPLOADS.search(path):
        return int(settings.UPLOAD_MAX_BYTES + FRAME)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def announced(scope: Message) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() else 0

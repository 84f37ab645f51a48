"""A file on its way: its bytes are made while they are read."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header


@dataclass(frozen=True, slots=True)
class ExportFile:
    filename: str
    content_type: str
    chunks: Iterator[bytes]


def response(request: HttpRequest, file: ExportFile) -> StreamingHttpResponse:
    """The download. Under ASGI Django would collect an ordinary iterator before it sends the first byte."""
    chunks = async_chunks(file.chunks) if isinstance(request, ASGIRequest) else file.chunks
    disposition = content_disposition_header(True, file.filename) or "attachment"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(chunks, content_type=file.content_type, headers=headers)


async def async_chunks(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each chunk is made in a thread, so that other requests are served in between; given up with the connection."""
    try:
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            yield chunk
    finally:
        if close := getattr(chunks, "close", None):
            await asyncio.to_thread(close)


class Sink:
    """A file that libraries write to, and whose bytes go on as soon as they are asked for."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Part of the file interface; there is nothing behind to flush to."""

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def drained(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()

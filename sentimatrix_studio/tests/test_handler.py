import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import LazySettings
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from sentimatrix_studio.handler import Handler

View = Callable[[HttpRequest], HttpResponseBase]
seen: list[str] = []  # names of threads


def plain(request: HttpRequest) -> HttpResponse:
    seen.append(threading.current_thread().name)
    return HttpResponse(request.body or b"hello")


def failing(request: HttpRequest) -> HttpResponse:
    raise ValueError


class Stream:
    """A download that never ends, and knows whether somebody has told it to."""

    closed = False

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"more"
                await asyncio.sleep(0)
        finally:
            Stream.closed = True


urlpatterns = [
    path("plain", plain),
    path("failing", failing),
    path("two", lambda _: StreamingHttpResponse(_two())),
    path("endless", lambda _: StreamingHttpResponse(Stream().chunks())),
]


async def _two() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


@pytest.fixture
def handler(settings: LazySettings, tmp_path: Path) -> Handler:
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / "page.css").write_text("a {}")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
    return Handler()


@pytest.fixture
def signals() -> Iterator[list[str]]:
    """What request signals were sent, and in which thread."""
    sent: list[str] = []

    def started(**_: Any) -> None:
        sent.append(f"started {threading.current_thread().name}")

    def finished(**_: Any) -> None:
        sent.append(f"finished {threading.current_thread().name}")

    request_started.connect(started)
    request_finished.connect(finished)
    yield sent
    request_started.disconnect(started)
    request_finished.disconnect(finished)


def conversation(handler: Handler, where: str, *received: dict[str, Any], until: int = 0) -> list[dict[str, Any]]:
    """All messages that are answered, or so many, after which the reader goes away."""
    headers = [(b"host", b"localhost")]
    scope = {"type": "http", "method": "GET", "path": where, "headers": headers, "query_string": b""}

    async def talk() -> list[dict[str, Any]]:
        talk = ApplicationCommunicator(handler, scope)
        for message in received or [{"type": "http.request", "body": b""}]:
            await talk.send_input(message)
        sent: list[dict[str, Any]] = []
        while len(sent) < 2 or sent[-1].get("more_body"):
            sent.append(await talk.receive_output(timeout=60))
            if len(sent) == until:
                break
        if until:
            await talk.send_input({"type": "http.disconnect"})
        await talk.wait(timeout=60)
        return sent

    return async_to_sync(talk)()


def test_a_request_is_answered_in_one_thread_from_its_start_to_its_end(handler: Handler, signals: list[str]) -> None:
    seen.clear()
    start, body = conversation(handler, "/plain")
    assert start["status"] == 200
    assert body["body"] == b"hello"
    assert signals == [f"started {seen[0]}", f"finished {seen[0]}"]
    assert seen[0].startswith("request")


def test_a_body_may_come_in_pieces(handler: Handler) -> None:
    first: dict[str, Any] = {"type": "http.request", "body": b"a ket", "more_body": True}
    last: dict[str, Any] = {"type": "http.request", "body": b"tle"}
    assert conversation(handler, "/plain", first, last)[1]["body"] == b"a kettle"


def test_who_leaves_while_sending_gets_no_answer(handler: Handler) -> None:
    async def leave() -> bool:
        scope = {"type": "http", "method": "GET", "path": "/plain", "headers": [], "query_string": b""}
        talk = ApplicationCommunicator(handler, scope)
        await talk.send_input({"type": "http.request", "body": b"a ket", "more_body": True})
        await talk.send_input({"type": "http.disconnect"})
        await talk.wait(timeout=60)
        return bool(await talk.receive_nothing())

    assert async_to_sync(leave)()


def test_an_error_in_a_view_is_answered(handler: Handler, caplog: pytest.LogCaptureFixture) -> None:
    assert conversation(handler, "/failing")[0]["status"] == 500


def test_a_stream_goes_out_piece_by_piece(handler: Handler, signals: list[str]) -> None:
    _, *bodies = conversation(handler, "/two")
    assert [body.get("body", b"") for body in bodies] == [b"one", b"two", b""]
    assert [line.split()[0] for line in signals] == ["started", "finished"]


def test_a_stream_ends_when_its_reader_leaves(handler: Handler, signals: list[str]) -> None:
    Stream.closed = False
    conversation(handler, "/endless", until=3)
    assert Stream.closed
    assert [line.split()[0] for line in signals] == ["started", "finished"]


def test_static_files_have_the_headers_of_everything_else(handler: Handler) -> None:
    start, body, _ = conversation(handler, "/static/page.css")
    headers = dict(start["headers"])
    assert body["body"] == b"a {}"
    assert headers[b"X-Content-Type-Options"] == b"nosniff"
    assert headers[b"Referrer-Policy"] == b"same-origin"

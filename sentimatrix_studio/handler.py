"""From ASGI to Django and back, with one step into a thread and one out of it.

Django's own handler changes sides at the start of a request, at each middleware, at the view and at the end, and starts
a thread for every request: together that takes longer than most answers of the API. All our middleware and views are
synchronous, so one of a pool of threads may as well do the whole. Only what takes long without working stays in the
event loop: bodies that come in, static files and downloads that go out.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.urls import set_script_prefix
from servestatic.middleware import ServeStaticMiddleware

THREADS = 32  # so many requests at once; others wait for their turn


class StaticFiles(ServeStaticMiddleware):
    """Static files with the headers that everything else gets from Django's middleware."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._security = SecurityMiddleware(lambda request: HttpResponse())

    async def aserve(self, static_file: Any, request: HttpRequest) -> HttpResponseBase:
        return self._security.process_response(request, await ServeStaticMiddleware.aserve(static_file, request))


class Handler(ASGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._static_files = StaticFiles(self._in_thread(self._answer))

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await self._static_files(request)
        return response

    def _in_thread(self, work: Any) -> Any:
        return sync_to_async(work, thread_sensitive=False, executor=self._threads)

    def _answer(self, request: ASGIRequest) -> HttpResponseBase:
        signals.request_started.send(sender=self.__class__, scope=request.scope)
        response = self.get_response(request)
        if not response.streaming:
            response.close()  # its content stays, and what else has to be closed belongs to this thread
        return response

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            set_script_prefix(get_script_prefix(scope))
            request, refusal = self.create_request(scope, body)
            response = refusal or await self.run_get_response(request)  # type: ignore[arg-type]  # there is one of both
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Until all is sent or the reader has gone away: after the body nothing else can be received."""
        sending = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.create_task(receive())
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
            await asyncio.wait((sending, leaving))
            await self._in_thread(response.close)()
        if not sending.cancelled():
            sending.result()

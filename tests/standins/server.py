"""The thread in which the sites and the proxy to them run."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import trustme
from aiohttp import web

from tests.standins.amazon import Amazon
from tests.standins.google import Google
from tests.standins.imdb import Imdb
from tests.standins.llms import Llms
from tests.standins.messengers import Messengers
from tests.standins.providers import Providers
from tests.standins.proxy import Proxy
from tests.standins.reddit import Reddit
from tests.standins.services import Services
from tests.standins.steam import Steam
from tests.standins.trustpilot import Trustpilot
from tests.standins.yelp import Yelp
from tests.standins.youtube import YouTube

START_WITHIN = 60.0


@dataclass(frozen=True)
class Seen:
    """A request that arrived; ``at`` is on the monotonic clock."""

    at: float
    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


class Standins:
    """The sites are set to what they shall do; ``requests`` is what arrived.

    >>> with Standins(folder) as standins:
    ...     standins.steam.mode = "captcha"
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.steam, self.reddit, self.youtube, self.google = Steam(), Reddit(), YouTube(), Google()
        self.amazon, self.trustpilot, self.yelp, self.imdb = Amazon(), Trustpilot(), Yelp(), Imdb()
        self.providers, self.services, self.messengers, self.llms = Providers(), Services(), Messengers(), Llms()
        self.sites = (
            *(self.amazon, self.steam, self.youtube, self.reddit, self.google, self.trustpilot, self.yelp, self.imdb),
            *(self.services, self.llms, self.providers, self.messengers),
        )
        self.requests: list[Seen] = []
        self.delay = 0.0  # seconds before each answer
        self.disguise: Callable[[web.Response], web.Response] | None = None  # what becomes of each answer
        self.ca_file = folder / "standins-ca.pem"
        self.authority = trustme.CA()
        self.authority.cert_pem.write_to_path(str(self.ca_file))
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="standins", daemon=True)

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a worker must be told to be led here."""
        return {"OUTBOUND_PROXY": self.proxy_url, "OUTBOUND_CA_FILE": str(self.ca_file)}

    def asked(self, host: str) -> list[Seen]:
        return [seen for seen in self.requests if seen.host == host]

    def reset(self) -> None:
        """As at the start."""
        self.delay, self.disguise = 0.0, None
        for site in self.sites:
            site.reset()
        self.requests.clear()

    def __enter__(self) -> "Standins":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(START_WITHIN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(START_WITHIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_WITHIN)
        self._loop.close()

    async def _start(self) -> None:
        sites = web.Application()
        sites.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(sites, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.services.sites_port = self._runner.addresses[0][1]
        self._proxy = Proxy(self.authority, self.services.sites_port)
        self.port = await self._proxy.start(self.port)

    async def _stop(self) -> None:
        await self._proxy.stop()
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}  # answers nobody waits for any more
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        body = await request.text()
        self.requests.append(
            Seen(time.monotonic(), request.method, host, request.path, dict(request.query), dict(request.headers), body)
        )
        await asyncio.sleep(self.delay)
        for site in self.sites:
            if host in site.hosts and (answer := await site.answer(request)):
                return self.disguise(answer) if self.disguise and isinstance(answer, web.Response) else answer
        return web.Response(status=404, text=f"No stand-in answers for {host}.")

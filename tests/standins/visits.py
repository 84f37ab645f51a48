"""Visits to the stand-ins in a time of their own, so that no test waits for a clock."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any

from integrations.outbound import Outbound
from results.imports import RowError
from results.ingest import Item
from scraping.sources.base import Fetcher, Page, Source
from scraping.sources.base import Request as Asked


class Clock:
    """Time that passes when somebody sleeps, and only then."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class OwnPace:
    """A pace on that clock: as fast as one likes, but for holds."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.held_until: dict[str, float] = {}
        self.holds: list[tuple[str, float]] = []
        self.rates: dict[str, tuple[float, ...]] = {}

    def __call__(self, host: str, *rates: float) -> "_OfHost":
        self.rates[host] = rates
        return _OfHost(self, host)


class _OfHost:
    def __init__(self, pace: OwnPace, host: str) -> None:
        self.pace, self.host = pace, host

    def take(self) -> float:
        return max(0.0, self.pace.held_until.get(self.host, 0.0) - self.pace.clock())

    def hold(self, seconds: float, *, exactly: bool = False) -> None:
        self.pace.holds.append((self.host, seconds))
        self.pace.held_until[self.host] = self.pace.clock() + seconds


def no_names(host: str, port: int) -> list[str]:
    """A network in which only the proxy knows names."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        raise socket.gaierror(host) from None


class Visit:
    """One visit of a source to its target, and everything one may want to know of it afterwards."""

    def __init__(self, source: Source, check: Callable[[], None] = lambda: None) -> None:
        self.source, self.clock = source, Clock()
        self.pace = OwnPace(self.clock)
        self.fetch = Fetcher(
            check,
            outbound=Outbound(resolver=no_names),
            clock=self.clock,
            sleep=self.clock.sleep,
            make_pace=self.pace,  # type: ignore[arg-type]
        )
        self.pages: list[Page] = []

    def run(self, external_id: str, **said: Any) -> "Visit":
        """All pages. Those before an error are kept too."""
        for page in self.source.pages(Asked(self.source.platform, external_id, **said), self.fetch):
            self.pages.append(page)
        return self

    @property
    def items(self) -> list[Item]:
        return [item for page in self.pages for item in page.items]

    @property
    def notes(self) -> list[str]:
        return [note for page in self.pages for note in page.notes]

    @property
    def row_errors(self) -> Iterable[RowError]:
        return [error for page in self.pages for error in page.row_errors]

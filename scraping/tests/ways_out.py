"""Every way on which collection reaches the network."""

import gzip
from collections.abc import Callable

import pytest

from integrations.dialling import Deadline
from integrations.outbound import MAX_BYTES, Outbound, OutboundRefused
from scraping.sources import fetch as fetching
from scraping.sources import robots
from scraping.sources.base import Fetcher, SourceError
from scraping.sources.transports import SERVICES, FetchOptions, direct
from scraping.sources.transports.gate import Gate
from scraping.sources.transports.service import Sent, Service
from tests.standins.hostile import HOSTILE, plain
from tests.standins.visits import Clock, OwnPace

BOMB = plain(gzip.compress(bytes(8 * MAX_BYTES)), "Content-Encoding: gzip")
VALUES = {"api_key": "somebodys-0123456789", "username": "user", "password": "somebodys-0123456789"}
# Where every address is this machine, these are the public ones with something special behind them.
REDIRECTING = [f"93.184.215.{number}" for number in range(len(HOSTILE))]  # each to one of the hostile addresses
PACKED, REBINDING, PAGE = "93.184.216.1", "93.184.216.2", "93.184.216.3"
Way = Callable[[str, Outbound], object]
patience = 20.0  # seconds for an answer; a busy machine may take its time


def fetcher(door: Outbound) -> Fetcher:
    clock = Clock()
    return Fetcher(outbound=door, clock=clock, sleep=clock.sleep, make_pace=OwnPace(clock))  # type: ignore[arg-type]


def through_gate(url: str, door: Outbound) -> object:
    with Gate(door, Deadline(patience)) as gate:
        return gate.ask("GET", url, {}, b"", is_page=True)


def through(service: str) -> Way:
    """As if the service were at the address: that is where its request goes."""

    def fetch(url: str, door: Outbound) -> object:
        kind = SERVICES[service]
        moved = type(kind.__name__, (kind,), {"request": lambda self, page: Sent(url), "deadline": patience})
        fetched: Service = moved(VALUES, FetchOptions())
        return fetched.fetch("https://www.example.com/", door)

    return fetch


WAYS: dict[str, Way] = {
    "page": lambda url, door: fetcher(door).get(url),
    "data": lambda url, door: fetcher(door).get(url, headers={"Accept": "application/json"}),
    "robots.txt": lambda url, door: robots.rule(url, door, lambda: None),
    "form": lambda url, door: fetcher(door).post(url, {}, {}),
    "browser": through_gate,
    **{service: through(service) for service in SERVICES},
}


def wait(patch: pytest.MonkeyPatch, seconds: float) -> None:
    """So long for any answer."""
    for place in (fetching, direct):
        patch.setattr(place, "ANSWER", seconds)
    patch.setattr(robots, "DEADLINE", seconds)
    patch.setitem(globals(), "patience", seconds)


def once(patch: pytest.MonkeyPatch) -> None:
    """One attempt, and no memory of robots.txt."""
    patch.setattr(fetching, "ATTEMPTS", 1)
    patch.setattr(robots, "_kept", lambda origin: None)
    patch.setattr(robots, "_keep", lambda origin, text: None)
    wait(patch, patience)


def stopped(way: str, url: str, door: Outbound) -> str:
    """What it was stopped with; empty where it was not."""
    try:
        WAYS[way](url, door)
    except (OutboundRefused, SourceError) as refused:
        return str(refused.code)
    return ""

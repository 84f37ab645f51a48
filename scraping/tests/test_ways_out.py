"""Every way on which collection reaches the network, against everything that wishes it ill: pages and data, forms,
robots.txt, each commercial service, and the gate of the browser."""

import gzip
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from integrations import outbound
from integrations.dialling import Deadline
from integrations.outbound import MAX_BYTES, Outbound, OutboundRefused
from scraping.sources import fetch as fetching
from scraping.sources import robots
from scraping.sources.base import Fetcher, SourceError
from scraping.sources.transports import SERVICES, FetchOptions, direct
from scraping.sources.transports.gate import Gate
from scraping.sources.transports.service import Sent, Service
from tests.standins.hostile import HOSTILE, LOOPBACK, drip, plain
from tests.standins.visits import Clock, OwnPace

PATIENCE = 20.0  # seconds for an answer; a busy machine may take its time
BOMB = plain(gzip.compress(bytes(8 * MAX_BYTES)), "Content-Encoding: gzip")
VALUES = {"api_key": "somebodys-0123456789", "username": "user", "password": "somebodys-0123456789"}
Way = Callable[[str, Outbound], object]


def fetcher(door: Outbound) -> Fetcher:
    clock = Clock()
    return Fetcher(outbound=door, clock=clock, sleep=clock.sleep, make_pace=OwnPace(clock))  # type: ignore[arg-type]


def through_gate(url: str, door: Outbound) -> object:
    with Gate(door, Deadline(PATIENCE)) as gate:
        return gate.ask("GET", url, {}, b"", is_page=True)


def through(service: str) -> Way:
    """As if the service were at the address: that is where its request goes."""

    def fetch(url: str, door: Outbound) -> object:
        kind = SERVICES[service]
        moved = type(kind.__name__, (kind,), {"request": lambda self, page: Sent(url), "deadline": PATIENCE})
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
ALL = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(autouse=True)
def patience(monkeypatch) -> Callable[[float], None]:
    """Says how many seconds any way waits. One attempt, and no memory of robots.txt."""

    def wait(seconds: float) -> None:
        for place in (fetching, direct):
            monkeypatch.setattr(place, "ANSWER", seconds)
        monkeypatch.setattr(robots, "DEADLINE", seconds)
        monkeypatch.setitem(globals(), "PATIENCE", seconds)

    monkeypatch.setattr(fetching, "ATTEMPTS", 1)
    monkeypatch.setattr(robots, "_kept", lambda origin: None)
    monkeypatch.setattr(robots, "_keep", lambda origin, text: None)
    wait(PATIENCE)
    return wait


@contextmanager
def watched(monkeypatch) -> Iterator[list[tuple[str, int]]]:
    """The addresses that are dialled; nobody answers there."""
    dialled: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], *rest: object, **options: object) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(socket, "create_connection", refuse)
        yield dialled


def stopped(way: str, url: str, door: Outbound) -> str:
    """What it was stopped with."""
    try:
        WAYS[way](url, door)
    except (OutboundRefused, SourceError) as refused:
        return str(refused.code)
    raise AssertionError(f"{way} was not stopped at {url}.")


@ALL
def test_nothing_private_is_reached_however_it_is_written(way, monkeypatch):
    door = Outbound(allow=(), proxy="")
    with watched(monkeypatch) as dialled:
        codes = {stopped(way, url, door) for url in HOSTILE}
    assert dialled == []
    assert codes <= {"forbidden", "dns", "bad_url", "network"}  # the last is what a visit says of all of them


@ALL
def test_a_name_that_changes_its_mind_is_dialled_where_it_was_checked(way, monkeypatch):
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    door = Outbound(allow=(), proxy="", resolver=lambda host, port: answers.pop(0) if answers[1:] else answers[0])
    with watched(monkeypatch) as dialled:
        stopped(way, "http://rebind.example/", door)
    assert dialled == [("93.184.215.14", 80)]


@ALL
def test_a_redirect_to_a_private_place_ends_there(way, serve):
    reached = serve(plain(b"reached"))
    server = serve(plain(b"", f"Location: http://127.0.0.2:{reached.port}/", status="302 Found"))
    door = Outbound(allow=[ipaddress.ip_network("127.0.0.1/32")], proxy="")
    with suppress(OutboundRefused, SourceError):  # where it is not followed, the redirect itself is the answer
        WAYS[way](server.url, door)
    assert (len(server.requests), reached.requests) == (1, [])


@ALL
def test_a_bomb_is_unpacked_no_further_than_five_mebibytes(way, serve, monkeypatch):
    unpacked: list[int] = []
    feed = outbound._Gunzip.feed

    def counted(self: outbound._Gunzip, data: bytes, limit: int) -> bytes:
        out = feed(self, data, limit)
        unpacked.append(len(out))
        return out

    monkeypatch.setattr(outbound._Gunzip, "feed", counted)
    assert stopped(way, serve(BOMB).url, Outbound(allow=LOOPBACK, proxy="")) == "too_large"
    assert sum(unpacked) <= MAX_BYTES + 1


@ALL
def test_a_byte_at_a_time_ends_at_the_deadline(way, serve, patience):
    """The other side would go on for ever: that the request ends at all is the deadline's doing."""
    over = threading.Event()
    server = serve(drip(b"HTTP/1.1 200 OK\r\n\r\n", over))
    patience(0.6)
    assert stopped(way, server.url, Outbound(allow=LOOPBACK, proxy="")) == "timeout"
    over.set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_whose_name_leads_home_is_not_told_the_key(service, serve):
    server = serve(plain(b"reached"))
    door = Outbound(allow=(), proxy="", resolver=lambda host, port: ["127.0.0.1"])
    with pytest.raises(OutboundRefused) as caught:
        SERVICES[service](VALUES, FetchOptions()).fetch("https://www.example.com/", door)
    assert (caught.value.code, server.requests) == ("forbidden", [])

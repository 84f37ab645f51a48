"""Every way on which collection reaches the network, against everything that wishes it ill: pages and data, forms,
robots.txt, each commercial service, and the gate of the browser."""

import ipaddress
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings

from integrations import outbound
from integrations.outbound import MAX_BYTES, Outbound, OutboundRefused
from scraping.sources.base import SourceError
from scraping.sources.transports import SERVICES, FetchOptions
from scraping.tests import ways_out
from scraping.tests.ways_out import BOMB, PAGE, REBINDING, REDIRECTING, VALUES, WAYS, stopped
from tests.standins.hostile import HOSTILE, LOOPBACK, drip, plain

ALL = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(autouse=True)
def once(monkeypatch) -> None:
    ways_out.once(monkeypatch)


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
def test_a_byte_at_a_time_ends_at_the_deadline(way, serve, monkeypatch):
    """The other side would go on for ever: that the request ends at all is the deadline's doing."""
    over = threading.Event()
    server = serve(drip(b"HTTP/1.1 200 OK\r\n\r\n", over))
    ways_out.wait(monkeypatch, 0.6)
    assert stopped(way, server.url, Outbound(allow=LOOPBACK, proxy="")) == "timeout"
    over.set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_whose_name_leads_home_is_not_told_the_key(service, serve):
    server = serve(plain(b"reached"))
    door = Outbound(allow=(), proxy="", resolver=lambda host, port: ["127.0.0.1"])
    with pytest.raises(OutboundRefused) as caught:
        SERVICES[service](VALUES, FetchOptions()).fetch("https://www.example.com/", door)
    assert (caught.value.code, server.requests) == ("forbidden", [])


ALL_LOCAL = "ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo"


def in_a_network_of_its_own(*command: str) -> "subprocess.CompletedProcess[str]":
    """There every address is this machine."""
    alone = ["unshare", "--map-root-user", "--net", "sh", "-ec", f'{ALL_LOCAL}; exec "$@"', "sh"]
    return subprocess.run([*alone, *command], cwd=settings.BASE_DIR, capture_output=True, text=True)


def test_where_every_address_answers_only_public_ones_are_reached():
    """Nothing but the guard is between the ways out and what they are led to: what is dialled is reached."""
    possible = in_a_network_of_its_own("true")
    if possible.returncode:
        pytest.skip(f"No network namespace can be made here: {possible.stderr.strip()}")
    done = in_a_network_of_its_own(sys.executable, "-m", "scraping.tests.everywhere_is_here")
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    redirecting = sorted(REDIRECTING)
    every = {"hostile": [], "redirects": redirecting, "rebinding": [REBINDING], "bomb": "too_large"}
    assert seen["ways"] == dict.fromkeys(WAYS, every)
    assert seen["browser"] == [REDIRECTING[0], PAGE]  # a page that asks for all of it

"""Receivers that mean harm, against the engine as it runs: nothing is reached that must not be, the reason is kept, and
whoever sends is free again at the deadline."""

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpcore
import pytest
import trustme

from accounts.tests.factories import make_user
from integrations.choices import DeliveryState
from integrations.deliveries.sender import Sender
from integrations.models import Channel, Delivery
from integrations.tests.factories import announce, make_webhook
from tests.standins.hostile import HOSTILE, LOOPBACK, Server, plain

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 4.0  # seconds, of which a busy machine may need some for the good ones
METADATA = "http://169.254.169.254/latest/meta-data/"


def drip(connection: socket.socket, _: bytes) -> None:
    """One byte at a time, each before any timeout of a single read."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def silence(connection: socket.socket, _: bytes) -> None:
    connection.recv(1)


def flood(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def stranger() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


def says(answer: bytes):
    return lambda connection, _: connection.sendall(answer)


BOMB = plain(gzip.compress(b"\0" * 20_000_000), "Content-Encoding: gzip")
SERVERS = {  # what waits at an address of the operator's own network, which is open
    "drip": (Server(drip), "timeout"),
    "silence": (Server(silence), "timeout"),
    "flood": (Server(flood), "too_large"),
    "bomb": (Server(says(BOMB)), "too_large"),
    "metadata": (Server(says(plain(b"", f"Location: {METADATA}", status="307 Go"))), "redirect"),
    "stranger": (Server(silence, stranger()), "tls"),
    "sound": (Server(says(plain(b"thanks"))), ""),
}
ADDRESSES = {  # what Studio does not go to, whatever is open
    METADATA: "forbidden",
    "http://0.0.0.0/": "forbidden",
    "http://[::]/": "forbidden",
    "http://[::ffff:169.254.169.254]/": "forbidden",
    "http://2852039166/": "forbidden",
    "http://mixed.example/": "forbidden",
}


@pytest.fixture
def servers(settings, monkeypatch) -> Iterator[None]:
    settings.OUTBOUND_ALLOW, settings.OUTBOUND_PROXY = LOOPBACK, ""
    monkeypatch.setattr("integrations.deliveries.posting.DEADLINE", DEADLINE)
    with ExitStack() as running:
        for server, _ in SERVERS.values():
            running.enter_context(server.running())
        yield


@pytest.fixture
def dialled(monkeypatch) -> list[str]:
    """The addresses that are dialled in the end, all of which lead nowhere but to this machine."""
    dial, seen = httpcore.SyncBackend.connect_tcp, []

    def connect(self, host, port, *args, **kwargs):
        seen.append(host)
        if not host.startswith("127."):
            raise httpcore.ConnectError
        return dial(self, host, port, *args, **kwargs)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return seen


@pytest.fixture
def names(monkeypatch) -> list[str]:
    """``mixed.example`` has a good address beside a bad one, ``rebinding.example`` a bad one when it is asked again."""
    look_up, asked = socket.getaddrinfo, []

    def getaddrinfo(host, port, *args, **kwargs):
        asked.append(host)
        answers = {"mixed.example": ["8.8.8.8", "169.254.169.254"], "rebinding.example": ["8.8.8.8"]}.get(host)
        if host == "rebinding.example" and asked.count(host) > 1:
            answers = ["127.0.0.1"]
        if answers is None:
            return look_up(host, port, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port)) for answer in answers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_hostile_receivers_are_guarded_and_recorded_and_hold_up_nobody(servers, dialled, names):
    expected = {server.url: code for server, code in SERVERS.values()} | ADDRESSES
    webhooks = {url: make_webhook(make_user(), url) for url in expected}
    for webhook in webhooks.values():
        announce(webhook.owner)
    Sender().send_due()  # two of them would go on for ever: that this ends is the deadline's doing
    found = {url: Delivery.objects.get(endpoint_id=webhook.pk) for url, webhook in webhooks.items()}
    assert {url: delivery.code for url, delivery in found.items()} == expected
    assert set(dialled) == {"127.0.0.1"}
    for url, delivery in found.items():
        assert bool(delivery.message) == bool(expected[url])
        assert [attempt["code"] for attempt in delivery.log] == [expected[url]]
        can_retry = expected[url] not in ("forbidden", "")
        over = DeliveryState.FAILED if expected[url] else DeliveryState.DELIVERED
        assert delivery.state == (DeliveryState.WAITING if can_retry else over)
        assert len(delivery.log[0]["body"]) <= 2000


def test_no_hostile_address_is_dialled(dialled, settings):
    settings.OUTBOUND_ALLOW, settings.OUTBOUND_PROXY = (), ""
    owner = make_user()
    for url in HOSTILE:
        make_webhook(owner, url)
    announce(owner)
    Sender().send_due()
    found = Delivery.objects.values_list("code", flat=True)
    assert len(found) == len(HOSTILE)
    assert set(found) <= {"forbidden", "bad_url", "dns"}
    assert dialled == []


def test_a_name_that_changes_its_mind_gains_nothing(servers, dialled, names):
    webhook = make_webhook(url="http://rebinding.example/")
    announce(webhook.owner)
    Sender().send_due()
    assert (dialled, names.count("rebinding.example")) == (["8.8.8.8"], 1)
    assert Delivery.objects.get().code == "connect"


def test_channels_go_out_by_the_same_door(servers, dialled, settings):
    user = make_user()
    settings.OUTBOUND_ALLOW = ()
    for address in ("http://0.0.0.0/topic", "http://169.254.169.254/topic", f"{SERVERS['sound'][0].url}topic"):
        channel = Channel(owner=user, service="ntfy", events=["job.completed"])
        channel.seal({"address": address})
        channel.save()
    announce(user)
    Sender().send_due()
    assert sorted(Delivery.objects.values_list("code", flat=True)) == ["forbidden"] * 3
    assert dialled == []

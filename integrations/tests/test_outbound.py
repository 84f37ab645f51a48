import gzip
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from integrations import addresses
from integrations.outbound import Outbound, Response
from integrations.tests.sending import local, refused, resolver
from tests.standins.hostile import HOSTILE, LOOPBACK, drip, plain

# What comes back


def test_an_answer_arrives_with_status_headers_text_and_address(serve):
    server = serve(plain("Grüße".encode("latin-1"), "Content-Type: text/plain; charset=latin-1", "X-Page: 1"))
    answer = local().get(server.url, params={"q": "a+b"}, headers={"X-Mine": "yes"})
    assert (answer.status, answer.text, answer.headers["x-page"]) == (200, "Grüße", "1")
    assert answer.url == f"{server.url}?q=a%2Bb"
    assert b"x-mine: yes" in server.requests[0].lower()


@pytest.mark.parametrize("charset", ["bogus", "hex", "idna", "undefined"])
def test_an_encoding_that_is_none_is_passed_over(charset):
    answer = Response(200, httpx.Headers({"Content-Type": f"text/html; charset={charset}"}), "Grüße".encode(), "")
    assert answer.text == "Grüße"


def test_any_status_is_an_answer(serve):
    assert local().get(serve(plain(b"no", status="503 Busy")).url).status == 503


def test_json_is_read_from_the_body(serve):
    assert local().get(serve(plain(b'{"a": [1, "\xc3\xbc"]}')).url).json() == {"a": [1, "ü"]}


def test_a_packed_answer_is_unpacked(serve):
    body = gzip.compress(b"first") + gzip.compress(b" second")
    assert local().get(serve(plain(body, "Content-Encoding: gzip")).url).body == b"first second"


def test_a_post_carries_its_body_and_follows_no_redirect(serve):
    server = serve(plain(b"", "Location: http://127.0.0.1/", status="302 Found"))
    assert local().post(server.url, b"payload").status == 302
    assert server.requests[0].startswith(b"POST / HTTP/1.1")
    assert server.requests[0].endswith(b"payload")


def test_the_environment_has_no_say(serve, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert local().get(serve(plain(b"direct")).url).body == b"direct"


# Where it goes


@pytest.mark.parametrize("url", HOSTILE)
def test_a_private_address_is_not_dialled_however_it_is_written(url):
    dialled: list[object] = []
    outbound = Outbound(allow=(), proxy="")
    with _no_connections(dialled):
        assert refused(lambda: outbound.get(url, deadline=2)).code in ("forbidden", "dns", "bad_url")
    assert dialled == []


@contextmanager
def _no_connections(dialled: list[object]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", lambda address, *rest, **options: dialled.append(address))
        yield


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "example.com",
        "",
        "http://",
        "http:///path",
        "http://user@example.com/",
        "http://user:password@example.com/",
        "http://example.com@127.0.0.1/",
        "http://exa mple.com:port/",
        "http://[::1/",
    ],
)
def test_only_plain_web_addresses_are_fetched(url):
    assert refused(lambda: Outbound(allow=(), proxy="").get(url)).code == "bad_url"


@pytest.mark.parametrize(
    "answers", [["10.0.0.5"], ["93.184.215.14", "127.0.0.1"], ["::1"], ["2606:2800::1", "fd00::1"]]
)
def test_a_name_with_any_private_address_is_refused(answers):
    outbound = Outbound(allow=(), proxy="", resolver=resolver(answers))
    error = refused(lambda: outbound.get("http://127-0-0-1.nip.io/"))
    assert (error.code, error.can_retry) == ("forbidden", False)
    assert "127-0-0-1.nip.io" in error.message
    assert not any(address in error.message for address in answers)


def test_the_address_that_was_checked_is_the_one_dialled():
    """A rebinding name: public when asked first, private ever after."""
    dialled: list[tuple[str, int]] = []
    outbound = Outbound(allow=(), proxy="", resolver=resolver(["93.184.215.14"], ["127.0.0.1"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", lambda address, *rest, **options: _fail(dialled, address))
        assert refused(lambda: outbound.get("http://rebind.example/")).code == "connect"
    assert dialled == [("93.184.215.14", 80)]


def _fail(dialled: list[tuple[str, int]], address: tuple[str, int]) -> None:
    dialled.append(address)
    raise ConnectionRefusedError


def test_the_second_address_is_tried_when_the_first_is_dead(serve):
    server = serve(plain(b"second"))
    outbound = local(resolver=resolver(["::1", "127.0.0.1"]))
    assert outbound.get(f"http://shop.example:{server.port}/").body == b"second"
    assert f"Host: shop.example:{server.port}".lower().encode() in server.requests[0].lower()


def test_a_name_without_an_address_can_be_tried_again():
    outbound = Outbound(allow=(), proxy="", resolver=_unknown)
    error = refused(lambda: outbound.get("http://nowhere.example/"))
    assert (error.code, error.can_retry) == ("dns", True)


def _unknown(host, port):
    raise socket.gaierror("unknown")


def test_odd_ports_are_refused_outside_opened_networks():
    outbound = Outbound(allow=LOOPBACK, proxy="", resolver=resolver(["93.184.215.14"]))
    assert refused(lambda: outbound.get("http://shop.example:22/")).code == "forbidden"


def test_an_opened_network_is_reached_and_its_neighbours_are_not(serve):
    server = serve(plain(b"ours"))
    outbound = Outbound(allow=[ipaddress.ip_network("127.0.0.1/32")], proxy="")
    assert outbound.get(server.url).body == b"ours"
    assert refused(lambda: outbound.get(f"http://127.0.0.2:{server.port}/")).code == "forbidden"


@pytest.mark.parametrize(
    "address",
    """
    169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 fd00:ec2::254 fe80::a9fe:a9fe%eth0
    ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::1 ::a9fe:a9fe
    """.split(),  # noqa: SIM905  a table
)
def test_metadata_stays_closed_even_when_everything_is_opened(address):
    everything = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    outbound = Outbound(allow=everything, proxy="", resolver=resolver([address]))
    assert refused(lambda: outbound.get("http://metadata.example/")).code == "forbidden"


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "8.8.8.8", "1.1.1.1"])
def test_public_addresses_are_public(address):
    assert addresses.is_public(addresses.parse(address))


# Redirects


def test_a_redirect_is_followed_and_its_address_is_told(serve):
    end = serve(plain(b"here"))
    start = serve(plain(b"", f"Location: {end.url}page", status="301 Moved"))
    answer = local().get(start.url)
    assert (answer.body, answer.url) == (b"here", f"{end.url}page")


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://10.0.0.1/", "file:///etc/passwd", "http://[::1"])
def test_a_redirect_passes_the_same_checks(serve, target):
    server = serve(plain(b"", f"Location: {target}", status="302 Found"))
    assert refused(lambda: local().get(server.url, deadline=2)).code in ("forbidden", "bad_url")


def test_redirects_end(serve):
    server = serve(plain(b"", "Location: /again", status="302 Found"))
    assert refused(lambda: local().get(server.url)).code == "too_many_redirects"
    assert len(server.requests) == 4


def test_credentials_stay_with_their_origin(serve):
    stranger = serve(plain(b"stranger"))
    own = serve(plain(b"", f"Location: {stranger.url}", status="302 Found"))
    local().get(own.url, headers={"Authorization": "Bearer secret", "Cookie": "s=1", "X-Kept": "yes"})
    assert b"secret" in own.requests[0]
    assert b"secret" not in stranger.requests[0]
    assert b"cookie" not in stranger.requests[0].lower()
    assert b"x-kept: yes" in stranger.requests[0].lower()


# How much and how long


def test_an_answer_over_the_limit_is_cut_off(serve):
    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    error = refused(lambda: local().get(serve(endless).url, max_bytes=2**20))
    assert (error.code, error.can_retry) == ("too_large", False)
    assert "1 MiB" in error.message


def test_a_bomb_is_unpacked_no_further_than_the_limit(serve):
    bomb = gzip.compress(bytes(50 * 2**20))
    error = refused(lambda: local().get(serve(plain(bomb, "Content-Encoding: gzip")).url, max_bytes=2**20))
    assert error.code == "too_large"


def test_empty_packed_members_count_as_bytes(serve):
    body = gzip.compress(b"") * 100_000
    error = refused(lambda: local().get(serve(plain(body, "Content-Encoding: gzip")).url, max_bytes=2**20))
    assert error.code == "too_large"


@pytest.mark.parametrize(
    "cut",
    [gzip.compress(b"hello" * 100)[:-12], b"\x1f\x8bnonsense", b"plain after all", b""],
    ids=["cut short", "bad header", "not packed", "empty"],  # the packed bytes hold the time: no name for a test
)
def test_a_damaged_answer_says_so(serve, cut):
    error = refused(lambda: local().get(serve(plain(cut, "Content-Encoding: gzip")).url))
    assert (error.code, error.can_retry) == ("network", True)


def test_an_encoding_nobody_asked_for_is_refused(serve):
    assert refused(lambda: local().get(serve(plain(b"x", "Content-Encoding: br")).url)).code == "encoding"


def test_an_answer_that_breaks_off_can_be_tried_again(serve):
    error = refused(lambda: local().get(serve(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort").url))
    assert (error.code, error.can_retry) == ("network", True)


def test_a_server_that_speaks_no_http_is_a_broken_connection(serve):
    assert refused(lambda: local().get(serve(b"220 mail.example ESMTP\r\n").url)).code == "network"


def test_nobody_listening_is_told_apart(serve):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = refused(lambda: local().get(f"http://127.0.0.1:{port}/"))
    assert (error.code, error.can_retry) == ("connect", True)


# The other side of these would go on for ever: that the request ends at all is the deadline's doing.


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: "], ids=["body", "headers"])
def test_a_byte_at_a_time_ends_at_the_deadline(serve, head):
    over = threading.Event()
    error = refused(lambda: local().get(serve(drip(head, over)).url, deadline=0.4))
    over.set()
    assert (error.code, error.can_retry) == ("timeout", True)


def test_a_silent_handshake_ends_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert refused(lambda: local().get(f"https://127.0.0.1:{port}/", deadline=0.4)).code == "timeout"


def test_a_slow_name_server_ends_at_the_deadline():
    over = threading.Event()
    outbound = local(resolver=lambda host, port: [str(over.wait())])
    assert refused(lambda: outbound.get("http://slow.example/", deadline=0.3)).code == "timeout"
    over.set()


def test_redirects_share_one_deadline(serve):
    pause = threading.Event()

    def late(connection: socket.socket, _: bytes) -> None:
        pause.wait(0.15)
        connection.sendall(plain(b"", "Location: /next", status="302 Found"))

    server = serve(late)
    assert refused(lambda: local().get(server.url, deadline=0.35, redirects=20)).code == "timeout"
    assert len(server.requests) <= 3

import base64
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
import trustme

from integrations.outbound import Outbound
from integrations.tests.sending import local, refused, resolver
from tests.standins.hostile import LOOPBACK, Server, plain


@pytest.fixture
def authority(tmp_path, settings) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    settings.OUTBOUND_CA_FILE = str(tmp_path / "ca.pem")
    return authority


def certificate(authority: trustme.CA, name: str, seen: list[str | None] | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if seen is not None:
        context.sni_callback = lambda _, server_name, __: seen.append(server_name)
    return context


def test_the_name_is_verified_though_the_address_is_dialled(serve, authority):
    seen: list[str | None] = []
    server = serve(plain(b"private"), tls=certificate(authority, "shop.example", seen))
    outbound = local(resolver=resolver(["127.0.0.1"]))
    assert outbound.get(f"https://shop.example:{server.port}/").body == b"private"
    assert seen == ["shop.example"]


def test_a_certificate_of_another_name_is_refused(serve, authority):
    server = serve(plain(b"private"), tls=certificate(authority, "other.example"))
    outbound = local(resolver=resolver(["127.0.0.1"]))
    error = refused(lambda: outbound.get(f"https://shop.example:{server.port}/"))
    assert (error.code, error.can_retry) == ("tls", False)


def test_a_certificate_of_an_unknown_authority_is_refused(serve, authority):
    server = serve(plain(b"private"), tls=certificate(trustme.CA(), "shop.example"))
    outbound = local(resolver=resolver(["127.0.0.1"]))
    assert refused(lambda: outbound.get(f"https://shop.example:{server.port}/")).code == "tls"


def tunnel(target: Server) -> Callable[[socket.socket, bytes], None]:
    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection(("127.0.0.1", target.port)) as onward:
            threading.Thread(target=_pipe, args=(connection, onward), daemon=True).start()
            _pipe(onward, connection)

    return answer


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)


def test_a_proxy_gets_the_name_and_the_traffic_stays_encrypted(serve, authority):
    server = serve(plain(b"through"), tls=certificate(authority, "shop.example"))
    proxy = serve(tunnel(server))
    outbound = Outbound(allow=(), proxy=f"http://me:pass@127.0.0.1:{proxy.port}", resolver=_only_numbers)
    assert outbound.get("https://shop.example/secret-path").body == b"through"
    assert proxy.requests[0].startswith(b"CONNECT shop.example:443 HTTP/1.1")
    assert base64.b64encode(b"me:pass") in proxy.requests[0]
    assert b"secret-path" not in proxy.requests[0]


def _only_numbers(host: str, port: int) -> list[str]:
    """A resolver of a network where only the proxy knows names."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        raise socket.gaierror from None


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/",
        "https://127.0.0.1/",
        "https://intranet/",
        "https://metadata.google.internal/",
        "https://printer.LOCAL./",
        "https://shop.example:22/",
    ],
)
def test_a_proxy_is_not_asked_for_private_places(serve, url):
    proxy = serve(plain(b"reached"))
    outbound = Outbound(allow=(), proxy=f"http://127.0.0.1:{proxy.port}", resolver=_only_numbers)
    assert refused(lambda: outbound.get(url)).code in ("forbidden", "dns")
    assert proxy.requests == []


def test_a_name_that_resolves_to_a_private_address_is_not_given_to_the_proxy(serve):
    proxy = serve(plain(b"reached"))
    outbound = Outbound(allow=(), proxy=f"http://127.0.0.1:{proxy.port}", resolver=resolver(["10.0.0.1"]))
    assert refused(lambda: outbound.get("https://shop.example/")).code == "forbidden"
    assert proxy.requests == []


def test_a_name_server_that_stays_silent_does_not_keep_the_proxy_waiting(serve, authority, monkeypatch):
    monkeypatch.setattr("integrations.outbound.PROXY_NAME_TIMEOUT", 0.05)
    over = threading.Event()
    server = serve(plain(b"through"), tls=certificate(authority, "shop.example"))
    proxy = serve(tunnel(server))

    def slow(host: str, port: int) -> list[str]:
        return _only_numbers(host, port) if host[0].isdigit() else [str(over.wait())]

    outbound = Outbound(allow=(), proxy=f"http://127.0.0.1:{proxy.port}", resolver=slow)
    assert outbound.get("https://shop.example/", deadline=60).body == b"through"
    over.set()


def test_a_proxy_that_refuses_is_named_as_the_culprit(serve):
    proxy = serve(plain(b"", status="403 Forbidden"))
    outbound = Outbound(allow=(), proxy=f"http://127.0.0.1:{proxy.port}", resolver=_only_numbers)
    error = refused(lambda: outbound.get("https://shop.example/"))
    assert (error.code, error.can_retry) == ("proxy", True)


def test_settings_are_the_default(settings, serve):
    server = serve(plain(b"allowed"))
    settings.OUTBOUND_ALLOW, settings.OUTBOUND_PROXY, settings.USER_AGENT = LOOPBACK, "", "Studio/9"
    assert Outbound().get(server.url).body == b"allowed"
    assert b"user-agent: studio/9" in server.requests[0].lower()

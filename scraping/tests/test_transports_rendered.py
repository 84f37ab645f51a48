"""Pages as a real Chromium shows them, from servers of this machine."""

import ipaddress
import logging
import socket
from collections.abc import Callable

import pytest

from integrations.outbound import Outbound, OutboundRefused, Response
from scraping.sources.transports import rendered
from scraping.sources.transports.rendered import Rendered
from tests.browser.chromium import find_chromium
from tests.standins.hostile import plain
from tests.standins.trustpilot import DOMAIN
from tests.standins.visits import no_names

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
OPEN = (ipaddress.ip_network("127.0.0.1/32"),)  # of this machine; its neighbours are as good as a private network
HTML = "Content-Type: text/html; charset=utf-8"
# What a script waits for holds up the clock of the browser only if it is a request: so the page asks for another one
# until its socket has been refused.
CURIOUS = """<html><body><p id="said">It says</p><img src="/image.png"><script>
const tell = words => document.getElementById("said").append(` ${words}`);
fetch("/data").then(answer => answer.text()).then(tell);
fetch("http://169.254.169.254/latest/", {mode: "no-cors"});
fetch("http://127.0.0.2:PORT/", {mode: "no-cors"});
let isRefused = false;
new WebSocket("ws://127.0.0.2:PORT/").onerror = () => { isRefused = true; tell("socket refused"); };
const wait = () => isRefused || fetch("/data").then(wait);
wait();
const peer = new RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.2:PORT"}]});
peer.createDataChannel("x");
peer.createOffer().then(offer => peer.setLocalDescription(offer));
</script></body></html>"""
ENDLESS = b"<html><body><script>while (true) {}</script></body></html>"
GROWING = b"<html><body><script>document.body.title = 'x'.repeat(6 * 1024 * 1024)</script></body></html>"


@pytest.fixture
def fetch(settings) -> Callable[[str], Response]:
    settings.USER_AGENT = "Studio/9"

    def page(url: str) -> Response:
        answer = Rendered(find_chromium()).fetch(url, Outbound(allow=OPEN, proxy="")).answer
        assert isinstance(answer, Response)
        return answer

    return page


def at_the_root(page: bytes) -> Callable[[socket.socket, bytes], None]:
    """The page at ``/``, and a word elsewhere."""

    def answer(connection: socket.socket, request: bytes) -> None:
        is_page = request.startswith(b"GET / ")
        connection.sendall(plain(page if is_page else b"ours", HTML if is_page else "Content-Type: text/plain"))

    return answer


def test_scripts_are_run_and_reach_nothing_that_the_guard_refuses(fetch, serve, caplog):
    caplog.set_level(logging.INFO)
    with socket.create_server(("127.0.0.2", 0)) as neighbour, socket.socket(type=socket.SOCK_DGRAM) as stun:
        port = neighbour.getsockname()[1]
        stun.bind(("127.0.0.2", port))
        server = serve(at_the_root(CURIOUS.replace("PORT", str(port)).encode()))
        page = fetch(server.url)
        neighbour.settimeout(0.1)
        stun.settimeout(0.1)
        with pytest.raises(TimeoutError):
            neighbour.accept()
        with pytest.raises(TimeoutError):
            stun.recv(1)
    assert (page.status, page.url) == (200, server.url)
    said = page.text.partition('id="said">')[2].partition("</p>")[0]
    assert [words for words in ("ours", "socket refused") if words not in said] == []
    refused = ["169.254.169.254 refused: forbidden", "127.0.0.2 refused: forbidden"]
    assert [words for words in refused if words not in caplog.text] == []
    asked = {request.split(b" ")[1] for request in server.requests}
    assert asked == {b"/", b"/data"}  # and no image
    assert all(b"user-agent: studio/9" in request.lower() for request in server.requests)


def test_the_sites_status_and_last_address_are_known(fetch, serve):
    server = serve(lambda connection, request: connection.sendall(moved_once(request)))
    page = fetch(f"{server.url}old")
    assert (page.status, page.url) == (404, f"{server.url}new")
    assert "Gone for good" in page.text


def moved_once(request: bytes) -> bytes:
    if request.startswith(b"GET /old "):
        return plain(b"", "Location: /new", status="302 Found")
    return plain(b"<html><body>Gone for good</body></html>", HTML, status="404 Not Found")


def test_what_is_no_page_comes_as_it_is(fetch, serve):
    server = serve(plain(b'{"a": 1}', "Content-Type: application/json"))
    assert fetch(server.url).json() == {"a": 1}


@pytest.mark.parametrize("url", ["http://127.0.0.2:8080/", "file:///etc/passwd", "--help"])
def test_a_page_that_may_not_be_asked_for_says_why(fetch, url):
    with pytest.raises(OutboundRefused) as caught:
        fetch(url)
    assert caught.value.code in ("forbidden", "bad_url")


@pytest.mark.parametrize(
    ("page", "code", "deadline"), [(ENDLESS, "timeout", 3.0), (GROWING, "too_large", 120.0)], ids=["time", "size"]
)
def test_a_page_without_end_ends(fetch, serve, monkeypatch, page, code, deadline):
    """The page would keep the browser busy for ever: that this ends at all is the limit's doing."""
    monkeypatch.setattr(rendered, "DEADLINE", deadline)
    server = serve(at_the_root(page))
    with pytest.raises(OutboundRefused) as caught:
        fetch(server.url)
    assert caught.value.code == code


def test_a_page_over_tls_is_read_by_its_source_like_any_other(standins):
    """Through the proxy of the installation, with the site's certificate verified, and told apart by its name."""
    answer = Rendered(find_chromium()).fetch(f"https://www.trustpilot.com/review/{DOMAIN}", Outbound(resolver=no_names))
    assert isinstance(answer.answer, Response)
    assert (answer.answer.status, answer.answer.url) == (200, f"https://www.trustpilot.com/review/{DOMAIN}")
    assert "__NEXT_DATA__" in answer.answer.text
    assert {seen.host for seen in standins.requests} == {"www.trustpilot.com"}

"""The only way out for a browser: a proxy on this machine that asks for everything through the guard.

It ends the browser's TLS with a certificate made for this process, which the browser is told to accept by its key, and
sends each request on as ``Outbound``: the address is checked and dialled once, the site's certificate is verified, and
an answer ends at its size, unpacked, and at its time. Passing bytes on would be simpler, and nobody could say how large
they unpack. Redirects go back to the browser, whose next request passes the same way. Sockets, and what is looked at or
listened to instead of read, are refused.
"""

import base64
import functools
import hashlib
import ssl
import tempfile
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.dialling import Deadline
from integrations.outbound import MAX_BYTES, Outbound, OutboundRefused, Response

PER_ANSWER = 10.0  # seconds for what is not the page itself
ALTOGETHER = 4 * MAX_BYTES  # of all answers that make a page
LONGEST_FORM = 2**20
UNREAD = frozenset({"audio", "embed", "font", "image", "object", "track", "video", "websocket"})
OF_A_CONNECTION = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
OUR_OWN = OF_A_CONNECTION | {"accept-encoding", "host", "te", "upgrade"}
NOT_PASSED_ON = OF_A_CONNECTION | {"alt-svc", "content-encoding"}


class Gate:
    """Open for one page. ``page`` is the latest answer to the browser's own address bar, ``refused`` why there is
    none."""

    def __init__(self, outbound: Outbound, until: Deadline) -> None:
        self.outbound, self.until = outbound, until
        self.page: Response | None = None
        self.refused: OutboundRefused | None = None
        self.left = ALTOGETHER
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), functools.partial(_Handler, self))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Gate":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def ask(self, method: str, url: str, headers: dict[str, str], content: bytes, *, is_page: bool) -> Response:
        """Raises OutboundRefused, and TimeoutException when there is no time left."""
        left = self.until.left()
        try:
            answer = self.outbound.request(
                method,
                url,
                headers=headers,
                content=content,
                redirects=0,
                deadline=left if is_page else min(left, PER_ANSWER),
                max_bytes=max(0, min(MAX_BYTES, self.left)),
            )
        except OutboundRefused as refused:
            self.refused = refused if is_page else self.refused
            raise
        with self._lock:
            self.left -= len(answer.body)
        if is_page:
            self.page, self.refused = answer, None
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no event."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60.0

    def __init__(self, gate: Gate, *args: Any) -> None:
        self.gate, self.origin = gate, ""
        super().__init__(*args)

    def do_CONNECT(self) -> None:
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self.connection = certificate()[0].wrap_socket(self.connection, server_side=True)
        self.setup_streams()
        self.origin, self.close_connection = f"https://{self.path}", False

    def setup_streams(self) -> None:
        self.rfile = self.connection.makefile("rb", self.rbufsize)
        self.wfile = self.connection.makefile("wb", 0)

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if not self._is_wanted() or size > LONGEST_FORM:
            self._say(403, {}, b"")
            return
        is_page = self._destination == "document" or (self._is_silent and "Upgrade-Insecure-Requests" in self.headers)
        headers = {name: value for name, value in self.headers.items() if self._is_sent(name.lower())}
        try:
            url = f"{self.origin}{self.path}"
            answer = self.gate.ask(self.command, url, headers, self.rfile.read(size), is_page=is_page)
        except (OutboundRefused, httpcore.TimeoutException):
            self._say(502, {}, b"")
            return
        told = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in NOT_PASSED_ON]
        self._say(answer.status, told, answer.body)

    do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """The log of the worker names hosts, never the addresses of pages."""

    @property
    def _destination(self) -> str:
        return str(self.headers.get("Sec-Fetch-Dest", ""))

    @property
    def _is_silent(self) -> bool:
        """Without TLS a browser does not say what it asks for."""
        return not self.origin and not self._destination

    def _is_wanted(self) -> bool:
        """Whether it is the page, or something the page asks for that can be read. What a browser asks its maker comes
        from no page."""
        if "Upgrade" in self.headers or self._destination in UNREAD:
            return False
        is_from_a_page = self.headers.get("Sec-Fetch-Site", "none") != "none"
        return self._is_silent or self._destination == "document" or is_from_a_page

    def _is_sent(self, name: str) -> bool:
        return name not in OUR_OWN and not name.startswith("proxy-")

    def _say(self, status: int, headers: Any, body: bytes) -> None:
        with suppress(OSError):
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)


@functools.cache
def certificate() -> tuple[ssl.SSLContext, str]:
    """What the gate shows to the browser, and the fingerprint of its key, by which the browser knows it. Both last as
    long as the process."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sentimatrix Studio")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gate.pem"
        file.touch(0o600)
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*plain))
        context.load_cert_chain(file)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return context, base64.b64encode(hashlib.sha256(public).digest()).decode()

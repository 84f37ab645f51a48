"""The one door to the network. Everything Studio fetches or sends on a user's behalf goes through ``Outbound``.

A name is resolved once, every address it has must be public, and the address is what gets dialled, so that a name
that changes its mind between check and use (DNS rebinding) gains nothing. TLS still verifies the name. Redirects pass
the same checks again. An answer is bounded in bytes, raw and unpacked, and in seconds from first to last byte.
"""

import functools
import json
import logging
import socket
import ssl
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore
import httpx
from django.conf import settings

from integrations import addresses
from integrations.dialling import Backend, BadCertificate, Deadline

logger = logging.getLogger(__name__)

PORTS = frozenset({80, 443, 8080, 8443})
MAX_BYTES = 5 * 2**20
DEADLINE = 30.0
PROXY_NAME_TIMEOUT = 2.0  # for a look at a name which the proxy resolves anyway
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LOCAL_DOMAINS = frozenset({"arpa", "corp", "home", "internal", "intranet", "lan", "local", "localhost", "private"})

Resolver = Callable[[str, int], Sequence[str]]


class OutboundRefused(Exception):  # noqa: N818  not always an error: often the rules at work
    """Nothing usable came back: refused by our rules, unreachable, too slow or too large.

    ``message`` names the host and never the address behind it, the path or the query, so it is safe to show and to
    store. Codes: ``bad_url, forbidden, dns, connect, tls, proxy, network, timeout, too_large, too_many_redirects,
    encoding``.
    """

    def __init__(self, code: str, message: str, *, can_retry: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.can_retry = code, message, can_retry


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status. ``url`` is where it came from after redirects; ``body`` is unpacked."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: str

    @property
    def text(self) -> str:
        """In the encoding the answer names, if there is such a one."""
        try:
            return self.body.decode(httpx.Response(200, headers=self.headers).charset_encoding or "utf-8", "replace")
        except (LookupError, UnicodeError):
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Raises ValueError when the body is not JSON."""
        return json.loads(self.body)


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, in the system's order. Raises OSError."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


class Outbound:
    """A guarded HTTP client. One instance serves one thread; it keeps nothing between requests.

    ``allow`` opens networks which are not public (default: the setting OUTBOUND_ALLOW), ``proxy`` is the operator's
    CONNECT proxy (default: OUTBOUND_PROXY). Behind a proxy the name is still checked here, but it is the proxy that
    resolves it in the end: a proxy for Studio must not be able to reach private networks itself.
    """

    def __init__(
        self,
        *,
        allow: Iterable[addresses.Network] | None = None,
        proxy: str | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self.allow = tuple(settings.OUTBOUND_ALLOW if allow is None else allow)
        self.proxy = settings.OUTBOUND_PROXY if proxy is None else proxy
        self.resolver = resolver

    def get(self, url: str, **options: Any) -> Response:
        """``request("GET", …)``."""
        return self.request("GET", url, **options)

    def post(self, url: str, content: bytes, **options: Any) -> Response:
        """``request("POST", …)``, which follows no redirect: the answer may be one."""
        return self.request("POST", url, content=content, redirects=0, **options)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes = b"",
        max_bytes: int = MAX_BYTES,
        deadline: float = DEADLINE,
        redirects: int = 3,
    ) -> Response:
        """Send, follow up to ``redirects`` hops, read ``max_bytes`` within ``deadline`` seconds. With 0 redirects the
        redirect itself is the answer. Raises OutboundRefused; any HTTP status is an answer, not an error."""
        until = Deadline(deadline)
        target = parse(url)
        target = target.copy_merge_params(params) if params else target
        sent = httpx.Headers({"User-Agent": settings.USER_AGENT, **(headers or {}), "Accept-Encoding": "gzip"})
        for hop in range(redirects + 1):
            response = self._send(method, target, sent, content, max_bytes, until)
            location = response.headers.get("location")
            if response.status not in REDIRECTS or not location or not redirects:
                return response
            if hop == redirects:
                break
            target, sent = _follow(target, location, sent)
        raise OutboundRefused("too_many_redirects", f"{target.host} redirects more than {redirects} times.")

    def _send(
        self, method: str, url: httpx.URL, headers: httpx.Headers, content: bytes, max_bytes: int, until: Deadline
    ) -> Response:
        try:
            with (
                closing(self._pool(url, until)) as pool,
                pool.stream(method, str(url), headers=headers.raw, content=content or None) as answer,
            ):
                received = httpx.Headers(answer.headers)
                body = _read(answer.iter_stream(), received, max_bytes, url.host)
                return Response(answer.status, received, body, str(url))
        except OutboundRefused as refused:
            logger.info("Outbound request to %s refused: %s", url.host, refused.code)
            raise
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
            raise _refusal(error, url.host) from error

    def _pool(self, url: httpx.URL, until: Deadline) -> httpcore.ConnectionPool:
        """A pool of one connection: no connection outlives the check of its name."""
        context = _tls(settings.OUTBOUND_CA_FILE)
        if not self.proxy:
            return httpcore.ConnectionPool(ssl_context=context, network_backend=Backend(until, self._addresses))
        self._check_for_proxy(url, until)
        proxy = urlsplit(self.proxy)
        return httpcore.HTTPProxy(
            f"{proxy.scheme}://{proxy.hostname}:{proxy.port or 80}",
            proxy_auth=(proxy.username, proxy.password or "") if proxy.username else None,
            ssl_context=context,
            proxy_ssl_context=context if proxy.scheme == "https" else None,
            network_backend=Backend(until, self._resolve),
        )

    def _addresses(self, host: str, port: int, until: Deadline) -> Sequence[str]:
        """The addresses to dial, all of them permitted."""
        found = self._resolve(host, port, until)
        parsed = [addresses.parse(text) for text in found]
        opened = [addresses.is_opened(address, self.allow) for address in parsed]
        if not all(addresses.is_public(address) or is_open for address, is_open in zip(parsed, opened, strict=True)):
            raise OutboundRefused("forbidden", f"{host} is not on the public internet: Studio does not go there.")
        if port not in PORTS and not all(opened):
            raise OutboundRefused("forbidden", f"Port {port} of {host} is not one that websites use.")
        return found

    def _resolve(self, host: str, port: int, until: Deadline) -> Sequence[str]:
        try:
            found = until.bound(functools.partial(self.resolver, host, port))
        except (OSError, UnicodeError) as error:
            raise OutboundRefused("dns", f"There is no address for {host}.", can_retry=True) from error
        if not found:
            raise OutboundRefused("dns", f"There is no address for {host}.", can_retry=True)
        return found

    def _check_for_proxy(self, url: httpx.URL, until: Deadline) -> None:
        host, port = url.raw_host.decode(), url.port or _default_port(url)
        try:
            self._addresses(host, port, Deadline(min(PROXY_NAME_TIMEOUT, until.left())))
        except (OutboundRefused, httpcore.TimeoutException) as refused:
            # Behind a proxy it is common that only the proxy can resolve public names: those go on, local ones do not.
            if getattr(refused, "code", "dns") != "dns" or _is_local_name(host):
                raise
            if port not in PORTS:
                raise OutboundRefused("forbidden", f"Port {port} of {host} is not one that websites use.") from None


def parse(url: str) -> httpx.URL:
    """An address as it may be fetched, as far as that can be told without asking anybody. Raises OutboundRefused."""
    try:
        parsed = httpx.URL(url)
        parsed.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise OutboundRefused("bad_url", "That is not a web address.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise OutboundRefused("bad_url", "Only http:// and https:// addresses can be fetched.")
    if parsed.userinfo:
        raise OutboundRefused("bad_url", "Addresses with a name or password in them are refused.")
    return parsed


def _follow(url: httpx.URL, location: str, headers: httpx.Headers) -> tuple[httpx.URL, httpx.Headers]:
    """Where a redirect leads, and the headers for there: credentials stay with the origin they were meant for."""
    try:
        following = parse(str(url.join(location)))
    except httpx.InvalidURL as error:
        raise OutboundRefused("bad_url", f"{url.host} redirects to something that is not a web address.") from error
    if (following.scheme, following.netloc) == (url.scheme, url.netloc):
        return following, headers
    kept = {name: value for name, value in headers.items() if name not in ("authorization", "cookie")}
    return following, httpx.Headers(kept)


def _is_local_name(host: str) -> bool:
    labels = host.rstrip(".").lower().split(".")
    return len(labels) == 1 or labels[-1] in LOCAL_DOMAINS


def _default_port(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


def _read(chunks: Iterable[bytes], headers: httpx.Headers, max_bytes: int, host: str) -> bytes:
    """The unpacked body. Stops at the first byte over the limit, whether it came packed or not."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise OutboundRefused("encoding", f"{host} answers in an encoding that was not asked for.")
    unpack = _Gunzip(host) if "gzip" in encoding else None
    body, raw = bytearray(), 0
    for chunk in chunks:
        raw += len(chunk)
        body += unpack.feed(chunk, max_bytes + 1 - len(body)) if unpack else chunk
        if max(raw, len(body)) > max_bytes:
            raise OutboundRefused("too_large", f"The answer of {host} is larger than {max_bytes / 2**20:g} MiB.")
    if unpack:
        unpack.check_end()
    return bytes(body)


class _Gunzip:
    """Unpacks no further than it is asked to, so a bomb costs no more than its limit."""

    def __init__(self, host: str) -> None:
        self.host, self.member = host, zlib.decompressobj(31)

    def feed(self, data: bytes, limit: int) -> bytes:
        out = bytearray()
        while data and len(out) < limit:
            if self.member.eof:
                self.member = zlib.decompressobj(31)
            try:
                out += self.member.decompress(data, limit - len(out))
            except zlib.error as error:
                raise self._broken() from error
            data = self.member.unconsumed_tail or self.member.unused_data
        return bytes(out)

    def check_end(self) -> None:
        if not self.member.eof:
            raise self._broken()

    def _broken(self) -> OutboundRefused:
        return OutboundRefused("network", f"The answer of {self.host} is damaged.", can_retry=True)


def _refusal(error: Exception, host: str) -> OutboundRefused:
    if isinstance(error, httpcore.TimeoutException):
        return OutboundRefused("timeout", f"{host} did not answer in time.", can_retry=True)
    if isinstance(error, BadCertificate):
        return OutboundRefused("tls", f"The certificate of {host} is not valid.")
    if isinstance(error, httpcore.ProxyError):
        return OutboundRefused("proxy", f"The proxy of this installation did not connect to {host}.", can_retry=True)
    if isinstance(error, httpcore.ConnectError):
        return OutboundRefused("connect", f"{host} could not be reached.", can_retry=True)
    return OutboundRefused("network", f"The connection to {host} broke off.", can_retry=True)


@functools.lru_cache(maxsize=4)
def _tls(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(ca_file)
    return context

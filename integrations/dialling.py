"""How a connection is made: to addresses already checked, and within one deadline for everything."""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Queue
from typing import Any, TypeVar

import httpcore

CONNECT_TIMEOUT = 10.0
Answer = TypeVar("Answer")


class BadCertificate(httpcore.ConnectError):
    """The other side is not who it says it is."""


class Deadline:
    """One amount of time for everything a request does."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = time.monotonic() + seconds

    def left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def bound(self, work: Callable[[], Answer]) -> Answer:
        """Do what cannot be given a timeout, like asking the system for an address, without outliving the deadline."""
        done: Queue[Answer | Exception] = Queue()

        def report() -> None:
            try:
                done.put(work())
            except (OSError, UnicodeError) as error:
                done.put(error)

        threading.Thread(target=report, daemon=True).start()
        try:
            outcome = done.get(timeout=self.left())
        except Empty:
            raise httpcore.ConnectTimeout from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class _Stream(httpcore.NetworkStream):
    """Limits each wait to what is left of the whole: a timeout per read never ends one byte a second."""

    def __init__(self, stream: httpcore.NetworkStream, until: Deadline) -> None:
        self.stream, self.until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.until.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.until.left())

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            return _Stream(self.stream.start_tls(ssl_context, server_hostname, self.until.left()), self.until)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise BadCertificate from error
            raise

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Dials what ``find`` answers, and only that."""

    def __init__(self, until: Deadline, find: Callable[[str, int, Deadline], Sequence[str]]) -> None:
        self.until, self.find, self.dial = until, find, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError()
        for address in self.find(host, port, self.until):
            try:
                wait = min(CONNECT_TIMEOUT, self.until.left())
                return _Stream(self.dial.connect_tcp(address, port, wait, None, socket_options), self.until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("Studio does not open sockets of its own machine.")

"""How often a host is asked: once for all workers, on the clock of the server they share.

Each host has a bucket of tokens in Valkey, and a time before which nobody asks it again because it said so (429,
``Retry-After``). Without Valkey each process keeps its own buckets: slower than none, and never a reason to stop.
"""

import functools
import logging
import threading
import time

from sentimatrix_studio import buckets
from sentimatrix_studio.buckets import Bucket, BucketError

logger = logging.getLogger(__name__)

PREFIX = "studio:pace:"


class Pace:
    """The pace of one host: ``per_second`` requests on average, ``burst`` of them at once after a pause."""

    def __init__(self, host: str, per_second: float = 1.0, burst: int = 2) -> None:
        self.host, self.per_second, self.burst = host.lower(), per_second, burst

    @property
    def key(self) -> str:
        return PREFIX + self.host

    def take(self) -> float:
        """Ask to send one request: 0.0 when it may go now, else after how many seconds to ask again."""
        try:
            (level,) = buckets.take([Bucket(self.key, self.per_second, 1, self.burst)])
        except BucketError as error:
            self._warn(error)
            return _own_bucket(self.host).take(self.per_second, self.burst)
        return level.wait

    def hold(self, seconds: float, *, exactly: bool = False) -> None:
        """Nobody asks this host for so long. A longer hold stays, unless ``exactly``."""
        _own_bucket(self.host).hold(seconds, exactly=exactly)
        try:
            buckets.hold(self.key, seconds, exactly=exactly)
        except BucketError as error:
            self._warn(error)

    def _warn(self, error: BucketError) -> None:
        logger.warning("Valkey does not answer (%s): %s is paced by this process alone.", error, self.host)


class _OwnBucket:
    """The same rules on this process's clock."""

    def __init__(self) -> None:
        self.tokens: float | None = None
        self.at = self.not_before = time.monotonic()
        self.lock = threading.Lock()

    def take(self, per_second: float, burst: int) -> float:
        with self.lock:
            now = time.monotonic()
            if self.not_before > now:
                return self.not_before - now
            tokens = burst if self.tokens is None else min(burst, self.tokens + (now - self.at) * per_second)
            is_free = tokens >= 1
            self.tokens, self.at = tokens - is_free, now
            return 0.0 if is_free else (1 - tokens) / per_second

    def hold(self, seconds: float, *, exactly: bool = False) -> None:
        with self.lock:
            until = time.monotonic() + seconds
            self.not_before = until if exactly else max(self.not_before, until)


@functools.lru_cache(maxsize=1024)
def _own_bucket(host: str) -> _OwnBucket:
    return _OwnBucket()

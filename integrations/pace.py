"""How often a host is asked: once for all workers, on the clock of the server they share.

Each host has a bucket of tokens in Valkey, and a time before which nobody asks it again because it said so (429,
``Retry-After``). Without Valkey each process keeps its own buckets: slower than none, and never a reason to stop.
"""

import functools
import logging
import threading
import time
from typing import Any

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

PREFIX = "studio:pace:"
TIMEOUT = 2.0  # seconds to wait for Valkey itself

# What is in the bucket (k), when that was (t), and until when nobody asks (nb), in milliseconds of the server.
_NOW = "local time = redis.call('TIME'); local now = time[1] * 1000 + math.floor(time[2] / 1000) "
_TAKE = (
    _NOW
    + """
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'k', 't', 'nb')
local held = tonumber(kept[3] or 0) - now
if held > 0 then return math.ceil(held) end
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + (now - (tonumber(kept[2]) or now)) * rate / 1000)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = math.ceil((1 - tokens) / rate * 1000) end
redis.call('HSET', KEYS[1], 'k', tokens, 't', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return wait
"""
)
_HOLD = (
    _NOW
    + """
local until_then = math.max(now + tonumber(ARGV[1]), tonumber(redis.call('HGET', KEYS[1], 'nb') or 0))
redis.call('HSET', KEYS[1], 'nb', until_then)
redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), until_then - now + 1000))
return until_then
"""
)


class Pace:
    """The pace of one host: ``per_second`` requests on average, ``burst`` of them at once after a pause."""

    def __init__(self, host: str, per_second: float = 1.0, burst: int = 2) -> None:
        self.host, self.per_second, self.burst = host.lower(), per_second, burst

    def take(self) -> float:
        """Ask to send one request: 0.0 when it may go now, else after how many seconds to ask again."""
        wait = self._run(_TAKE, self.per_second, self.burst)
        return wait / 1000 if wait is not None else _own_bucket(self.host).take(self.per_second, self.burst)

    def hold(self, seconds: float) -> None:
        """Nobody asks this host for so long. A longer hold stays."""
        _own_bucket(self.host).hold(seconds)
        self._run(_HOLD, seconds * 1000)

    def _run(self, script: str, *args: float) -> float | None:
        """What the script answers; None when Valkey does not."""
        try:
            answer: Any = _script(settings.REDIS_URL, script)(keys=[PREFIX + self.host], args=list(args))
        except redis.RedisError as error:
            logger.warning("Valkey does not answer (%s): %s is paced by this process alone.", error, self.host)
            return None
        return float(answer)


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

    def hold(self, seconds: float) -> None:
        with self.lock:
            self.not_before = max(self.not_before, time.monotonic() + seconds)


@functools.lru_cache(maxsize=1024)
def _own_bucket(host: str) -> _OwnBucket:
    return _OwnBucket()


@functools.lru_cache(maxsize=8)
def _script(url: str, script: str) -> Any:
    client = redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
    return client.register_script(script)

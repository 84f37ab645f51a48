"""Token buckets in Valkey: how often something may be done, counted once for all processes on the server's own clock.

A bucket holds up to ``burst`` tokens and is refilled evenly, ``amount`` tokens in ``period`` seconds. Used for the
requests we answer (``limits``) and for those we send (``integrations.pace``). Knows no app.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 2.0  # seconds to wait for Valkey itself

# Times are microseconds of the server. A level counts tokens in ``period`` parts each, so that for whole numbers every
# step is exact: in one microsecond ``amount`` parts flow in. Takes one token from each bucket, or none from any.
_TAKE = """
local time = redis.call('TIME')
local now, levels, waits, wait = time[1] * 1000000 + time[2], {}, {}, 0
for i, key in ipairs(KEYS) do
  local amount, period, burst = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local kept = redis.call('HMGET', key, 'level', 'at', 'not_before')
  local full = burst * period
  local level = math.min(full, (tonumber(kept[1]) or full) + math.max(0, now - (tonumber(kept[2]) or now)) * amount)
  local held = math.max(0, (tonumber(kept[3]) or 0) - now)
  waits[i] = math.max(held, math.ceil((period - level) / amount))
  levels[i], wait = level, math.max(wait, waits[i])
end
local answer = {}
for i, key in ipairs(KEYS) do
  local amount, period, burst = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  if wait <= 0 then levels[i] = levels[i] - period end
  local reset = math.ceil((burst * period - levels[i]) / amount)
  redis.call('HSET', key, 'level', levels[i], 'at', now)
  redis.call('PEXPIRE', key, math.ceil(math.max(reset, waits[i]) / 1000) + 1000)
  answer[3 * i - 2], answer[3 * i - 1], answer[3 * i] = waits[i], math.floor(levels[i] / period), reset
end
return answer
"""
_HOLD = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local held = now + tonumber(ARGV[1])
if ARGV[2] == '0' then held = math.max(held, tonumber(redis.call('HGET', KEYS[1], 'not_before') or 0)) end
redis.call('HSET', KEYS[1], 'not_before', held)
redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), math.ceil((held - now) / 1000) + 1000))
"""
_SECOND = 1_000_000  # microseconds


class BucketError(Exception):
    """Valkey does not answer; trying again later helps."""


@dataclass(frozen=True, slots=True)
class Bucket:
    key: str
    amount: float
    period: float  # seconds
    burst: int


@dataclass(frozen=True, slots=True)
class Level:
    """A bucket after it has been asked for a token."""

    wait: float  # seconds until it has one; 0.0 when it had
    remaining: int
    reset: float  # seconds until it is full


def take(buckets: Sequence[Bucket]) -> list[Level]:
    """Ask each bucket for a token, in one round trip: all give one, or none does because some ``wait`` is not 0.0.

    Raises BucketError.
    """
    numbers = [number for one in buckets for number in (one.amount, round(one.period * _SECOND), one.burst)]
    told = iter(_run(_TAKE, [one.key for one in buckets], numbers))
    return [Level(wait / _SECOND, left, reset / _SECOND) for wait, left, reset in zip(told, told, told, strict=True)]


def hold(key: str, seconds: float, *, exactly: bool = False) -> None:
    """Nobody gets a token of this bucket for so long. A longer hold stays, unless ``exactly``. Raises BucketError."""
    _run(_HOLD, [key], [math.ceil(seconds * _SECOND), int(exactly)])


def _run(script: str, keys: list[str], numbers: list[float]) -> Any:
    try:
        return _script(settings.REDIS_URL, script)(keys=keys, args=numbers)
    except redis.RedisError as error:
        raise BucketError(str(error)) from error


@functools.cache
def _script(url: str, script: str) -> Any:
    return _client(url).register_script(script)


@functools.cache
def _client(url: str) -> redis.Redis:
    # One retry at once, for a connection that has died unnoticed: whoever asks has no time for more.
    patience = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 1)}
    return redis.Redis.from_url(url, **patience)

from itertools import count
from typing import Any

import pytest
import redis
from django.conf import settings

from sentimatrix_studio import buckets
from sentimatrix_studio.buckets import Bucket, BucketError

_names = count(1)
DAY = 86_400.0


@pytest.fixture
def valkey() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


@pytest.fixture
def key(valkey: Any) -> str:
    name = f"test:bucket:{next(_names)}"
    valkey.delete(name, f"{name}:other")
    return name


def wind_back(valkey: Any, key: str, seconds: float) -> None:
    """As if the bucket had last been asked so long ago."""
    valkey.hincrby(key, "at", -round(seconds * 1_000_000))


def test_a_full_bucket_gives_its_burst_and_then_makes_one_wait(key):
    bucket = Bucket(key, 1, DAY, 3)
    levels = [buckets.take([bucket])[0] for _ in range(4)]
    assert [level.remaining for level in levels] == [2, 1, 0, 0]
    assert [level.wait for level in levels[:3]] == [0.0] * 3
    assert DAY - 60 < levels[3].wait <= DAY
    assert 2 * DAY < levels[3].reset <= 3 * DAY


def test_it_is_refilled_evenly_and_never_beyond_its_burst(key, valkey):
    bucket = Bucket(key, 10, DAY, 5)
    for _ in range(5):
        buckets.take([bucket])
    wind_back(valkey, key, DAY / 10 - 60)
    assert 0 < buckets.take([bucket])[0].wait <= 60
    wind_back(valkey, key, 61)
    assert buckets.take([bucket])[0].wait == 0.0
    wind_back(valkey, key, 30 * DAY)
    assert buckets.take([bucket])[0].remaining == 4


def test_of_several_buckets_all_give_or_none_does(key):
    wide, narrow = Bucket(key, 1, DAY, 10), Bucket(f"{key}:other", 1, DAY, 1)
    assert [level.remaining for level in buckets.take([wide, narrow])] == [9, 0]
    refused = buckets.take([wide, narrow])
    assert (refused[0].wait, refused[0].remaining) == (0.0, 9)
    assert refused[1].wait > 0
    assert buckets.take([wide])[0].remaining == 8


def test_a_bucket_that_is_held_gives_nothing_and_a_shorter_hold_does_not_end_it(key):
    bucket = Bucket(key, 1000, 1, 1000)
    buckets.hold(key, 600)
    buckets.hold(key, 5)
    (level,) = buckets.take([bucket])
    assert 540 < level.wait <= 600
    assert level.remaining == 1000


def test_a_bucket_is_forgotten_when_it_is_full_again(key, valkey):
    buckets.take([Bucket(key, 1, 10, 4)])
    assert 5_000 < valkey.pttl(key) <= 11_000
    buckets.hold(key, 30)
    assert 20_000 < valkey.pttl(key) <= 31_000


def test_valkey_forgetting_the_script_is_no_trouble(key, valkey):
    bucket = Bucket(key, 1, DAY, 5)
    buckets.take([bucket])
    valkey.script_flush()
    assert buckets.take([bucket])[0].remaining == 3


def test_no_valkey_is_said_so(key, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(BucketError):
        buckets.take([Bucket(key, 1, 1, 1)])
    with pytest.raises(BucketError):
        buckets.hold(key, 1)

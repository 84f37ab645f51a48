import logging
import subprocess
import sys
import time
from itertools import count, pairwise

import pytest
import redis
from django.conf import settings

from integrations import pace
from integrations.pace import Pace

_hosts = count(1)


@pytest.fixture
def host() -> str:
    return f"shop{next(_hosts)}-{time.time_ns()}.example"


@pytest.fixture
def no_valkey(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


@pytest.fixture(params=["shared", "alone"])
def either(request):
    """Both buckets follow the same rules."""
    if request.param == "alone":
        request.getfixturevalue("no_valkey")


def test_a_burst_goes_at_once_and_then_one_waits(host, either):
    waits = [Pace(host, per_second=0.01, burst=3).take() for _ in range(4)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 50 < waits[3] <= 100


def test_asking_in_vain_costs_nothing(host, either):
    bucket = Pace(host, per_second=0.01, burst=1)
    assert bucket.take() == 0.0
    waits = [bucket.take() for _ in range(5)]
    assert all(0 < later <= earlier <= 100 for earlier, later in pairwise(waits))


def test_after_the_wait_one_may_go(host, either):
    bucket = Pace(host, per_second=50, burst=1)
    bucket.take()
    until = time.monotonic() + 60
    while (wait := bucket.take()) and time.monotonic() < until:
        assert wait <= 0.02
    assert wait == 0.0


def test_hosts_do_not_wait_for_each_other(host, either):
    Pace(host, per_second=0.1, burst=1).take()
    assert Pace(f"other-{host}", per_second=0.1, burst=1).take() == 0.0


def test_the_case_of_a_host_does_not_matter(host, either):
    Pace(host.upper(), per_second=0.1, burst=1).take()
    assert Pace(host, per_second=0.1, burst=1).take() > 0


def test_a_hold_keeps_everybody_off_and_a_shorter_one_does_not_end_it(host, either):
    Pace(host).hold(300)
    Pace(host).hold(5)
    assert 200 < Pace(host, per_second=100, burst=100).take() <= 300


ELSEWHERE = """
import sys
from integrations.pace import Pace
host, asked = sys.argv[1], int(sys.argv[2])
bucket = Pace(host, per_second=0.01, burst=10)
print(sum(bucket.take() == 0.0 for _ in range(asked)))
"""


def elsewhere(host: str, asked: int) -> subprocess.Popen[bytes]:
    """Another worker, which says how many of its requests may go at once."""
    return subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE, host, str(asked)], cwd=settings.BASE_DIR, stdout=subprocess.PIPE
    )


def told(worker: subprocess.Popen[bytes]) -> int:
    said, _ = worker.communicate()
    return int(said)


def test_workers_share_one_bucket(host):
    workers = [elsewhere(host, 50) for _ in range(3)]
    assert sum(map(told, workers)) == 10


def test_a_hold_reaches_other_workers(host):
    Pace(host).hold(600)
    assert told(elsewhere(host, 5)) == 0


def test_buckets_do_not_stay_in_memory_for_ever(host):
    Pace(host, per_second=0.1, burst=4).take()
    client = redis.Redis.from_url(settings.REDIS_URL)
    assert 0 < client.pttl(f"{pace.PREFIX}{host}") <= 11_000


def test_without_valkey_a_warning_is_logged_and_the_work_goes_on(host, no_valkey, caplog):
    with caplog.at_level(logging.WARNING):
        assert Pace(host).take() == 0.0
        Pace(host).hold(1)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert host in caplog.text


def test_what_was_held_while_valkey_was_there_stays_held_without_it(host, request):
    Pace(host).hold(300)
    request.getfixturevalue("no_valkey")
    assert 200 < Pace(host).take() <= 300

"""How often the API may be asked: each caller's own, exactly, and said with every answer."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import redis
from django.conf import settings
from django.test import Client
from prometheus_client import REGISTRY

from accounts.tests.factories import PASSWORD, api_of, api_with, browser_of, make_token, make_user, with_password
from sentimatrix_studio import limits
from sentimatrix_studio.tests.waiting import wait_until
from tests.browser.site import free_port

DAY = 86_400
ME, NOTHING, LOGIN = "/api/v1/auth/me", "/api/v1/nothing", "/api/v1/auth/login"
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit", "RateLimit-Policy")


@pytest.fixture
def valkey() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


@pytest.fixture(autouse=True)
def full_buckets(valkey: Any) -> None:
    for key in valkey.scan_iter(f"{limits.PREFIX}*"):
        valkey.delete(key)


@pytest.fixture
def limit(settings: Any) -> Any:
    """Sets a limit for the test: so many a day, and as many at once."""

    def to(**most: int) -> None:
        settings.LIMITS = {**settings.LIMITS, **{name: (count, DAY, count) for name, count in most.items()}}

    return to


@pytest.fixture
def no_valkey(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


def codes(answers: list[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


def refusals(name: str) -> float:
    return REGISTRY.get_sample_value("studio_limit_refusals_total", {"limit": name}) or 0.0


# Whose bucket


@pytest.mark.django_db
def test_each_user_has_a_bucket_and_each_token_one_of_its_own(limit):
    limit(user=3)
    user = make_user()
    callers = [api_of(user), api_with(make_token(user)), api_with(make_token(user)), api_of(make_user())]
    assert [codes([caller.get(ME) for _ in range(4)]) for caller in callers] == [[200, 200, 200, 429]] * 4


@pytest.mark.django_db
def test_strangers_are_counted_by_address(limit):
    limit(anonymous=2)
    asked = [Client(REMOTE_ADDR=address).get(ME) for address in ("198.51.100.1",) * 3 + ("198.51.100.2",)]
    assert codes(asked) == [401, 401, 429, 401]


@pytest.mark.django_db
def test_of_ipv6_the_network_counts(limit):
    limit(anonymous=2)
    same, others = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::3"), ("2001:db8:1:3::1",)
    assert codes([Client(REMOTE_ADDR=one).get(ME) for one in same + others]) == [401, 401, 429, 401]


@pytest.mark.django_db
def test_what_reaches_no_view_counts_for_its_address(limit):
    """Unknown paths, and tokens that are not good: otherwise they could be tried for ever."""
    limit(anonymous=3)
    bad = {"Authorization": "Bearer nonsense"}
    asked = [Client().get(NOTHING), Client().get(ME, headers=bad), Client().get(ME, headers={"Accept": "text/html"})]
    assert codes(asked) == [404, 401, 406]
    refused = [Client().get(NOTHING), Client().get(ME, headers=bad), Client().get(ME, headers={"Accept": "text/html"})]
    assert codes(refused) == [429, 429, 429]
    assert {answer.json()["code"] for answer in refused} == {"RATE_LIMIT_EXCEEDED"}


@pytest.mark.django_db
def test_a_stricter_limit_is_asked_besides(limit):
    limit(anonymous=100, sign_in=2)
    tries = [Client().post(LOGIN, {"email": "a@b.c", "password": "x"}, "application/json") for _ in range(3)]
    assert codes(tries) == [401, 401, 429]
    assert tries[1]["RateLimit-Policy"] == f'"anonymous";q=100;w={DAY}, "sign_in";q=2;w={DAY}'
    assert (tries[1]["X-RateLimit-Limit"], tries[1]["X-RateLimit-Remaining"]) == ("2", "0")
    assert Client().get(ME)["X-RateLimit-Remaining"] == "97"  # the refused one has cost nothing


# What answers say


@pytest.mark.django_db
def test_every_answer_of_the_api_says_what_is_left(limit):
    limit(user=50, anonymous=50)
    api = api_of(make_user())
    answers = {
        "fine": api.get(ME),
        "404": api.get(f"/api/v1/projects/{'5f' * 12}"),
        "405": api.patch(ME),
        "406": api.get(ME, headers={"Accept": "text/html"}),
        "415": api.post("/api/v1/projects", "x", content_type="text/plain"),
        "422": api.get("/api/v1/projects?nonsense=1"),
        "unknown": Client().get(NOTHING),
        "401": Client().get(ME),
        "alive": Client().get("/api/v1/health/live"),
        "ready": Client().get("/api/v1/health/ready"),
    }
    missing = {name: header for name, answer in answers.items() for header in HEADERS if header not in answer}
    assert missing == {}
    assert answers["fine"]["RateLimit-Policy"] == f'"user";q=50;w={DAY}'
    assert re.fullmatch(r'"user";r=49;t=\d+', answers["fine"]["RateLimit"])
    assert [answers["fine"][name] for name in HEADERS[:2]] == ["50", "49"]
    assert 0 < int(answers["fine"]["X-RateLimit-Reset"]) <= DAY / 50


@pytest.mark.django_db
def test_a_refusal_says_when_to_come_back(limit):
    limit(user=1)
    api, before = api_of(make_user()), refusals("user")
    api.get(ME)
    answer = api.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert DAY - 60 < int(answer["Retry-After"]) <= DAY
    assert answer["X-RateLimit-Remaining"] == "0"
    assert refusals("user") == before + 1


@pytest.mark.django_db
def test_being_well_is_asked_for_free(limit, valkey):
    limit(anonymous=1)
    assert codes([Client().get("/api/v1/health/live") for _ in range(3)]) == [200] * 3
    assert list(valkey.scan_iter(f"{limits.PREFIX}*")) == []


@pytest.mark.django_db
def test_pages_are_not_counted(limit):
    limit(user=1, anonymous=1)
    answers = [browser_of(make_user()).get("/dashboard/") for _ in range(3)]
    assert codes(answers) == [200] * 3
    assert "RateLimit" not in answers[0]


# Without Valkey


@pytest.mark.django_db
def test_without_valkey_the_api_is_open_and_says_its_policy(limit, no_valkey):
    limit(user=1)
    api, before = api_of(make_user()), REGISTRY.get_sample_value("studio_limiter_unavailable_total") or 0.0
    answers = [api.get(ME) for _ in range(3)]
    assert codes(answers) == [200] * 3
    assert answers[0]["RateLimit-Policy"] == f'"user";q=1;w={DAY}'
    assert REGISTRY.get_sample_value("studio_limiter_unavailable_total") == before + 3


@pytest.mark.django_db
def test_without_valkey_the_log_says_so_once_a_minute(no_valkey, caplog, monkeypatch):
    clock = iter([0, 59, 60, 119, 120])
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    limits._warn.cache_clear()
    api = api_of(make_user())
    for _ in range(5):
        api.get(ME)
    assert caplog.text.count("Requests are not counted") == 3


@pytest.mark.django_db
def test_without_valkey_nobody_tries_passwords(no_valkey):
    user = with_password()
    answer = Client().post(LOGIN, {"email": user.email, "password": PASSWORD}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")


# For real

HAMMER = """
import http.client, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
connection, admitted = http.client.HTTPConnection("127.0.0.1", port), 0
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    connection.request("GET", "/api/v1/nothing", headers={"X-Forwarded-For": f"203.0.113.{number % 250}"})
    answer = connection.getresponse()
    answer.read()
    admitted += answer.status != 429
print(admitted)
"""


@contextmanager
def web_servers(folder: Path) -> Iterator[list[int]]:
    ports = [free_port(), free_port()]
    environment = {**os.environ, "LIMIT_ANONYMOUS": "2/second burst 100"}
    servers = []
    try:
        for port in ports:
            command = [sys.executable, "manage.py", "web", "--port", str(port)]
            with (folder / f"{port}.log").open("wb") as log:
                servers.append(
                    subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)
                )
        wait_until(lambda: all(map(answers, ports)), seconds=90)
        yield ports
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(60)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live").is_success
    except httpx.TransportError:
        return False


def hammering(port: int, count: int) -> subprocess.Popen[str]:
    client = subprocess.Popen(
        [sys.executable, "-c", HAMMER, str(port), str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert client.stdout
    client.stdout.readline()
    return client


def test_two_servers_and_eight_clients_let_through_what_flows_in_and_nothing_more(tmp_path, valkey):
    """Exactly, by the server's own clock; and whoever writes another address into a header is no other caller."""
    rate, token = 2, 1_000_000  # a token has a part for each microsecond of its period
    with web_servers(tmp_path) as ports:
        clients = [hammering(port, 40) for port in ports * 4]
        httpx.get(f"http://127.0.0.1:{ports[0]}{NOTHING}")
        (bucket,) = valkey.scan_iter(f"{limits.PREFIX}anonymous:*")
        valkey.hset(bucket, "level", 20 * token)  # so far from full that nothing flows over before they begin
        start = int(valkey.hget(bucket, "at"))
        for client in clients:
            assert client.stdin
            client.stdin.write("go\n")
            client.stdin.flush()
        admitted = sum(int(client.communicate()[0]) for client in clients)
        left, end = (int(float(number)) for number in valkey.hmget(bucket, "level", "at"))
    assert admitted * token == 20 * token + rate * (end - start) - left
    assert 20 < admitted < 320

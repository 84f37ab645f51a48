"""Whether Studio works, as told to everybody and to those who run it. With parts that hang: see test_studio.py."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.brokers import get_broker
from pymongo.errors import ServerSelectionTimeoutError
from redis.exceptions import ConnectionError as ValkeyError

from accounts import tokens
from accounts.choices import Scope
from accounts.tests.factories import browser_of, make_user
from scraping.choices import JobStatus
from scraping.models import Job
from scraping.tests.factories import make_job, make_step
from sentimatrix_studio import health

pytestmark = pytest.mark.django_db

READY, OVERALL, DETAILS = (f"/api/v1/health{path}" for path in ("/ready", "", "/details"))
CLUSTER = SimpleNamespace(
    host="host", pid=7, status="Idle", workers=[8, 9], tob=timezone.now(), timestamp=timezone.now()
)


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr("django_q.status.Stat.get_all", lambda: [CLUSTER])


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(model: Any) -> None:
        raise ServerSelectionTimeoutError("nobody there")

    monkeypatch.setattr(health, "collection", unreachable)


def break_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise ValkeyError("nobody there")

    monkeypatch.setattr(health, "_valkey", unreachable)


def test_all_is_well(client, worker):
    ready = client.get(READY)
    assert ready.json() == {"status": "ready", "checks": {"database": "ok", "cache": "ok", "worker": "ok"}}
    assert client.get(OVERALL).json() == {
        "status": "healthy",
        "version": settings.VERSION,
        "environment": "development",
    }


@pytest.mark.parametrize(
    ("harm", "checks"),
    [
        (break_database, {"database": "unreachable", "cache": "ok", "worker": "ok"}),
        (break_cache, {"database": "ok", "cache": "unreachable", "worker": "unknown"}),
    ],
)
def test_a_part_that_does_not_answer_is_named(client, worker, monkeypatch, harm, checks):
    harm(monkeypatch)
    ready = client.get(READY)
    assert (ready.status_code, ready.json()) == (503, {"status": "not ready", "checks": checks})
    assert client.get(OVERALL).json()["status"] == "degraded"
    details = browser_of(make_user(is_staff=True)).get(DETAILS)
    assert (details.status_code, details.json()["checks"]) == (200, checks)


def test_a_missing_worker_is_named(client):
    ready = client.get(READY)
    assert (ready.status_code, ready.json()["checks"]["worker"]) == (503, "none running")


def test_being_alive_asks_nobody(client, monkeypatch, django_assert_num_queries):
    for harm in (break_database, break_cache):
        harm(monkeypatch)
    monkeypatch.setattr("sentimatrix_studio.buckets._run", None)
    with django_assert_num_queries(0):
        answers = [client.get(path) for path in ("/health/live", "/api/v1/health/live")]
    assert [answer.json() for answer in answers] == [{"status": "alive"}] * 2


def test_those_who_run_the_site_see_more(worker):
    get_broker().purge_queue()  # of what tests before this one have rung
    job = make_job(status=JobStatus.RUNNING)
    make_job(status=JobStatus.RUNNING)
    make_step(job)
    details = browser_of(make_user(is_staff=True)).get(DETAILS).json()
    assert (details["status"], sorted(details["versions"])) == (
        "healthy",
        ["django", "mongodb", "python", "studio", "valkey"],
    )
    assert all(isinstance(text, str) for text in details["versions"].values())
    assert all(0 < latency < 1000 * health.PATIENCE for latency in details["latency_ms"].values())
    assert details["queue"] == {"waiting": 1, "running": 0, "rings": 0}
    assert [(each["host"], each["pid"], each["processes"]) for each in details["workers"]] == [("host", 7, 2)]
    oldest = Job.objects.earliest("pk")
    assert details["oldest_job"]["id"] == str(oldest.pk)


@pytest.mark.parametrize("path", [DETAILS, "/metrics"])
def test_a_token_lets_in_who_runs_the_site_and_says_admin(client, path):
    keys = [
        tokens.create(make_user(is_staff=is_staff), "watcher", scope)[1]
        for is_staff, scope in ((True, Scope.ADMIN), (True, Scope.WRITE), (False, Scope.ADMIN))
    ]
    codes = [client.get(path, headers={"Authorization": f"Bearer {key}"}).status_code for key in keys]
    assert codes == [200, 403, 403]

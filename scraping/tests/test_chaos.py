"""Real processes, killed while they work: nothing is lost, nothing is counted twice, and it goes on by itself."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from bson import ObjectId
from django.conf import settings
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from accounts.models import User
from projects.models import Project, Target
from results.models import DailyRollup, Result
from scraping.models import Job, LogLine, Step
from sentimatrix_studio import embedded
from sentimatrix_studio.children import Child
from sentimatrix_studio.supervisor import Supervisor
from sentimatrix_studio.tests.waiting import wait_until

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

ROWS = 2_000
PATIENCE = 240  # seconds for a whole import on a busy machine
TAKEN_UP_WITHIN = 60  # seconds after a kill
SHORT_LEASE = """
from functools import partial
from datetime import timedelta
from django.core.management import execute_from_command_line
import django
django.setup()
from scraping import runner
runner.work = partial(runner.work, lease=timedelta(seconds=3))
execute_from_command_line(["manage.py", "worker"])
"""

LEAVE = """
import sys
import django
django.setup()
from accounts import removal
from accounts.models import User
removal.leave(User.objects.get(pk=sys.argv[1]))
"""
STUCK = """
import time
from django.core.management import execute_from_command_line
import django
django.setup()
from accounts.models import User
from projects.models import Target
User.delete = lambda user: (Target.objects.filter(owner=user).delete(), time.sleep(600))
execute_from_command_line(["manage.py", "worker"])
"""


class Installation:
    """MongoDB, Valkey and workers of its own, seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.mongodb, self.valkey = embedded.MongoDB(folder), embedded.Valkey(folder)
        self.environment = os.environ | {
            "DATA_DIR": str(folder),
            "MONGODB_URI": self.mongodb.url,
            "MONGODB_NAME": "chaos",
            "REDIS_URL": self.valkey.url,
            "WORKERS": "2",
        }
        self.worker = self._program("worker", str(settings.BASE_DIR / "manage.py"), "worker")
        self.hasty_worker = self._program("hasty", "-c", SHORT_LEASE)
        self.stuck_worker = self._program("stuck", "-c", STUCK)
        self.database = MongoClient[dict[str, Any]](self.mongodb.url, serverSelectionTimeoutMS=500).chaos

    def _program(self, name: str, *arguments: str) -> Child:
        log = embedded.log_file(Path(self.environment["DATA_DIR"]), name)
        return Child(name, [sys.executable, *arguments], log, environment=self.environment)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, cwd=settings.BASE_DIR, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def manage(self, *arguments: str) -> str:
        return self.run("manage.py", *arguments)

    def begin_import(self, rows: int = ROWS) -> ObjectId:
        return ObjectId(self.run("-m", "scraping.tests.chaos_import", str(rows)))

    def rows_of(self, model: type[Any], **where: Any) -> list[dict[str, Any]]:
        return list(self.database[model._meta.db_table].find(where).sort("_id", 1))

    def job(self, pk: ObjectId) -> dict[str, Any]:
        """Empty while the database is away."""
        try:
            (found,) = self.rows_of(Job, _id=pk)
        except PyMongoError:
            return {}
        return found

    def wait_for(self, job: ObjectId, analysed: int) -> None:
        wait_until(lambda: self.job(job).get("analysed", 0) >= analysed, seconds=PATIENCE)

    def wait_for_end(self, job: ObjectId) -> dict[str, Any]:
        wait_until(lambda: self.job(job).get("status") not in (None, "queued", "running"), seconds=PATIENCE)
        return self.job(job)

    def last_claims(self, job: ObjectId) -> int:
        return max((step["token"] for step in self.rows_of(Step, job_id=job)), default=0)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    supervisor = Supervisor(print)
    installation = Installation(tmp_path_factory.mktemp("chaos"))
    for server in (installation.mongodb, installation.valkey):
        supervisor.start(server.child, server.is_ready)
    installation.manage("migrate", "--noinput")
    yield installation
    installation.worker.kill()
    installation.hasty_worker.kill()
    installation.stuck_worker.kill()
    supervisor.stop(seconds=5)


@pytest.fixture(autouse=True)
def no_worker(installation: Installation) -> Iterator[None]:
    yield
    for worker in (installation.worker, installation.hasty_worker, installation.stuck_worker):
        worker.kill()


def assert_exact(installation: Installation, pk: ObjectId, rows: int = ROWS) -> None:
    job = installation.wait_for_end(pk)
    counted = {name: job[name] for name in ("status", "new", "updated", "unchanged", "to_analyse", "analysed")}
    exact = {"new": rows, "updated": 0, "unchanged": 0, "to_analyse": rows, "analysed": rows}
    assert counted == {"status": "completed", **exact}
    results = installation.rows_of(Result, project_id=job["project_id"])
    assert sorted(int(result["external_id"]) for result in results) == list(range(rows))
    assert {result["state"] for result in results} == {"analysed"}
    kept = installation.rows_of(DailyRollup, project_id=job["project_id"])
    assert sum(rollup["counters"]["total"] for rollup in kept) == rows
    installation.manage("rebuild_rollups", str(job["project_id"]))
    assert installation.rows_of(DailyRollup, project_id=job["project_id"]) == kept


def test_a_killed_worker_leaves_nothing_undone(installation: Installation) -> None:
    """The whole cluster dies, as in a power failure; the lease is the real one."""
    installation.worker.start()
    job = installation.begin_import()
    installation.wait_for(job, analysed=200)
    installation.worker.kill()
    died = time.monotonic()
    steps = {step["_id"]: step["token"] for step in installation.rows_of(Step, job_id=job, state="running")}
    assert steps
    installation.worker.start()
    wait_until(
        lambda: all(
            step["token"] > steps[step["_id"]] for step in installation.rows_of(Step, _id={"$in": list(steps)})
        ),
        seconds=TAKEN_UP_WITHIN - (time.monotonic() - died),
    )
    assert_exact(installation, job)


def test_workers_killed_over_and_over_count_every_review_once(installation: Installation) -> None:
    worker = installation.hasty_worker
    worker.start()
    job = installation.begin_import()
    for kill in range(6):
        installation.wait_for(job, analysed=kill * 150 + 1)
        leader = psutil.Process(worker.pid)
        victim = random.choice([leader, *leader.children(recursive=True)])
        victim.kill()
        if victim == leader:
            worker.start()
    assert_exact(installation, job)


def test_a_killed_mongodb_costs_nothing_but_time(installation: Installation) -> None:
    installation.worker.start()
    job = installation.begin_import()
    for analysed in (1, 600):
        installation.wait_for(job, analysed)
        installation.mongodb.child.kill()
        installation.mongodb.child.start()
        wait_until(installation.mongodb.is_ready)
    assert_exact(installation, job)


def test_a_killed_valkey_costs_nothing_at_all(installation: Installation) -> None:
    installation.worker.start()
    job = installation.begin_import()
    installation.wait_for(job, analysed=1)
    installation.valkey.child.kill()
    installation.wait_for(job, analysed=601)  # it goes on without
    installation.valkey.child.start()
    assert_exact(installation, job)


def test_an_asked_worker_leaves_in_time_and_hands_back_its_work(installation: Installation) -> None:
    installation.worker.start()
    job = installation.begin_import()
    installation.wait_for(job, analysed=200)
    family = psutil.Process(installation.worker.pid).children(recursive=True)
    installation.worker.ask_to_stop()
    wait_until(lambda: not installation.worker.is_running, seconds=10)
    assert [process for process in family if process.is_running()] == []
    steps = installation.rows_of(Step, job_id=job)
    assert {step["state"] for step in steps} <= {"waiting", "done"}
    assert {step["attempts"] for step in steps} == {0}
    installation.worker.start()
    assert_exact(installation, job)


def test_a_removal_whose_worker_is_killed_half_way_is_taken_up_again(installation: Installation) -> None:
    job = installation.job(installation.begin_import(rows=20))
    owner = {"owner_id": job["owner_id"]}
    installation.run("-c", LEAVE, str(job["owner_id"]))
    installation.stuck_worker.start()
    wait_until(lambda: not installation.rows_of(Target, **owner), seconds=PATIENCE)
    installation.stuck_worker.kill()
    assert installation.rows_of(Project, **owner)
    installation.worker.start()
    wait_until(lambda: not installation.rows_of(User, _id=job["owner_id"]), seconds=TAKEN_UP_WITHIN)
    assert not any(installation.rows_of(model, **owner) for model in (Project, Job, Result, DailyRollup))
    assert not any(installation.rows_of(model, job_id=job["_id"]) for model in (Step, LogLine))
    assert installation.database["uploads.files"].count_documents({"metadata.owner_id": job["owner_id"]}) == 0

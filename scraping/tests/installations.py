"""An installation of its own whose parts can be killed, for tests of what is lost by it."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from bson import ObjectId
from django.conf import settings
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from scraping.models import Job, Step
from sentimatrix_studio import embedded
from sentimatrix_studio.children import Child
from sentimatrix_studio.supervisor import Supervisor
from sentimatrix_studio.tests.waiting import wait_until
from tests.standins import Standins

PATIENCE = 240  # seconds for a whole import on a busy machine
WORKERS = 3
HASTY = """
import os, signal
from functools import partial
from datetime import timedelta
from django.core.management import execute_from_command_line
import django
django.setup()
from scraping import collecting, runner
from scraping.sources import fetch, get_source
def poisonous(target):
    if target.external_id == "666":
        os.kill(os.getpid(), signal.SIGKILL)
    return get_source(target)
collecting.get_source = poisonous
fetch.PACES = {"api.steampowered.com": (1000.0, 1000)}
if os.environ.get("FAULTS"):
    runner.work = partial(runner.work, lease=timedelta(seconds=3))
execute_from_command_line(["manage.py", "worker"])
"""

STUCK = """
import os, time
from datetime import timedelta
from django.core.management import execute_from_command_line
import django
django.setup()
from accounts.models import User
from projects.models import Target
from scraping import removal
if not os.environ.get("FAULTS"):
    removal.LEASE = timedelta(seconds=3)
User.delete = lambda user: (Target.objects.filter(owner=user).delete(), time.sleep(600))
execute_from_command_line(["manage.py", "worker"])
"""


class Installation:
    """MongoDB, Valkey and workers of its own, led to the stand-ins and seen from outside."""

    def __init__(self, folder: Path, standins: Standins) -> None:
        self.standins = standins
        self.mongodb, self.valkey = embedded.MongoDB(folder), embedded.Valkey(folder)
        self.environment = (
            os.environ
            | standins.environment
            | {
                "DATA_DIR": str(folder),
                "MONGODB_URI": self.mongodb.url,
                "MONGODB_NAME": "chaos",
                "REDIS_URL": self.valkey.url,
                "WORKERS": "2",
            }
        )
        self.worker = self.program("worker", str(settings.BASE_DIR / "manage.py"), "worker")
        self.hasty_workers = [self.program(f"hasty{n}", "-c", HASTY) for n in range(WORKERS)]
        self.stuck_worker = self.program("stuck", "-c", STUCK)
        self.database = MongoClient[dict[str, Any]](self.mongodb.url, serverSelectionTimeoutMS=500).chaos

    def program(self, name: str, *arguments: str) -> Child:
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

    def begin(self, what: str, *which: str) -> list[ObjectId]:
        return [ObjectId(pk) for pk in self.run("-m", "scraping.tests.chaos_begin", what, *which).split()]

    def begin_import(self, rows: int) -> ObjectId:
        (job,) = self.begin("import", str(rows))
        return job

    @property
    def workers(self) -> list[Child]:
        return [self.worker, self.stuck_worker, *self.hasty_workers]

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

    def bury_the_dead(self) -> None:
        """As if the leases of those who were killed had run out by now."""
        steps = self.database[Step._meta.db_table]
        steps.update_many({"state": "running"}, {"$set": {"lease_until": datetime(2026, 1, 1)}})  # noqa: DTZ001  as stored

    def asked_for(self, cursor: str) -> int:
        """How often a page of reviews was asked for."""
        asked = self.standins.asked("api.steampowered.com")
        return sum(json.loads(seen.query["input_json"]).get("cursor", "*") == cursor for seen in asked)


@contextmanager
def running_installation(folder: Path, standins: Standins) -> Iterator[Installation]:
    supervisor = Supervisor(print)
    installation = Installation(folder, standins)
    for server in (installation.mongodb, installation.valkey):
        supervisor.start(server.child, server.is_ready)
    installation.manage("migrate", "--noinput")
    yield installation
    supervisor.stop(seconds=5)


def disturb(worker: Child, chance: random.Random) -> None:
    """Kill or freeze one of the worker's processes. Who dies as a whole is started again, as a supervisor does."""
    if not worker.is_running:
        worker.start()
        return
    leader = psutil.Process(worker.pid)
    victim = chance.choice([leader, *leader.children(recursive=True)])
    with suppress(psutil.NoSuchProcess):
        if chance.random() < 0.5:
            victim.kill()
            return
        victim.suspend()
        time.sleep(5)  # longer than the lease
        victim.resume()

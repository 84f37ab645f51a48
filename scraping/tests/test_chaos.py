"""Real processes, killed while they work: nothing is lost, nothing is counted twice, and it goes on by itself."""

import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest
from bson import ObjectId

from accounts.models import User
from projects.models import Project, Target
from results.models import DailyRollup, Result
from scraping.models import Job, LogLine, Step
from scraping.tests.installations import PATIENCE, Installation, disturb, running_installation
from sentimatrix_studio.tests.waiting import wait_until
from tests.standins import Standins
from tests.standins.steam import CURSORS, PER_PAGE

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]
# The long form; in the short one everything happens as well, but once: make test-faults.
long = pytest.mark.skipif(not os.environ.get("FAULTS"), reason="takes minutes: make test-faults")

ROWS = 2_000
TAKEN_UP_WITHIN = 60  # seconds after a kill
JOBS, KILLS = 100, 40
POISON = "666"  # who collects this game is killed by it
LEAVE = """
import sys
import django
django.setup()
from accounts import removal
from accounts.models import User
removal.leave(User.objects.get(pk=sys.argv[1]))
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, running_standins: Standins) -> Iterator[Installation]:
    with running_installation(tmp_path_factory.mktemp("chaos"), running_standins) as installation:
        yield installation


@pytest.fixture(autouse=True)
def no_worker(installation: Installation) -> Iterator[None]:
    installation.standins.reset()
    yield
    for worker in installation.workers:
        worker.kill()
    installation.standins.reset()


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


@long
def test_a_killed_worker_leaves_nothing_undone(installation: Installation) -> None:
    """The whole cluster dies, as in a power failure; the lease is the real one."""
    installation.worker.start()
    job = installation.begin_import(ROWS)
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


def test_what_a_killed_worker_had_read_is_not_asked_for_again(installation: Installation) -> None:
    standins, pages = installation.standins, 12
    standins.steam.total = pages * PER_PAGE
    standins.steam.delay = 0.2
    installation.hasty_workers[0].start()
    (broken,) = installation.begin("collect", "440")
    wait_until(lambda: installation.asked_for(CURSORS[5]) > 0, seconds=PATIENCE)
    installation.hasty_workers[0].kill()
    installation.bury_the_dead()
    standins.steam.delay = 0.0
    installation.hasty_workers[0].start()
    installation.wait_for_end(broken)
    assert [installation.asked_for(CURSORS[page]) for page in range(5)] == [1] * 5
    assert installation.asked_for(CURSORS[5]) in (1, 2)  # the answer to the first may have come too late
    (unbroken,) = installation.begin("collect", "440")
    installation.wait_for_end(unbroken)
    first, second = (reviews_of(installation, job) for job in (broken, unbroken))
    assert len(first) == pages * PER_PAGE
    assert first == second


def reviews_of(installation: Installation, job: ObjectId) -> list[dict[str, Any]]:
    """As they would be in any other project."""
    own = ("_id", "owner_id", "project_id", "target_id", "job_id", "created_at", "updated_at", "analyzed_at", "url")
    found = installation.rows_of(Result, job_id=job)
    reviews = [{name: value for name, value in review.items() if name not in own} for review in found]
    return sorted(reviews, key=lambda review: str(review["external_id"]))


def test_each_part_is_killed_once_and_nothing_is_lost(installation: Installation) -> None:
    worker, rows = installation.hasty_workers[0], 600
    worker.start()
    job = installation.begin_import(rows)
    installation.wait_for(job, analysed=1)
    for server in (installation.mongodb, installation.valkey):
        server.child.kill()
        server.child.start()
        wait_until(server.is_ready)
    worker.kill()
    installation.bury_the_dead()
    worker.start()
    assert_exact(installation, job, rows)


@long
def test_a_hundred_jobs_survive_forty_kills_and_freezes(installation: Installation) -> None:
    """Three clusters of one worker each; a frozen process comes back after its lease."""
    standins, chance = installation.standins, random.Random()
    standins.steam.total = 3 * PER_PAGE
    standins.steam.delay = 0.1
    for worker in installation.hasty_workers:
        worker.start()
    jobs = installation.begin("collect", *map(str, range(1000, 1000 + JOBS)))
    (poison,) = installation.begin("collect", POISON)
    for _ in range(KILLS):
        disturb(chance.choice(installation.hasty_workers), chance)
        time.sleep(chance.uniform(0.5, 2))
    ends = [installation.wait_for_end(job) for job in jobs]
    assert {end["status"] for end in ends} == {"completed"}
    assert {(end["new"], end["updated"], end["unchanged"], end["analysed"]) for end in ends} == {(60, 0, 0, 60)}
    for end in ends:
        stored = installation.rows_of(Result, project_id=end["project_id"])
        assert sorted(int(review["external_id"]) for review in stored) == [170000000 + n for n in range(60)]
    poisoned = installation.wait_for_end(poison)
    (step,) = installation.rows_of(Step, job_id=poison)
    assert (poisoned["status"], step["outcome_code"]) == ("failed", "internal")
    assert poisoned["error_message"].startswith("The work broke off 3 times")
    assert not installation.rows_of(Step, state={"$in": ["waiting", "running"]})


@long
def test_a_killed_mongodb_costs_nothing_but_time(installation: Installation) -> None:
    installation.worker.start()
    job = installation.begin_import(ROWS)
    for analysed in (1, 600):
        installation.wait_for(job, analysed)
        installation.mongodb.child.kill()
        installation.mongodb.child.start()
        wait_until(installation.mongodb.is_ready)
    assert_exact(installation, job)


@long
def test_a_killed_valkey_costs_nothing_at_all(installation: Installation) -> None:
    installation.worker.start()
    job = installation.begin_import(ROWS)
    installation.wait_for(job, analysed=1)
    installation.valkey.child.kill()
    installation.wait_for(job, analysed=601)  # it goes on without
    installation.valkey.child.start()
    assert_exact(installation, job)


def test_an_asked_worker_leaves_in_time_and_hands_back_its_work(installation: Installation) -> None:
    installation.worker.start()
    job = installation.begin_import(rows=1_000)
    installation.wait_for(job, analysed=200)
    family = psutil.Process(installation.worker.pid).children(recursive=True)
    installation.worker.ask_to_stop()
    wait_until(lambda: not installation.worker.is_running, seconds=PATIENCE)
    assert [process for process in family if process.is_running()] == []
    steps = installation.rows_of(Step, job_id=job)
    assert {step["state"] for step in steps} <= {"waiting", "done"}
    assert {step["attempts"] for step in steps} == {0}
    now = datetime.now(UTC).replace(tzinfo=None)
    assert all(step["not_before"] is None or step["not_before"] <= now for step in steps)  # the next takes it at once
    installation.worker.start()
    assert_exact(installation, job, rows=1_000)


def test_a_removal_whose_worker_is_killed_half_way_is_taken_up_again(installation: Installation) -> None:
    job = installation.job(installation.begin_import(rows=20))
    owner = {"owner_id": job["owner_id"]}
    installation.run("-c", LEAVE, str(job["owner_id"]))
    installation.stuck_worker.start()
    wait_until(lambda: not installation.rows_of(Target, **owner), seconds=PATIENCE)
    installation.stuck_worker.kill()
    assert installation.rows_of(Project, **owner)
    installation.worker.start()
    wait_until(lambda: not installation.rows_of(User, _id=job["owner_id"]), seconds=PATIENCE)
    assert not any(installation.rows_of(model, **owner) for model in (Project, Job, Result, DailyRollup))
    assert not any(installation.rows_of(model, job_id=job["_id"]) for model in (Step, LogLine))
    assert installation.database["uploads.files"].count_documents({"metadata.owner_id": job["owner_id"]}) == 0

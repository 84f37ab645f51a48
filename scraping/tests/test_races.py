"""What happens at the same moment: ends of one kind each, one request at a time, and silence after a cancel.

``make test-faults`` runs a thousand races and pauses of a second.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier, Thread

import pytest

from integrations.models import Event
from projects.tests.factories import make_project, make_target, settings
from scraping import leases, runner, settling
from scraping.models import Job, LogLine
from scraping.sources import fetch
from scraping.sources.outcomes import Outcome
from scraping.tests.factories import make_job, make_step
from sentimatrix_studio.mongo.transaction import in_transaction
from sentimatrix_studio.tests.waiting import wait_until
from tests.standins import Standins
from tests.standins.steam import PER_PAGE

pytestmark = pytest.mark.django_db

IS_LONG = bool(os.environ.get("FAULTS"))
RACES = 1_000 if IS_LONG else 40
PAUSE = 1.0 if IS_LONG else 0.25  # seconds between two requests
STEAM = "api.steampowered.com"


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: True)
    monkeypatch.setattr(fetch, "PACES", {STEAM: (1000.0, 1000)})


def begin(targets: int, pause: float) -> Job:
    limits = {"rate_limit_delay": pause, "max_reviews_per_target": 10_000}
    project = make_project(analyse=False, config=settings(limits=limits, analysis={"sentiment": False}))
    for game in range(targets):
        make_target(project, external_id=str(400 + game))
    return Job.objects.start(project)


def race(pool: ThreadPoolExecutor, job: Job) -> list[bool]:
    """Cancel the job while its last step is finished; who of the two ended it."""
    make_step(job)
    step = leases.claim("racer")
    assert step is not None
    barrier = Barrier(2)

    def finish() -> bool:
        try:
            return in_transaction(lambda: settling.end_collecting(step, job, Outcome.OK))
        except leases.LeaseLost:
            return False

    def at_once(work: Callable[[], bool]) -> bool:
        barrier.wait()
        return work()

    return list(pool.map(at_once, (finish, job.cancel)))


def test_of_a_cancel_and_a_finish_at_once_exactly_one_is_the_end():
    project, ends = make_project(), set()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(RACES):
            job = make_job(project, status="running", is_parallel=True)
            finished, cancelled = race(pool, job)
            assert finished != cancelled
            job.refresh_from_db()
            assert job.status == ("completed" if finished else "cancelled")
            assert not job.steps.unfinished().exists()
            assert LogLine.objects.filter(job=job, message=job.status_message).count() == 1
            ends.add(job.status)
    assert Event.objects.filter(name="job.completed").count() == RACES
    assert ends <= {"completed", "cancelled"}


def test_four_workers_on_one_site_keep_the_pause_between_any_two_requests(standins: Standins):
    standins.steam.total = 2 * PER_PAGE
    job = begin(5, PAUSE)
    workers = [Thread(target=runner.work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    job.refresh_from_db()
    arrived = [seen.at for seen in standins.asked(STEAM)]
    assert (job.status, len(arrived)) == ("completed", 10)
    gaps = [later - earlier for earlier, later in pairwise(arrived)]
    assert min(gaps) >= PAUSE


def test_after_a_cancel_a_site_is_not_asked_any_more(standins: Standins):
    pages = 200  # which take 40 seconds at least
    standins.steam.total, standins.steam.delay = pages * PER_PAGE, 0.2
    job = begin(1, 0)
    worker = Thread(target=runner.work)
    worker.start()
    wait_until(lambda: len(standins.asked(STEAM)) > 2)
    assert job.cancel()
    worker.join()
    assert len(standins.asked(STEAM)) < pages / 2

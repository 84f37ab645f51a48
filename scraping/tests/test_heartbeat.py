from datetime import timedelta

import pytest

from scraping import leases
from scraping.heartbeat import GRACE, LOOK_EVERY, Heartbeat
from scraping.models import Step
from scraping.progress import Publisher
from scraping.tests.factories import make_step

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=30)


@pytest.fixture
def step():
    make_step()
    claimed = leases.claim("one")
    assert claimed is not None
    return claimed


def lease_of(step):
    return Step.objects.values_list("lease_until", flat=True).get(pk=step.pk)


def beating(step, *moments, should_leave=lambda: False, is_halted=lambda: False):
    """Whether the step is lost after beats at these seconds."""
    heartbeat = Heartbeat(Publisher(), should_leave, LEASE)
    with heartbeat.beside(step, is_halted):
        began = heartbeat._looked_at
        for moment in moments:
            heartbeat._beat(began + moment)
        return heartbeat.is_lost


def test_a_lease_is_renewed_when_a_third_of_it_is_over(step):
    before = lease_of(step)
    assert not beating(step, 9.0)
    assert lease_of(step) == before
    assert not beating(step, 10.5)
    assert lease_of(step) > before


def test_a_project_that_wants_no_more_work_is_noticed_as_soon(step):
    assert not beating(step, 0.1, is_halted=lambda: True)
    assert beating(step, LOOK_EVERY, is_halted=lambda: True)


def test_a_cancelled_job_is_noticed_within_two_seconds(step):
    step.job.cancel()
    assert not beating(step, 0.1)
    assert beating(step, LOOK_EVERY)


def test_a_lease_taken_by_another_is_noticed_when_it_is_renewed(step):
    Step.objects.update(token=99)
    assert beating(step, 10.5)


def test_a_leaving_worker_that_does_not_come_round_hands_back_its_step(step):
    assert not beating(step, 1.0, GRACE - 0.1, should_leave=lambda: True)
    assert Step.objects.get().state == "running"
    assert beating(step, GRACE + 0.1, should_leave=lambda: True)
    assert (Step.objects.get().state, Step.objects.get().attempts) == ("waiting", 0)
    with pytest.raises(leases.LeaseLost):
        leases.hold(step, cursor="too late")


def test_nothing_is_renewed_between_two_steps(step):
    heartbeat = Heartbeat(Publisher(), lambda: False, LEASE)
    before = lease_of(step)
    with heartbeat.beside(step):
        began = heartbeat._looked_at
    heartbeat._beat(began + 20)
    assert lease_of(step) == before

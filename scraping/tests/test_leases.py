from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bson import ObjectId
from django.db import connections
from django.utils import timezone

from scraping import leases
from scraping.choices import StepKind, StepState
from scraping.models import Step
from scraping.tests.factories import make_job, make_step
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.transaction import in_transaction

pytestmark = pytest.mark.django_db

OVER = timedelta(seconds=-1)  # a lease that has run out when it begins


def claim(worker="one", lease=leases.LEASE):
    step = leases.claim(worker, lease)
    assert step is not None
    return step


def test_a_waiting_step_is_claimed_once():
    made = make_step()
    step = claim()
    assert (step.pk, step.state, step.worker, step.token, step.attempts) == (made.pk, "running", "one", 1, 1)
    assert leases.claim("two") is None


def test_workers_racing_for_steps_get_each_of_them_once():
    job = make_job()
    made = {make_step(job).pk for _ in range(20)}

    def claim_all(worker):
        try:
            return [step.pk for step in iter(lambda: leases.claim(worker), None)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        claimed = [pk for pks in pool.map(claim_all, "abcdefgh") for pk in pks]
    assert len(claimed) == 20
    assert set(claimed) == made


def test_a_step_of_a_silent_worker_is_claimed_by_the_next():
    make_step()
    claim("dead", OVER)
    taken = claim("alive")
    assert (taken.worker, taken.token, taken.attempts) == ("alive", 2, 2)


def test_a_frozen_worker_writes_nothing_when_it_wakes_up():
    make_step()
    frozen = claim("frozen", OVER)
    claim("alive")
    for write in (leases.renew, leases.hold, leases.release, leases.drop):
        with pytest.raises(leases.LeaseLost):
            write(frozen)
    with pytest.raises(leases.LeaseLost):
        leases.finish(frozen, StepState.DONE)
    step = Step.objects.get()
    assert (step.worker, step.state, step.cursor) == ("alive", "running", "")


def test_a_transaction_of_a_frozen_worker_is_void_as_a_whole():
    make_step()
    frozen = claim("frozen", OVER)
    claim("alive")

    def work():
        Step.objects.create(job_id=frozen.job_id, kind=StepKind.ANALYSE, result_ids=[ObjectId()])
        leases.hold(frozen, cursor="further")

    with pytest.raises(leases.LeaseLost):
        in_transaction(work)
    assert Step.objects.count() == 1


def test_a_lease_is_renewed_on_the_clock_of_the_database():
    make_step()
    step = claim(lease=timedelta(seconds=5))
    leases.renew(step, timedelta(minutes=10))
    now = timezone.now()
    assert Step.objects.filter(lease_until__range=(now + timedelta(minutes=9), now + timedelta(minutes=11))).exists()


def test_what_is_held_can_be_any_text():
    make_step()
    step = claim()
    leases.hold(step, cursor="$$NOW")
    assert Step.objects.get().cursor == "$$NOW"


def test_a_released_step_waits_for_its_time():
    make_step()
    leases.release(claim(), delay=timedelta(minutes=5))
    assert leases.claim("two") is None
    assert Step.objects.get().state == "waiting"
    Step.objects.update(not_before=timezone.now())
    assert claim("two").token == 2


def test_leaving_does_not_count_as_an_attempt_but_failing_does():
    make_step()
    leases.release(claim())
    assert Step.objects.get().attempts == 0
    leases.release(claim(), is_counted=True)
    assert Step.objects.get().attempts == 1


def test_jobs_take_turns_and_analysis_comes_before_collecting():
    big, small = make_job(), make_job()
    third = make_step(big, turn=2)
    second = make_step(small, turn=1)
    first = make_step(big, turn=1, kind=StepKind.ANALYSE)
    assert [claim().pk for _ in range(3)] == [first.pk, second.pk, third.pk]


def test_a_finished_step_is_not_claimed_again():
    make_step()
    leases.finish(claim(lease=OVER), StepState.DONE, outcome_code="ok")
    assert leases.claim("two") is None
    step = Step.objects.get()
    assert (step.state, step.outcome_code, step.lease_until) == ("done", "ok", None)
    assert step.finished_at is not None


def test_a_dropped_step_is_gone():
    make_step()
    leases.drop(claim())
    assert not Step.objects.exists()


def test_work_is_near_when_a_lease_or_a_pause_ends_soon():
    assert not leases.is_work_near(timedelta(days=1))
    make_step()
    step = claim(lease=timedelta(seconds=20))
    assert leases.is_work_near(timedelta(seconds=30))
    assert not leases.is_work_near(timedelta(seconds=5))
    leases.release(step, delay=timedelta(minutes=5))
    assert not leases.is_work_near(timedelta(minutes=1))
    assert leases.is_work_near(timedelta(minutes=6))


def test_a_step_of_a_cancelled_job_is_no_longer_held():
    step = make_step()
    held = claim()
    assert leases.is_held(held)
    step.job.cancel()
    assert not leases.is_held(held)
    with pytest.raises(leases.LeaseLost):
        leases.renew(held)


def test_claiming_reads_no_finished_steps():
    job = make_job()
    target = make_step(job).target
    Step.objects.bulk_create(
        Step(job=job, kind=StepKind.COLLECT, target=target, state=StepState.DONE) for _ in range(300)
    )
    plan = collection(Step).database.command(
        "explain", {"find": Step._meta.db_table, "filter": leases.CLAIMABLE, "sort": dict(leases.NEXT), "limit": 1}
    )
    assert plan["executionStats"]["totalDocsExamined"] <= 2

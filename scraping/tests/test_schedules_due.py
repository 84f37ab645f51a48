"""Planned runs, by a clock that tests turn: each once, in its time, and with the truth about what became of it."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from integrations.models import Delivery, Event, Notice
from integrations.tests.factories import make_channel, make_webhook
from projects.models import Project
from projects.tests.factories import make_project, make_target
from scraping.choices import JobStatus, Trigger
from scraping.models import Job, JobRefused, Schedule, Slot, Step
from scraping.schedules import due
from scraping.tests.factories import make_schedule
from sentimatrix_studio.mongo.pipelines import collection, condition
from sentimatrix_studio.mongo.transaction import in_transaction

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHOLE = bool(os.environ.get("FAULTS"))  # make test-faults


def make_due(project: Project | None = None, **fields: Any) -> Schedule:
    """Planned for Monday at 02:30."""
    return make_schedule(project, **{"time": "02:30", "next_run": MONDAY, **fields})


def end(job: Job | None, status: JobStatus = JobStatus.COMPLETED, message: str = "Done.") -> None:
    assert job is not None
    assert in_transaction(lambda: job.end(status, message))
    Step.objects.filter(job=job).delete()


def end_all() -> None:
    for job in Job.objects.live():
        end(job)


def tick_through(start: datetime, span: timedelta) -> int:
    """A tick a minute, and every job done before the next; how many were started."""
    started = 0
    for minute in range(span // MINUTE):
        started += due.run_due(start + minute * MINUTE)
        end_all()
    return started


def history(schedule: Schedule) -> list[tuple[str, str]]:
    return [(slot.status, slot.message) for slot in schedule.slots.order_by("planned_at")]


def events() -> Counter[str]:
    return Counter(Event.objects.filter(name__startswith="schedule.").values_list("name", flat=True))


def test_a_run_whose_time_has_come_is_started_once_and_the_next_planned():
    schedule = make_due()
    assert due.run_due(MONDAY - MINUTE) == 0
    assert [due.run_due(MONDAY), due.run_due(MONDAY), due.run_due(MONDAY + MINUTE)] == [1, 0, 0]
    job, slot = Job.objects.get(), Slot.objects.get()
    schedule.refresh_from_db()
    assert (job.trigger, job.project_id, job.owner_id) == (Trigger.SCHEDULED, schedule.project_id, schedule.owner_id)
    assert (slot.planned_at, slot.job_id, slot.status) == (MONDAY, job.pk, "running")
    assert (schedule.last_run, schedule.last_status, schedule.next_run) == (MONDAY, "running", MONDAY + DAY)
    end(job)
    schedule.refresh_from_db()
    assert (history(schedule), schedule.last_status) == ([("completed", "Done.")], "completed")
    data = Event.objects.get(name="schedule.triggered").facts
    assert (data["job_id"], data["planned_at"]) == (str(job.pk), "2026-03-02T02:30:00.000Z")


@pytest.mark.parametrize(
    ("missed", "frequency", "runs"),
    [
        *(("skip", "daily", 0), ("once", "daily", 1), ("all", "daily", 4)),
        *(("skip", "hourly", 0), ("once", "hourly", 1), ("all", "hourly", 24)),
    ],
)
def test_four_days_down(missed, frequency, runs):
    schedule = make_due(missed=missed, frequency=frequency)
    back = MONDAY + 3 * DAY + 22 * HOUR  # 94 hours after the first of them; the next is half an hour away
    assert tick_through(back + 20 * MINUTE, 30 * MINUTE) == runs
    schedule.refresh_from_db()
    assert schedule.next_run is not None
    assert schedule.next_run > back
    left_out = [message for status, message in history(schedule) if status == "skipped"]
    whole = 4 if frequency == "daily" else 95
    assert sum(int(text.split()[0]) if text[0].isdigit() else 1 for text in left_out) == whole - runs
    assert len(left_out) == (whole > runs)


def test_what_is_made_up_for_waits_for_the_job_before_it_and_what_comes_in_time_does_not():
    late, prompt = make_due(missed="all"), make_due(missed="all", next_run=MONDAY + 2 * DAY)
    now = MONDAY + 2 * DAY
    assert [due.run_due(now), due.run_due(now + MINUTE)] == [2, 0]
    assert [len(history(late)), len(history(prompt))] == [1, 1]
    end_all()
    assert due.run_due(now + 2 * MINUTE) == 1
    prompt.refresh_from_db()
    Job.objects.start(prompt.project)
    assert due.run_due(now + DAY) == 0
    assert history(prompt)[1:] == [("skipped", due.STILL_RUNNING)]
    assert len(history(late)) == 2


def test_a_clock_that_goes_back_an_hour_repeats_nothing():
    schedule = make_due(frequency="hourly", time="00:30")
    assert tick_through(MONDAY, HOUR + MINUTE) == 2
    assert tick_through(MONDAY, HOUR) == 0
    schedule.refresh_from_db()
    schedule.time = "00:31"
    schedule.keep(MONDAY)
    schedule.time = "00:30"
    schedule.keep(MONDAY - MINUTE)  # planned anew, by the clock that went back
    assert schedule.next_run == MONDAY
    assert tick_through(MONDAY, 2 * HOUR) == 0
    assert tick_through(MONDAY + 2 * HOUR, HOUR) == 1


@pytest.mark.parametrize("state", ["paused", "archived"])
def test_a_project_that_does_not_run_leaves_its_runs_out_and_says_so(state):
    schedule = make_due(missed="all")
    schedule.project.set_status(state)
    assert due.run_due(MONDAY + 2 * DAY) == 0
    schedule.project.restore()
    assert due.run_due(MONDAY + 2 * DAY + MINUTE) == 0
    assert history(schedule) == [("skipped", f"The project was {state}.")]
    schedule.refresh_from_db()
    assert (schedule.consecutive_failures, schedule.last_status) == (0, None)


def test_a_project_that_is_leaving_starts_nothing():
    schedule = make_due()
    schedule.project.leave()
    assert due.run_due(MONDAY) == 0
    assert history(schedule) == []


def test_failures_in_a_row_are_counted_and_the_last_of_them_pauses_the_schedule_once():
    schedule = make_due(max_retries=3)
    ends = [JobStatus.FAILED, JobStatus.PARTIAL, JobStatus.TIMED_OUT, JobStatus.CANCELLED, JobStatus.FAILED]
    counts = []
    for day, status in enumerate(ends):
        due.run_due(MONDAY + day * DAY)
        end(Job.objects.live().get(), status, "The page asks for a captcha.")
        schedule.refresh_from_db()
        counts.append(schedule.consecutive_failures)
    assert (counts, schedule.enabled) == ([1, 0, 1, 1, 2], True)
    schedule.project.targets.all().delete()
    assert due.run_due(MONDAY + 5 * DAY) == 0
    schedule.refresh_from_db()
    assert (schedule.enabled, schedule.next_run, schedule.has_paused_itself) == (False, None, True)
    assert history(schedule)[-1] == ("failed", "There is nothing to collect: add a target, or import a file.")
    assert events() == {"schedule.triggered": 5, "schedule.failed": 4, "schedule.paused": 1}
    assert due.run_due(MONDAY + 6 * DAY) == 0
    schedule.switch(MONDAY + 6 * DAY)
    assert (schedule.consecutive_failures, schedule.next_run) == (0, MONDAY + 7 * DAY)


def test_who_wants_no_word_of_failures_is_told_of_the_pause_alone_and_programs_of_both():
    project = make_project()  # without a target
    told = ["schedule.failed", "schedule.paused"]
    webhook, channel = make_webhook(project.owner, events=told), make_channel(project.owner, events=told)
    make_due(project, notify_on_failure=False, max_retries=1)
    due.run_due(MONDAY)
    assert events() == {"schedule.failed": 1, "schedule.paused": 1}
    assert sorted(one.event.name for one in Delivery.objects.filter(endpoint_id=webhook.pk)) == told
    assert [one.event.name for one in Delivery.objects.filter(endpoint_id=channel.pk)] == told[1:]
    assert [notice.event for notice in Notice.objects.all()] == told[1:]


def test_a_run_starts_later_by_its_own_jitter():
    schedule = make_due(jitter_minutes=30)
    delays = [schedule.jitter(MONDAY + day * DAY) for day in range(50)]
    assert delays == [schedule.jitter(MONDAY + day * DAY) for day in range(50)]
    assert timedelta(0) <= min(delays) < max(delays) <= 30 * MINUTE
    assert len(set(delays)) > 30
    moment = timedelta(seconds=1)
    assert [due.run_due(MONDAY + delays[0] - moment), due.run_due(MONDAY + delays[0])] == [0, 1]
    assert Slot.objects.get().planned_at == MONDAY


def test_a_change_loses_no_run_that_has_just_come_and_plans_anew_where_times_change():
    schedule = make_due()
    schedule.max_retries = 5
    schedule.keep(MONDAY + MINUTE)
    assert schedule.next_run == MONDAY
    schedule.time = "04:00"
    schedule.keep(MONDAY + MINUTE)
    assert schedule.next_run == MONDAY + timedelta(hours=1, minutes=30)


def test_a_change_by_somebody_who_has_not_seen_the_tick_does_not_undo_it():
    make_due()
    stale = Schedule.objects.get()
    due.run_due(MONDAY)
    stale.max_retries = 5
    stale.keep(MONDAY + MINUTE)
    kept = Schedule.objects.get()
    assert (kept.next_run, kept.last_status, kept.max_retries) == (MONDAY + DAY, "running", 5)


def test_a_run_by_hand_is_in_the_history_and_moves_nothing():
    schedule = make_due()
    job = due.run_now(schedule, Trigger.MANUAL, MONDAY - HOUR)
    with pytest.raises(JobRefused, match="still running"):
        due.run_now(schedule, Trigger.MANUAL, MONDAY - HOUR + MINUTE)
    end(job)
    schedule.refresh_from_db()
    slot = schedule.slots.get()
    assert (slot.status, slot.is_by_hand, slot.job_id) == ("completed", True, job.pk)
    assert (schedule.next_run, schedule.last_run, schedule.last_status) == (MONDAY, MONDAY - HOUR, "completed")


def test_one_bad_schedule_does_not_stop_the_others(caplog):
    bad, good = make_due(), make_due()
    Schedule.objects.filter(pk=bad.pk).update(timezone="Nowhere/Else")
    assert due.run_due(MONDAY) == 1
    assert Job.objects.get().project_id == good.project_id
    assert f"Schedule {bad.pk} could not be seen to." in caplog.text


def test_what_a_killed_tick_has_begun_is_undone_and_done_by_the_next(monkeypatch):
    def die(*args, **kwargs):
        raise SystemExit

    schedule = make_due()
    with monkeypatch.context() as killed:
        killed.setattr("integrations.events.announce", die)
        with pytest.raises(SystemExit):
            due.run_due(MONDAY)
    assert (Job.objects.count(), history(schedule)) == (0, [])
    assert due.run_due(MONDAY + MINUTE) == 1


def test_what_became_of_a_run_is_kept_for_ninety_days():
    expiry = collection(Slot).index_information()["slot_expiry"]
    assert (expiry["key"], timedelta(seconds=expiry["expireAfterSeconds"])) == ([("created_at", 1)], 90 * DAY)


def test_what_is_due_is_found_by_index():
    make_due()
    plan = collection(Schedule).find(condition(Schedule.objects.due(MONDAY))).explain()["queryPlanner"]["winningPlan"]
    assert plan["inputStage"]["indexName"] == "schedule_due"


def test_clusters_at_once_start_every_run_exactly_once():
    """Three clusters, twenty schedules, fifty rounds with ``make test-faults`` and two without."""
    rounds = 50 if WHOLE else 2
    schedules = [make_due() for _ in range(20)]

    def tick(now: datetime) -> int:
        try:
            return due.run_due(now)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as clusters:
        for day in range(rounds):
            now = MONDAY + day * DAY
            assert sum(clusters.map(tick, [now] * 3)) == 20
            assert Job.objects.live().count() == 20
            end_all()
    assert Job.objects.count() == Slot.objects.count() == 20 * rounds
    runs = Counter(Slot.objects.values_list("schedule_id", flat=True))
    assert runs == {schedule.pk: rounds for schedule in schedules}
    assert events() == {"schedule.triggered": 20 * rounds}


def test_a_planned_run_belongs_to_whoever_inserts_it_first():
    schedule = make_due()
    make_target(schedule.project)
    schedule.slots.create(planned_at=MONDAY, status="completed")
    assert due.run_due(MONDAY) == 0
    schedule.refresh_from_db()
    assert schedule.next_run == MONDAY + DAY

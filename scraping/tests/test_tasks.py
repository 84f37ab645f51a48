from datetime import timedelta

import pytest
from django_q.models import Schedule
from redis.exceptions import ConnectionError as ValkeyError

from projects import files
from projects.tests.factories import make_target
from scraping import cluster, runner, tasks
from scraping.cluster import Leaving
from scraping.models import Job
from scraping.tests.factories import ScriptedSource, forget_uploads, make_pages, make_step, uploads
from sentimatrix_studio import bell

pytestmark = pytest.mark.django_db


@pytest.fixture
def rings(monkeypatch):
    """Times the bell was rung."""
    heard: list[str] = []
    monkeypatch.setattr(bell, "async_task", heard.append)
    return heard


def test_the_bell_calls_every_worker(rings, settings):
    settings.WORKERS = 3
    assert bell.ring()
    assert rings == ["scraping.tasks.work"] * 3


def test_a_queue_that_is_away_is_no_error(monkeypatch):
    def refuse(name):
        raise ValkeyError("Connection refused.")

    monkeypatch.setattr(bell, "async_task", refuse)
    assert not bell.ring()


def test_the_bell_makes_a_worker_do_what_there_is(rings, monkeypatch):
    monkeypatch.setattr("scraping.collecting.get_source", lambda target: ScriptedSource(*make_pages(3)))
    Job.objects.start(make_target().project)
    tasks.work()
    assert Job.objects.get().status == "completed"
    assert not cluster.leaving.is_busy


def test_a_worker_asked_to_leave_ends_with_its_task(rings, monkeypatch):
    leaving = Leaving()
    leaving.ask_cluster()
    monkeypatch.setattr(cluster, "leaving", leaving)
    make_step()
    with pytest.raises(SystemExit):
        tasks.work()


def test_a_busy_worker_goes_on_until_its_step_is_done_and_an_idle_one_leaves_at_once():
    leaving = Leaving()
    leaving.is_busy = True
    leaving.on_signal(15, None)
    assert leaving()
    leaving.is_busy = False
    with pytest.raises(SystemExit):
        leaving.on_signal(15, None)


def test_the_tick_rings_when_steps_wait_and_only_then(rings):
    tasks.tick()
    assert rings == []
    make_step()
    tasks.tick()
    assert rings


def test_two_ticks_at_once_settle_a_forgotten_job_once(rings):
    job = make_step(state="done").job
    Job.objects.filter(pk=job.pk).update(status="running")
    tasks.tick()
    seq = Job.objects.get().seq
    tasks.tick()
    assert (Job.objects.get().status, Job.objects.get().seq) == ("completed", seq)


def test_the_tick_is_scheduled_once():
    tasks.schedule_tick()
    tasks.schedule_tick()
    schedule = Schedule.objects.get()
    assert (schedule.func, schedule.schedule_type, schedule.minutes) == ("scraping.tasks.tick", "I", 1)


def test_uploads_nobody_imported_go_after_a_day(rings, monkeypatch):
    target = make_target()
    kept = files.save(target.owner_id, "kept.csv", [b"text"])
    forgotten = files.save(target.owner_id, "forgotten.csv", [b"text"])
    target.file_id = kept.id
    target.save()
    runner.sweep()
    assert {kept.id, forgotten.id} <= set(uploads())
    monkeypatch.setattr(files, "FORGOTTEN", timedelta(0))
    runner.sweep()
    assert uploads() == [kept.id]  # and whatever other tests left is gone as well
    forget_uploads()

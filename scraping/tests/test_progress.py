from datetime import timedelta

import pytest
from django.utils import timezone
from redis.exceptions import ConnectionError as ValkeyError

from projects.tests.factories import make_target
from scraping import progress
from scraping.choices import JobStatus, Level
from scraping.models import Job
from scraping.progress import Publisher, snapshot
from scraping.tests.factories import make_job, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """What would have gone to those who watch."""
    messages = []
    monkeypatch.setattr(progress, "_send", lambda project_id, contents: messages.extend(contents))
    return messages


class TestSnapshot:
    def test_it_shows_all_there_is_to_see(self, monkeypatch):
        started = timezone.now() - timedelta(minutes=2)
        monkeypatch.setattr("scraping.progress.timezone.now", lambda: started + timedelta(minutes=2))
        job = make_job(
            status="running", started_at=started, new=60, updated=20, unchanged=20, to_analyse=80, analysed=40
        )
        target = make_target(job.project, label="Kettle on Steam")
        make_step(job, target=target, state="running", collected=100, fraction=0.5, reported_total=200)
        job.change([(Level.INFO, "Started.")], errors_count=3)
        job.refresh_from_db()
        seen = snapshot(job)
        (line,) = seen.pop("log")
        assert (line["seq"], line["level"], line["message"]) == (2, "info", "Started.")
        assert line["at"].endswith("Z")
        assert seen == {
            "seq": 2,
            "job_id": str(job.pk),
            "project_id": str(job.project_id),
            "is_reanalysis": False,
            "status": "running",
            "status_message": "Collecting from Kettle on Steam. 40 reviews wait for analysis.",
            "progress": 32.0,
            "done": 60,
            "total": 200,
            "rate": 30.0,
            "eta": 280,
            "errors": 3,
            "stats": {
                "new": 60,
                "updated": 20,
                "unchanged": 20,
                "missing": 0,
                "analysed": 40,
                "pending": 40,
                "results_total": 100,
            },
            "targets": [
                {
                    "target_id": str(target.pk),
                    "label": "Kettle on Steam",
                    "platform": "steam",
                    "status": "running",
                    "outcome_code": "",
                    "progress": 50.0,
                    "results_count": 100,
                    "reported_total": 200,
                    "error": "",
                }
            ],
            "can_cancel": True,
            "finished": False,
        }

    def test_a_job_nobody_has_begun_waits_for_a_worker(self):
        seen = snapshot(make_step().job)
        assert (seen["status_message"], seen["progress"], seen["rate"]) == ("Waiting for a worker.", 0.0, 0.0)
        assert (seen["total"], seen["eta"]) == (None, None)

    def test_an_ended_job_is_finished_and_full(self):
        job = make_step(make_job(status="running", new=5), state="done", collected=5).job
        job.end(JobStatus.COMPLETED, "5 reviews: 5 new.")
        job.refresh_from_db()
        seen = snapshot(job)
        assert (seen["progress"], seen["done"], seen["total"], seen["eta"]) == (100.0, 5, 5, None)
        assert (seen["finished"], seen["can_cancel"]) == (True, False)

    def test_reviews_left_by_an_earlier_job_count_as_to_be_done(self):
        job = make_step(make_job(status="running", to_analyse=10, analysed=5), fraction=1.0).job
        assert snapshot(job)["progress"] == 55.0

    def test_the_log_goes_on_after_what_is_known(self):
        job = make_job()
        for number in range(3):
            job.change([(Level.INFO, f"line {number}"), (Level.INFO, "again")])
        job.refresh_from_db()
        known = snapshot(job)["log"][3]["seq"]
        assert [line["message"] for line in snapshot(job, known)["log"]] == ["line 2", "again"]

    def test_no_more_than_the_tail_of_a_long_log_is_shown(self):
        job = make_job()
        job.change([(Level.INFO, f"line {number}") for number in range(250)])
        job.refresh_from_db()
        lines = snapshot(job)["log"]
        assert (len(lines), lines[0]["message"], lines[-1]["message"]) == (200, "line 50", "line 249")

    def test_it_takes_as_many_queries_for_many_targets_as_for_one(self, django_assert_num_queries):
        job = make_job()
        make_step(job)
        with django_assert_num_queries(3):
            snapshot(job)
        for _ in range(20):
            make_step(job)
        with django_assert_num_queries(3):
            snapshot(job)


class TestTelling:
    def test_those_who_watch_see_the_snapshot_and_hear_of_new_reviews(self, sent):
        job = make_step().job
        assert progress.publish(job.pk, added=7)
        shown, added = sent
        assert (shown["type"], shown["job_id"], shown["message"]) == (
            "job.progress",
            str(job.pk),
            "Waiting for a worker.",
        )
        assert added == {"type": "results.added", "project_id": str(job.project_id), "n": 7}

    def test_a_job_is_spoken_of_twice_a_second_at_most(self, sent, monkeypatch):
        monkeypatch.setattr(progress, "PAUSE", 60_000)
        job, other = make_job(), make_job()
        assert [progress.publish(job.pk), progress.publish(job.pk), progress.publish(other.pk)] == [True, False, True]
        assert [message["job_id"] for message in sent] == [str(job.pk), str(other.pk)]

    def test_the_last_change_is_never_lost(self, sent, monkeypatch):
        monkeypatch.setattr(progress, "PAUSE", 60_000)
        job, publisher = make_job(), Publisher()
        publisher.note(job.pk, added=2)
        assert publisher.flush()
        publisher.note(job.pk, added=3)
        publisher.note(job.pk, added=4)
        assert not publisher.flush()
        progress._valkey().delete(f"studio:progress:{job.pk}")
        assert publisher.flush()
        assert [message["n"] for message in sent if message["type"] == "results.added"] == [2, 7]

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            *(("completed", "job.completed"), ("partial", "job.completed"), ("cancelled", "job.completed")),
            *(("failed", "job.failed"), ("timed_out", "job.failed")),
        ],
    )
    def test_the_end_is_told_at_once(self, sent, monkeypatch, status, kind):
        monkeypatch.setattr(progress, "PAUSE", 60_000)
        job, publisher = make_job(), Publisher()
        progress.publish(job.pk)
        job.end(JobStatus(status), "That was it.")
        publisher.note(job.pk, added=1)
        publisher.end(job.pk)
        assert [message["type"] for message in sent] == ["job.progress", "job.progress", "results.added", kind]
        assert (sent[-1]["status"], sent[-1]["message"]) == (status, "That was it.")
        assert publisher.flush()
        assert len(sent) == 4

    def test_a_job_goes_on_when_valkey_is_away(self, monkeypatch):
        def refuse(*args, **kwargs):
            raise ValkeyError("Connection refused.")

        monkeypatch.setattr(progress, "_send", refuse)
        job = make_job()
        assert progress.publish(job.pk)
        job.end(JobStatus.COMPLETED, "Done.")
        progress.announce_end(job.pk)
        assert Job.objects.get().status == "completed"

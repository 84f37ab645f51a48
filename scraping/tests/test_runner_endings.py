from datetime import timedelta

import pytest
from django.utils import timezone
from pymongo.errors import AutoReconnect

from projects.models import Project, Target
from projects.tests.factories import make_project, make_target
from results.analysis.engine import AnalysisError
from results.models import DailyRollup, Result
from scraping import analysing, collecting, leases, runner
from scraping.choices import JobStatus, StepKind
from scraping.models import Job, LogLine, Step
from scraping.sources.outcomes import Outcome, SourceError
from scraping.tests.factories import ScriptedSource, make_job, make_pages, make_step
from scraping.tests.runs import Outage, collect_only, messages, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_bell", "engine")]


class TestFailing:
    def test_a_wall_fails_the_target_and_says_what_to_do(self, source):
        source.script = [SourceError(Outcome.CAPTCHA, "Steam asks for a captcha. Try again tomorrow.", can_retry=False)]
        job = run(start())
        assert (job.status, job.error_message) == ("failed", "Steam asks for a captcha. Try again tomorrow.")
        target = Target.objects.get()
        assert (target.status, target.outcome_code) == ("error", "captcha")
        assert target.error_message == "Steam asks for a captcha. Try again tomorrow."
        assert job.steps.get().attempts == 1

    def test_what_was_read_before_the_wall_is_kept(self, source):
        wall = SourceError(Outcome.CAPTCHA, "A wall.", can_retry=False)
        source.script = [*make_pages(8), wall]
        job = run(start())
        assert (job.status, job.new, Result.objects.count()) == ("partial", 8, 8)
        assert Result.objects.filter(state="analysed").count() == 8

    def test_some_failed_targets_make_a_job_partial(self, monkeypatch):
        project = make_project()
        good, bad = make_target(project, label="Good"), make_target(project, label="Bad")
        wall = SourceError(Outcome.CAPTCHA, "A wall.", can_retry=False)
        scripts = {good.pk: ScriptedSource(*make_pages(4)), bad.pk: ScriptedSource(wall)}
        monkeypatch.setattr(collecting, "get_source", lambda target: scripts[target.pk])
        job = run(Job.objects.start(project))
        assert (job.status, job.status_message) == ("partial", "4 reviews: 4 new. 1 of 2 targets failed: A wall.")
        again = job.retry()
        assert (again.trigger, again.retry_of) == ("retry", job)
        assert [step.target for step in again.steps.all()] == [bad]

    def test_a_passing_failure_is_tried_three_times(self, source, no_pauses):
        source.script = [SourceError(Outcome.NETWORK, "No connection.", can_retry=True)]
        job = run(start())
        assert len(source.asked) == 3
        assert (job.status, job.steps.get().outcome_code) == ("failed", "network")

    def test_the_next_attempt_waits(self, source, monkeypatch):
        monkeypatch.setattr(runner, "PATIENCE", timedelta(0))
        source.script = [SourceError(Outcome.NETWORK, "No connection.", can_retry=True)]
        job = run(start())
        step = job.steps.get()
        assert (job.status, step.state, step.attempts) == ("running", "waiting", 1)
        assert timedelta(seconds=5) < step.not_before - timezone.now() < timedelta(seconds=11)
        assert messages(job)[-1].endswith("No connection. Trying again in 10 s.")

    def test_attempts_count_anew_once_a_page_is_stored(self, source, no_pauses):
        broken = SourceError(Outcome.NETWORK, "No connection.", can_retry=True)
        source.script = [Outage(broken, broken), *make_pages(2), broken]
        job = run(start())
        assert (job.status, job.new) == ("partial", 2)
        assert len(source.asked) == 6  # two in vain, one that stores a page and fails, three more in vain

    def test_an_error_of_our_own_is_told_as_one_and_hurts_nobody_else(self, source, no_pauses):
        source.script = [ZeroDivisionError("a secret detail")]
        broken = start()
        job = run(broken)
        assert (job.status, job.error_message) == ("failed", runner.OUR_FAULT)
        assert not any("secret" in message for message in messages(job))

    def test_a_step_that_killed_three_workers_is_given_up(self):
        job = make_job(status="running")
        step = make_step(job, attempts=3)
        job = run(job)
        step.refresh_from_db()
        assert (job.status, step.outcome_code) == ("failed", "internal")
        assert "broke off 3 times" in step.message

    def test_a_batch_that_killed_three_workers_is_marked_as_failed(self, source):
        source.script = make_pages(5)
        job = start()
        collect_only(job)
        Step.objects.filter(kind=StepKind.ANALYSE).update(attempts=3)
        job = run(job)
        assert (job.status, job.pending) == ("partial", 0)
        assert Result.objects.filter(state="failed").count() == 5
        assert sum(rollup.counters["state_failed"] for rollup in DailyRollup.objects.all()) == 5

    def test_an_engine_that_cannot_work_fails_the_batch(self, source, monkeypatch):
        def broken():
            raise AnalysisError("model_missing", "The model is not there.")

        monkeypatch.setattr(analysing, "get_engine", broken)
        source.script = make_pages(5)
        job = run(start())
        assert (job.status, job.error_message) == ("partial", "The model is not there.")


class TestOutages:
    def test_a_database_that_was_away_costs_no_attempt(self, source, monkeypatch):
        source.script = [Outage(*[AutoReconnect("connection closed")] * 5), *make_pages(3)]
        job = run(start())
        assert (job.status, job.new, job.steps.get().attempts) == ("completed", 3, 0)


class TestCancelling:
    def test_a_cancelled_job_ends_at_once_and_keeps_what_it_has(self, source):
        first, second = make_pages(5, 5)
        job = start()
        source.script = [first, job.cancel, second]
        job = run(job)
        assert (job.status, job.new, Result.objects.count()) == ("cancelled", 5, 5)
        step = job.steps.get()
        assert (step.state, step.outcome_code) == ("cancelled", "cancelled")

    def test_an_ended_job_is_not_cancelled(self, source):
        job = run(start())
        assert not job.cancel()
        job.refresh_from_db()
        assert job.status == "completed"

    def test_a_job_ends_once(self):
        job = make_job(status="running")
        ends = [job.end(JobStatus.COMPLETED, "Done."), job.cancel(), job.time_out()]
        assert ends == [True, False, False]
        assert LogLine.objects.filter(job=job).count() == 1

    def test_the_next_run_analyses_what_a_cancelled_one_left(self, source, engine):
        source.script = make_pages(5)
        job = start()
        collect_only(job)
        job.cancel()
        assert Result.objects.filter(state="pending").count() == 5
        job = run(Job.objects.start(job.project))
        assert (job.status, job.new, job.unchanged, job.analysed) == ("completed", 0, 5, 5)
        assert Result.objects.filter(state="analysed").count() == 5

    def test_an_overdue_job_times_out(self):
        job = make_job(status="running", created_at=timezone.now() - timedelta(hours=7))
        make_step(job)
        assert not runner.sweep()
        job.refresh_from_db()
        assert (job.status, job.steps.get().state) == ("timed_out", "cancelled")

    def test_a_forgotten_job_is_settled(self):
        job = make_job(status="running")
        make_step(job, state="done", collected=0)
        runner.sweep()
        job.refresh_from_db()
        assert job.status == "completed"


class TestHalting:
    """No work is done for a project that was archived, or deleted for good."""

    @pytest.mark.parametrize("way", [Project.archive, Project.leave])
    def test_no_step_is_begun(self, source, way):
        source.script = make_pages(5)
        job = start()
        way(job.project)
        runner.work()
        assert source.asked == []
        assert list(Job.objects.values_list("status", flat=True)) in ([], ["cancelled"])

    def test_a_step_that_was_begun_is_broken_off(self, source):
        (page,) = make_pages(5)
        job = start()
        source.script = [page, job.project.archive, leases.LeaseLost()]  # which is what the heartbeat makes of it
        assert run(job).status == "cancelled"
        assert Result.objects.count() == 5

    def test_a_job_that_nobody_works_on_ends_with_the_next_sweep(self):
        job = start()
        job.project.archive()
        runner.sweep()
        job.refresh_from_db()
        assert job.status == "cancelled"

    def test_a_paused_project_finishes_what_it_has_begun(self, source):
        source.script = make_pages(5)
        job = start()
        job.project.pause()
        assert run(job).status == "completed"

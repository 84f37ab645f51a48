from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pymongo.errors import AutoReconnect

from projects.models import Target
from projects.tests.factories import make_project, make_target, settings
from results.imports import RowError as BadRow
from results.models import DailyRollup, Result
from results.tests.factories import make_item
from scraping import collecting, leases, runner
from scraping.choices import StepKind
from scraping.models import Job, JobRefused, LogLine, RowError, Step
from scraping.tests.factories import make_pages
from scraping.tests.runs import Outage, messages, run, start, work_once
from sentimatrix_studio.mongo.transaction import in_transaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_bell", "engine")]


class TestStarting:
    def test_a_job_has_a_step_for_every_target(self, quiet_bell):
        project = make_project()
        targets = [make_target(project) for _ in range(3)]
        make_target(project, status="paused")
        job = Job.objects.start(project)
        assert job.status == "queued"
        assert [step.target for step in job.steps.order_by("turn")] == targets
        assert quiet_bell == [None]

    def test_a_project_without_targets_has_nothing_to_collect(self):
        with pytest.raises(JobRefused) as refused:
            Job.objects.start(make_project())
        assert refused.value.code == "nothing_to_collect"
        assert not Job.objects.exists()

    @pytest.mark.parametrize("status", ["archived", "paused"])
    def test_a_project_at_rest_is_not_run(self, status):
        project = make_project(status=status)
        make_target(project)
        with pytest.raises(JobRefused, match=f"The project is {status}"):
            Job.objects.start(project)

    def test_a_project_has_one_live_job_at_a_time(self):
        job = start()
        with pytest.raises(JobRefused) as refused:
            Job.objects.start(job.project)
        assert (refused.value.code, refused.value.can_retry) == ("busy", True)
        job.cancel()
        assert Job.objects.start(job.project).is_live

    def test_of_two_starts_at_once_the_database_lets_one_in(self, monkeypatch):
        job = start()
        monkeypatch.setattr(type(Job.objects.all()), "check_free", lambda self, project, is_parallel: None)
        with pytest.raises(JobRefused, match="still running"):
            Job.objects.start(job.project)
        assert Job.objects.count() == 1

    def test_a_job_is_kept_when_the_queue_is_away(self, monkeypatch, source):
        monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: False)
        source.script = make_pages(3)
        job = start()
        assert "The queue cannot be reached" in job.status_message
        assert run(job).status == "completed"


class TestCollecting:
    def test_a_run_stores_analyses_and_counts(self, source, engine):
        source.script = make_pages(300, 150, reported_total=450)
        job = run(start())
        assert (job.status, job.status_message) == ("completed", "450 reviews: 450 new.")
        assert (job.new, job.to_analyse, job.analysed, job.pending) == (450, 450, 450, 0)
        assert Result.objects.filter(project=job.project, sentiment="neutral", engine="scripted-1").count() == 450
        assert len(engine.read) == 450
        assert sum(rollup.counters["label_neutral"] for rollup in DailyRollup.objects.all()) == 450
        step = job.steps.get()
        assert (step.state, step.outcome_code, step.collected, step.fraction) == ("done", "ok", 450, 1.0)
        target = Target.objects.get()
        assert (target.outcome_code, target.reported_total, target.status) == ("ok", 450, "active")
        assert target.last_scraped_at is not None

    def test_a_second_run_finds_nothing_new(self, source):
        source.script = make_pages(30)
        first = run(start())
        second = run(Job.objects.start(first.project))
        assert (second.new, second.unchanged, second.to_analyse) == (0, 30, 0)
        assert second.status_message == "30 reviews: 30 known already."
        assert Result.objects.count() == 30

    def test_nothing_is_analysed_where_that_is_off(self, source, engine):
        source.script = make_pages(20)
        job = run(start(analyse=False))
        assert (job.status, job.new, job.to_analyse) == ("completed", 20, 0)
        assert engine.read == []
        assert Result.objects.filter(state="pending").count() == 20

    def test_a_target_without_reviews_is_done_and_empty(self, source):
        job = run(start())
        assert (job.status, job.status_message) == ("completed", "0 reviews.")
        assert job.steps.get().outcome_code == "empty"

    def test_no_more_is_kept_than_asked_for(self, source):
        source.script = make_pages(10, 10, 10)
        project = make_project()
        make_target(project)
        job = run(Job.objects.start(project, options={"max_results": 15}))
        assert (job.new, job.status) == (15, "completed")
        assert source.asked[0].max_results == 15

    def test_the_project_says_how_much_is_enough_where_the_job_does_not(self, source):
        source.script = make_pages(10, 10, 10)
        job = run(start(config=settings(limits={"max_reviews_per_target": 12})))
        assert (job.new, source.asked[0].max_results) == (12, 12)
        assert run(Job.objects.start(job.project, options={"max_results": 25})).new == 13

    def test_only_the_platforms_that_were_chosen_are_visited(self):
        project = make_project(config=settings(scrapers={"platforms": ["reddit"]}))
        make_target(project)
        with pytest.raises(JobRefused):
            Job.objects.start(project)
        post = make_target(project, platform="reddit", detected_type="post")
        assert [step.target for step in Job.objects.start(project).steps.all()] == [post]

    def test_emotions_are_left_out_where_nobody_wants_them(self, source):
        source.script = make_pages(3)
        job = run(start(config=settings(analysis={"emotions": False})))
        assert job.analysed == 3
        assert set(Result.objects.values_list("state", "emotion")) == {("analysed", None)}

    def test_dates_out_of_range_and_unknown_ones_are_left_out(self, source):
        (page,) = make_pages(1)
        days = [datetime(2026, 3, day, 23, 59, tzinfo=UTC) for day in (1, 2, 3, 4)]
        page.items[:] = [make_item(day.day, published_at=day) for day in days] + [
            make_item("undated", published_at=None)
        ]
        source.script = [page]
        project = make_project()
        make_target(project)
        job = run(Job.objects.start(project, options={"date_from": "2026-03-02", "date_to": "2026-03-03"}))
        assert sorted(Result.objects.values_list("external_id", flat=True)) == ["2", "3"]
        assert job.new == 2

    def test_a_source_that_goes_back_in_time_is_left_at_the_first_day_asked_for(self, source):
        pages = [
            replace(
                page,
                items=[
                    make_item(f"{day}{hour}", published_at=datetime(2026, 3, day, hour, tzinfo=UTC)) for hour in (9, 8)
                ],
            )
            for page, day in zip(make_pages(1, 1, 1, 1), (5, 4, 3, 2), strict=True)
        ]
        read = []
        source.script = [entry for page in pages for entry in (page, lambda: read.append(1))]
        project = make_project()
        make_target(project)
        job = run(Job.objects.start(project, options={"date_from": "2026-03-04"}))
        assert (job.status, job.new, len(read)) == ("completed", 4, 2)

    def test_bad_rows_are_kept_with_line_and_reason(self, source):
        bad = [BadRow(line, "No text.", "a,b") for line in (7, 9)]
        source.script = make_pages(5, row_errors=bad)
        job = run(start())
        assert job.status_message == "5 reviews: 5 new. 2 rows could not be read."
        kept = RowError.objects.filter(job=job).order_by("line")
        assert [(row.line, row.reason, row.raw) for row in kept] == [(7, "No text.", "a,b"), (9, "No text.", "a,b")]

    def test_notes_of_a_source_are_in_the_log(self, source):
        source.script = make_pages(1, notes=["Reddit closed its JSON: the feed is read instead."])
        job = run(start())
        assert any("the feed is read instead" in message for message in messages(job))

    def test_lines_of_the_log_are_numbered_without_gaps_in_order(self, source):
        source.script = make_pages(1, 1, notes=["one", "two"])
        job = run(start())
        seqs = list(LogLine.objects.filter(job=job).order_by("id").values_list("seq", flat=True))
        assert seqs == sorted(set(seqs))
        assert seqs[-1] == job.seq


class TestLeaving:
    def test_a_leaving_worker_hands_back_its_step_after_the_page(self, source):
        source.script = make_pages(5, 5)
        job = start()
        runner.work(lambda: Result.objects.exists())
        step = job.steps.collecting().get()
        assert (step.state, step.cursor, step.attempts, step.collected) == ("waiting", "1", 0, 5)
        assert run(job).new == 10
        assert [request.cursor for request in source.asked] == ["", "1"]

    def test_analysis_goes_first_after_a_spell_of_collecting(self, source, engine, monkeypatch):
        monkeypatch.setattr(collecting, "SPELL", 0.0)
        first, second = make_pages(5, 5)
        read_before = []
        source.script = [first, lambda: read_before.append(len(engine.read)), second]
        job = run(start())
        assert read_before == [5]
        assert (job.status, job.new, job.analysed) == ("completed", 10, 10)


class TestFencing:
    def test_a_worker_that_lost_its_step_stores_nothing_more(self, source):
        def steal():
            Step.objects.filter(kind=StepKind.COLLECT).update(lease_until=timezone.now() - timedelta(seconds=1))
            assert leases.claim("thief") is not None

        first, second = make_pages(5, 5)
        source.script = [first, steal, second]
        job = start(analyse=False)
        work_once()
        job.refresh_from_db()
        assert (job.new, Result.objects.count()) == (5, 5)
        assert job.steps.collecting().get().worker == "thief"

    def test_a_commit_whose_answer_was_lost_is_not_repeated(self, source, monkeypatch):
        lost = Outage(AutoReconnect("connection closed"), then=in_transaction)
        monkeypatch.setattr(collecting, "in_transaction", lost)
        source.script = make_pages(5, 5)
        job = run(start())
        assert (job.new, job.updated, job.unchanged, job.analysed) == (10, 0, 0, 10)
        assert [request.cursor for request in source.asked] == ["", "1"]

"""What a job tells others, with the very change it tells of."""

from typing import Any

import pytest

from integrations.models import Event
from projects.models import Project
from projects.tests.factories import make_project, make_target
from results.models import Insights
from results.tests.factories import ScriptedEngine
from scraping import analysing, collecting, runner
from scraping.models import Job
from scraping.sources.outcomes import Outcome, SourceError
from scraping.tests.factories import ScriptedSource, make_pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: True)
    monkeypatch.setattr(analysing, "get_engine", ScriptedEngine)


def project_of(monkeypatch, *scripts: ScriptedSource) -> Project:
    project = make_project()
    sources = {make_target(project, label=f"Page {n}").pk: script for n, script in enumerate(scripts, start=1)}
    monkeypatch.setattr(collecting, "get_source", lambda target: sources[target.pk])
    return project


def told() -> dict[str, dict[str, Any]]:
    return {event.name: event.facts for event in Event.objects.order_by("id")}


def wall() -> ScriptedSource:
    return ScriptedSource(SourceError(Outcome.CAPTCHA, "A wall."))


def test_a_job_tells_of_its_start_its_end_its_analysis_and_its_failed_targets(monkeypatch):
    project = project_of(monkeypatch, ScriptedSource(*make_pages(5)), wall())
    job = Job.objects.start(project)
    assert told() == {}
    runner.work()
    events = told()
    assert set(events) == {"job.started", "target.error", "analysis.completed", "job.completed"}
    assert events["job.started"]["targets_total"] == 2
    assert (events["target.error"]["label"], events["target.error"]["outcome_code"]) == ("Page 2", "captcha")
    assert (events["analysis.completed"]["analysed"], events["analysis.completed"]["failed"]) == (5, 0)
    end = events["job.completed"]
    assert (end["status"], end["new"], end["job_id"], end["project"]) == ("partial", 5, str(job.pk), project.name)
    assert "1 of 2 targets failed" in end["message"]


def test_a_job_that_failed_says_why(monkeypatch):
    Job.objects.start(project_of(monkeypatch, wall()))
    runner.work()
    assert set(told()) == {"job.started", "target.error", "job.failed"}
    assert told()["job.failed"]["message"] == "A wall."


def test_of_a_cancelled_job_its_analysis_is_not_called_completed(monkeypatch):
    job = Job.objects.start(project_of(monkeypatch, ScriptedSource(*make_pages(5))))
    job.cancel()
    assert (set(told()), told()["job.completed"]["status"]) == ({"job.completed"}, "cancelled")


def test_at_the_end_of_a_run_it_is_written_what_reviews_say_if_the_project_wants_that(monkeypatch):
    project = project_of(monkeypatch, ScriptedSource(*make_pages(5)))
    Job.objects.start(project)
    runner.work()
    assert not Insights.objects.exists()
    project.adjust({"analysis": {"summarize": True}})
    project.save()
    monkeypatch.setattr(collecting, "get_source", lambda target: ScriptedSource(*make_pages(6)))
    Job.objects.start(project)
    runner.work()
    assert list(Insights.objects.values_list("project_id", "query", "state", "read")) == [
        (project.pk, "", "written", 6)
    ]
    assert not runner.sweep()

"""Reviews that are read again: which ones, what becomes of their labels, and what the job says of it."""

import pytest
from django.http import QueryDict

from integrations.models import Event
from projects.models import Project
from projects.tests.factories import make_project
from results import rollups
from results.filters import ResultFilter
from results.models import DailyRollup, Result, TotalRollup
from results.tests.factories import ScriptedEngine, make_item, make_results, make_target
from scraping import runner
from scraping.choices import JobStatus
from scraping.models import Job, Step
from scraping.reanalysis import starting
from sentimatrix_studio import bell

pytestmark = pytest.mark.django_db


class Harsh(ScriptedEngine):
    """Everything is bad."""

    id = "harsh-2"

    def analyse(self, texts):
        return super().analyse(["negative anger" for _ in texts])


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    """The engine that jobs get is harsh; reviews were read by the scripted one before."""
    monkeypatch.setattr(bell, "ring", lambda times=None: True)
    monkeypatch.setattr("scraping.analysing.get_engine", Harsh)


def filled(*texts: str) -> Project:
    target = make_target(make_project())
    make_results(target, *(make_item(n, text) for n, text in enumerate(texts)))
    return target.project


def start(project: Project, query: str = "", engine: str = "local") -> Job:
    return starting.start(project, ResultFilter.parse(project, QueryDict(query)), engine)


def run(job: Job) -> Job:
    runner.work()
    job.refresh_from_db()
    return job


def engines(project: Project) -> list[str]:
    return list(Result.objects.filter(project=project).order_by("pk").values_list("engine", flat=True))


def figures(project: Project) -> list[dict[str, int]]:
    rows = [*DailyRollup.objects.filter(project=project), *TotalRollup.objects.filter(project=project)]
    return sorted(({"total": row.total, **row.counters} for row in rows), key=repr)


def test_what_a_filter_finds_is_read_again_and_nothing_else():
    project = filled("positive", "neutral", "positive joy")
    job = run(start(project, "sentiment=positive"))
    assert (job.status, job.status_message) == (JobStatus.COMPLETED, "Read again: 2 reviews.")
    assert engines(project) == ["harsh-2", "scripted-1", "harsh-2"]
    assert (job.to_analyse, job.analysed, job.results_total, job.trigger) == (2, 2, 0, "reanalyse")
    assert TotalRollup.objects.get(project=project).counters["label_negative"] == 2
    counted = figures(project)
    rollups.rebuild(project.pk)
    assert figures(project) == counted
    assert not Step.objects.exists()
    assert "analysis.completed" in Event.objects.values_list("event", flat=True)

"""Jobs of projects that let a language model read: from the settings to labels, figures and log."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import api_of
from integrations.models import Purse
from projects.tests.factories import make_target
from results.models import Result
from results.tests.factories import ScriptedEngine
from results.tests.test_analysis_llm import LLM, PRICES, project_with
from scraping import collecting, leases, runner
from scraping.choices import StepKind
from scraping.models import Job, LogLine, Step
from scraping.tests.factories import ScriptedSource, make_pages
from sentimatrix_studio import bell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def local(monkeypatch):
    monkeypatch.setattr(bell, "ring", lambda times=None: True)
    monkeypatch.setattr("results.analysis.choosing.get_engine", lambda name: ScriptedEngine())


@pytest.fixture
def source(monkeypatch):
    scripted = ScriptedSource(*make_pages(45, 30))
    monkeypatch.setattr(collecting, "get_source", lambda target: scripted)
    return scripted


def started(engine: str = "llm", **limits: float) -> Job:
    project = project_with(**limits)
    project.config["analysis"]["engine"] = engine
    project.save()
    make_target(project)
    return Job.objects.start(project)


def run(job: Job) -> Job:
    runner.work()
    job.refresh_from_db()
    return job


def engines(job: Job) -> dict[str, int]:
    return dict(Counter(Result.objects.filter(project=job.project).values_list("engine", flat=True)))


def log(job: Job) -> str:
    return "\n".join(LogLine.objects.filter(job=job).order_by("seq").values_list("message", flat=True))


def test_a_job_says_what_its_model_took_and_the_same_reviews_cost_nothing_again(standins, source):
    job = run(started())
    bill = standins.llms.bill
    assert (job.status, engines(job)) == ("completed", {LLM: 75})
    assert job.llm_tokens == sum(map(sum, bill))
    assert job.cost_usd == pytest.approx(standins.llms.dollars(*PRICES), abs=1e-9)
    assert f"The language model took {job.llm_tokens:,} tokens, which cost $0.00" in log(job)
    client = api_of(job.owner)
    stats = client.get(f"/api/v1/projects/{job.project_id}/scrape/jobs/{job.pk}").json()["stats"]
    assert (stats["llm_tokens"], stats["cost_usd"], stats["pending"]) == (job.llm_tokens, job.cost_usd, 0)
    calls = len(bill)
    Result.objects.update(state="pending")
    again = run(Job.objects.start(job.project))
    assert (engines(again), again.llm_tokens, len(bill)) == ({LLM: 75}, 0, calls)


def test_beyond_the_budget_the_built_in_engine_reads_and_it_is_said_once(standins, source):
    job = run(started(llm_budget_usd=0.003))
    assert (job.status, sum(engines(job).values()), set(engines(job))) == ("completed", 75, {LLM, "scripted-1"})
    assert 0 < job.cost_usd <= 0.003
    assert job.cost_usd == pytest.approx(standins.llms.dollars(*PRICES), abs=1e-9)
    assert log(job).count("The budget of $0.0030 for a run is used up.") == 1


def test_a_quota_that_is_used_up_ends_it_after_one_attempt(standins, source):
    standins.llms.mode = "insufficient quota"
    job = run(started())
    assert (job.status, engines(job), len(standins.requests)) == ("completed", {"scripted-1": 75}, 1)
    assert log(job).count("nothing left to spend") == 1
    assert (job.llm_tokens, job.cost_usd) == (0, 0.0)


def test_without_a_key_the_log_says_once_why_the_built_in_engine_reads(standins, source):
    job = started()
    job.project.config["llm"]["provider"] = "groq"
    job.project.save()
    job = run(job)
    assert (job.status, engines(job), standins.requests) == ("completed", {"scripted-1": 75}, [])
    assert log(job).count("There is no good key for Groq") == 1


def test_a_provider_that_wants_a_long_pause_gets_it_and_keeps_no_worker(standins, source):
    source.script = make_pages(20)
    job = started()
    standins.llms.script, standins.llms.retry_after = ["ok", "rate limited"], 300
    worker = runner.Worker(lambda: False, leases.LEASE)
    for _ in range(2):
        claimed = leases.claim(worker.name)
        assert claimed is not None
        worker.run(claimed)
    step = Step.objects.get(kind=StepKind.ANALYSE)
    assert (step.state, step.attempts) == ("waiting", 1)
    assert step.not_before is not None
    assert timedelta(seconds=280) < step.not_before - timezone.now() <= timedelta(seconds=301)
    job.refresh_from_db()
    assert (engines(job), job.llm_tokens) == ({"": 20}, sum(standins.llms.bill[0]))
    assert "OpenAI was asked too often. It goes on in 300 s." in log(job)
    Step.objects.update(not_before=timezone.now())  # where nobody may rest a third time, nobody waits
    Step.objects.update(attempts=2)
    job = run(job)
    assert (job.status, engines(job), len(standins.requests)) == ("completed", {LLM: 10, "scripted-1": 10}, 2)


def test_what_was_spent_stands_on_the_jobs_page(standins, source, client):
    source.script = make_pages(5)
    job = run(started())
    client.force_login(job.owner)
    page = client.get(job.get_absolute_url()).content.decode()
    assert f"{job.llm_tokens:,} tokens, $0.000" in page
    assert Purse.objects.get(of=str(job.pk)).calls == 1

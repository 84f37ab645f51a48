"""Reviews that are read again: which ones, what becomes of their labels, and what the job says of it."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict

from accounts.tests.factories import api_of
from integrations.models import Event
from projects.models import Project
from projects.tests.factories import make_project
from results import correcting, rollups, undo
from results.analysis.engine import LOCAL, AnalysisError, get_engine
from results.filters import ResultFilter
from results.models import DailyRollup, Result, TotalRollup
from results.removal import delete_for_good
from results.tests.factories import ScriptedEngine, make_item, make_results, make_target, store
from scraping import leases, runner
from scraping.choices import JobStatus
from scraping.hand import Hand
from scraping.heartbeat import Heartbeat
from scraping.models import Job, JobRefused, LogLine, Step
from scraping.progress import Publisher, snapshot
from scraping.reanalysis import gathering, starting
from sentimatrix_studio import bell
from sentimatrix_studio.mongo.pipelines import collection

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


def assert_counted_rightly(project: Project) -> None:
    """Rebuilt, the roll-ups are what they are."""

    def rows():
        found = [dict(row) for model in (DailyRollup, TotalRollup) for row in collection(model).find({}, {"_id": 0})]
        return sorted(found, key=repr)

    counted = rows()
    rollups.rebuild(project)
    assert rows() == counted


def test_what_a_filter_finds_is_read_again_and_nothing_else():
    project = filled("positive", "neutral", "positive joy")
    job = start(project, "sentiment=positive")
    before = snapshot(job)
    assert (before["is_reanalysis"], before["total"], before["progress"], before["targets"]) == (True, 2, 0.0, [])
    run(job)
    assert (job.status, job.status_message) == (JobStatus.COMPLETED, "Read again: 2 reviews.")
    assert engines(project) == ["harsh-2", "scripted-1", "harsh-2"]
    assert (job.to_analyse, job.analysed, job.results_total, job.trigger) == (2, 2, 0, "reanalyse")
    after = snapshot(job)
    assert (after["done"], after["total"], after["progress"]) == (2, 2, 100.0)
    assert_counted_rightly(project)
    assert not Step.objects.exists()
    told = Event.objects.get(name="analysis.completed").facts
    assert (told["analysed"], told["failed"]) == (2, 0)


def test_what_a_person_says_stays_and_the_model_speaks_beside_it():
    project = filled("negative fear", "negative")
    first = Result.objects.order_by("pk")[0]
    change = correcting.relabel_one(first, {"sentiment": "very_positive", "emotion": "joy"}, project.owner)
    run(start(project))
    first.refresh_from_db()
    assert (first.sentiment, first.emotion, first.label_source, first.confidence) == (
        "very_positive",
        "joy",
        "human",
        1,
    )
    assert (first.engine, first.model_label["emotion"]) == ("harsh-2", "anger")
    counted = ("human", "label_very_positive", "label_negative")
    tally = TotalRollup.objects.filter(project=project).tally(counted)
    assert (tally["human"], tally["label_very_positive"], tally["label_negative"]) == (1, 1, 1)
    assert_counted_rightly(project)
    undo.undo(change)
    first.refresh_from_db()
    assert (first.sentiment, first.emotion, first.label_source) == ("negative", "anger", "model")


def test_reviews_that_are_edited_or_deleted_meanwhile_are_left_alone(monkeypatch):
    project = filled("positive", "positive", "positive")
    gone, edited, kept = Result.objects.order_by("pk")

    class Meanwhile(Harsh):
        def analyse(self, texts):
            delete_for_good(Result.objects.filter(pk=gone.pk))
            store(edited.target, make_item(1, "neutral by now"))
            return super().analyse(texts)

    monkeypatch.setattr("scraping.analysing.get_engine", Meanwhile)
    job = run(start(project))
    assert (job.status, job.analysed) == ("completed", 3)
    assert set(Result.objects.values_list("pk", "state", "engine")) == {
        (edited.pk, "pending", ""),
        (kept.pk, "analysed", "harsh-2"),
    }
    assert_counted_rightly(project)


def test_however_it_is_broken_off_each_review_is_read_once(monkeypatch):
    """Gathered in three goes, of which a worker that dies does the first; then cancelled, and taken up again."""
    project = filled(*["positive"] * 5)
    monkeypatch.setattr(gathering, "PAGE", 2)
    monkeypatch.setattr(gathering, "PAGES", 1)
    read = list[str]()

    class Reading(ScriptedEngine):
        def analyse(self, texts):
            read.extend(texts)
            return super().analyse(texts)

    monkeypatch.setattr("scraping.analysing.get_engine", Reading)
    job = start(project)
    step = leases.claim("doomed", timedelta(0))
    assert step is not None
    gathering.gather(Hand(step, job, Heartbeat(Publisher(), lambda: False, leases.LEASE), lambda: False))
    assert (job.steps.analysing().count(), job.steps.get(kind="gather").turn) == (1, 1)
    runner.Worker(lambda: bool(read), leases.LEASE).work(math.inf)
    assert (len(read), job.cancel()) == (2, True)
    job.refresh_from_db()
    again = run(job.retry())
    assert (again.status, again.status_message, again.trigger) == ("completed", "Read again: 3 reviews.", "retry")
    assert (len(read), again.retry_of, Step.objects.filter(job=again).count()) == (5, job, 0)
    with pytest.raises(JobRefused, match="nothing to retry"):
        again.retry()


def test_an_engine_that_fails_leaves_labels_as_they_are(monkeypatch):
    project = filled("positive", "negative")

    def broken(self, texts):
        raise AnalysisError("model_missing", "The model is gone.")

    monkeypatch.setattr(Harsh, "analyse", broken)
    job = run(start(project))
    assert (job.status, job.error_message) == ("failed", "The model is gone.")
    assert list(Result.objects.order_by("pk").values_list("sentiment", flat=True)) == ["positive", "negative"]
    line = LogLine.objects.get(job=job, level="error", message__startswith="2 reviews").message
    assert line == "2 reviews could not be read again and keep their labels: The model is gone."


def test_an_engine_that_cannot_be_had_is_named_and_the_built_in_one_reads(monkeypatch, settings):
    settings.TRANSFORMER_MODEL = ""
    project = filled("positive")
    monkeypatch.setattr(
        "results.analysis.choosing.get_engine", lambda name: get_engine(name) if name != LOCAL else Harsh()
    )
    job = run(start(project, engine="transformer"))
    assert (job.status, engines(project)) == ("completed", ["harsh-2"])
    assert LogLine.objects.filter(job=job, message__contains="TRANSFORMER_MODEL").count() == 1


def test_one_at_a_time_and_only_where_there_is_something_to_read():
    project = filled("positive")
    with pytest.raises(JobRefused) as refused:
        start(project, "sentiment=negative")
    assert refused.value.code == "nothing_to_collect"
    start(project)
    with pytest.raises(JobRefused) as refused:
        start(project)
    assert (refused.value.code, Job.objects.count()) == ("busy", 1)


def test_a_filter_that_has_lost_its_target_ends_the_job_with_a_sentence():
    target = make_target(make_project())
    make_results(target, make_item(text="positive"))
    other = make_target(target.project)
    make_results(other, make_item(text="positive", external_id="2"))
    job = start(target.project, f"target_id={other.pk}")
    other.delete()
    assert run(job).status == "failed"
    assert job.error_message.startswith("The filter finds nothing any more")


def test_programs_have_reviews_read_again_and_once_for_a_key():
    project = filled("positive", "negative")
    path = f"/api/v1/projects/{project.pk}/results/reanalyze"
    client = api_of(project.owner)
    once = {"Idempotency-Key": "once"}
    answers = [client.post(f"{path}?sentiment=negative", {"engine": "local"}, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    shown = answers[0].json()
    assert (shown["trigger"], shown["options"]) == ("reanalyse", {"engine": "local", "filters": "sentiment=negative"})
    assert client.post(path).status_code == 409
    run(Job.objects.get())
    for wrong, status in (("?sentiment=great", 422), ("?sentiment=neutral", 400)):
        assert client.post(path + wrong).status_code == status
    assert client.post(path, {"engine": "oracle"}).status_code == 422
    assert client.post(path, {}).status_code == 202


def test_people_see_how_many_and_start_it(client):
    project = filled("positive", "negative", "negative")
    client.force_login(project.owner)
    path = f"/projects/{project.pk}/results/reanalyze/?sentiment=negative"
    page = client.get(path).content.decode()
    assert "2 reviews" in page
    assert "Sentiment: <b>Negative</b>" in page
    assert client.post(path, {"engine": "oracle"}).status_code == 422
    answer = client.post(path, {"engine": "local"})
    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    assert "0 of 2" in client.get(answer.url).content.decode()
    assert client.post(path, {"engine": "local"}).url == answer.url
    run(job)
    page = client.get(answer.url).content.decode()
    assert "Read again: 2 reviews." in page
    assert "/results/?sentiment=negative" in page
    assert client.get(path.replace("negative", "neutral")).content.decode().count("No review to read again") == 1
    assert client.get(path.replace("negative", "great")).url == f"/projects/{project.pk}/results/"


def test_whoever_wants_goemotions_gets_them_when_reviews_are_read_again(monkeypatch, client):
    project = filled("positive joy")

    class Fine(ScriptedEngine):
        def analyse(self, texts):
            return [replace(one, fine_emotions=[("gratitude", 0.75)]) for one in super().analyse(texts)]

    monkeypatch.setattr("scraping.analysing.get_engine", Fine)
    run(start(project))
    path, shown = f"/api/v1/projects/{project.pk}/results", api_of(project.owner)
    assert shown.get(path).json()["items"][0]["analysis"]["emotions"]["model"] == "ekman"
    project.config["analysis"]["emotion_model"] = "goemotions"
    project.save()
    run(start(project))
    (review,) = shown.get(path).json()["items"]
    found = review["analysis"]["emotions"]
    assert (found["model"], found["primary"]) == ("goemotions", "joy")
    assert found["detected"] == [{"emotion": "gratitude", "score": 0.75}]
    file: Any = shown.get(f"{path}/export")
    assert b"gratitude 0.75" in b"".join(file.streaming_content)
    client.force_login(project.owner)
    assert "More exactly" in client.get(f"/projects/{project.pk}/results/{review['id']}/").content.decode()

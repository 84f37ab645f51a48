"""What Prometheus reads, and who else may."""

import pytest
from django_q.brokers import get_broker
from prometheus_client.parser import text_string_to_metric_families as families
from pymongo.errors import ServerSelectionTimeoutError

from accounts.tests.factories import browser_of, make_user
from projects.tests.factories import make_target
from scraping import runner
from scraping.choices import JobStatus
from scraping.models import Job
from scraping.tests.factories import ScriptedSource, make_job, make_pages, make_step
from sentimatrix_studio import health

pytestmark = pytest.mark.django_db

Figures = dict[tuple[str, ...], float]


@pytest.fixture
def told(client, settings):
    """All figures by their name and the values of their labels."""
    settings.METRICS_TOKEN = "only-prometheus-knows"

    def read() -> Figures:
        answer = client.get("/metrics", headers={"Authorization": "Bearer only-prometheus-knows"})
        assert answer["Content-Type"].startswith("text/plain")
        samples = [sample for family in families(answer.content.decode()) for sample in family.samples]
        return {(sample.name, *sample.labels.values()): sample.value for sample in samples}

    return read


def test_requests_are_counted_by_route_method_and_kind_of_status(client, told):
    key = ("studio_request_seconds_count", "GET", "api:project", "4xx")
    before = told()
    client.get(f"/api/v1/projects/{'5f' * 12}?token=x")
    browser_of(make_user()).get(f"/api/v1/projects/{'5f' * 12}")
    after = told()
    assert after[key] - before.get(key, 0) == 2
    assert not any("5f5f" in label for labels in after for label in labels)


def test_a_made_up_method_or_address_makes_no_figure_of_its_own(client, told):
    before = told()
    for name in ("BREW", "MAKE", "DO"):
        client.generic(name, f"/{name}")
    more = {labels[1:3] for labels in set(told()) - set(before) if labels[0].endswith("_count")}
    assert more <= {("OTHER", "-"), ("GET", "metrics")}


def test_work_is_counted_where_it_stands(told, monkeypatch):
    get_broker().purge_queue()  # of what tests before this one have rung
    make_step(make_job(status=JobStatus.RUNNING))
    make_job(status=JobStatus.COMPLETED)
    figures = told()
    assert {labels[1]: number for labels, number in figures.items() if labels[0] == "studio_jobs" and number} == {
        "running": 1,
        "completed": 1,
    }
    assert (figures["studio_steps", "waiting"], figures["studio_steps", "running"]) == (1, 0)
    assert (figures["studio_up", "database"], figures["studio_up", "worker"]) == (1, 0)
    assert figures["studio_queue_rings",] == 0


def test_stored_reviews_are_counted_once(told, monkeypatch):
    monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: True)
    monkeypatch.setattr("scraping.collecting.get_source", lambda target: ScriptedSource(*make_pages(3, 2)))
    key = ("studio_reviews_stored_total", "steam")
    before = told().get(key, 0)
    target = make_target(platform="steam")
    for _ in range(2):
        Job.objects.start(target.project)
        runner.work()
    assert told()[key] - before == 5


def test_a_dead_database_leaves_the_other_figures(told, monkeypatch):
    def unreachable(model: object) -> None:
        raise ServerSelectionTimeoutError("nobody there")

    monkeypatch.setattr(health, "collection", unreachable)
    figures = told()
    assert figures["studio_up", "database"] == 0
    assert not any(labels[0] == "studio_jobs" for labels in figures)
    assert any(labels[0] == "studio_request_seconds_count" for labels in figures)


def test_a_wrong_or_an_empty_token_lets_nobody_in(client, settings):
    for right, given in (("only-prometheus-knows", "something-else"), ("", "")):
        settings.METRICS_TOKEN = right
        assert client.get("/metrics", headers={"Authorization": f"Bearer {given}"}).status_code == 401
    assert client.get("/api/v1/auth/me", headers={"Authorization": "Bearer only-prometheus-knows"}).status_code == 401

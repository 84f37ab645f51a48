"""Workers make exports beside the steps of jobs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.tests.factories import make_project
from results.choices import ExportState
from results.exports import ExportRequest, background
from results.exports.making import make_next
from results.filters import ResultFilter
from results.models import Export
from results.tests.factories import make_items, make_results, make_target
from scraping import leases, runner, tasks
from scraping.models import Step
from scraping.tests.factories import make_step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    heard: list[object] = []
    monkeypatch.setattr("sentimatrix_studio.bell.async_task", heard.append)
    return heard


def order() -> Export:
    project = make_project()
    make_results(make_target(project), *make_items(2))
    return background.order(project, ResultFilter(), ExportRequest())


def test_neither_exports_nor_steps_wait_for_the_end_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    order_of_work: list[str] = []

    def make(*args: object) -> bool:
        order_of_work.append("export")
        return make_next()

    def run(worker: runner.Worker, step: Step) -> None:
        order_of_work.append("step")
        leases.drop(step)

    monkeypatch.setattr("scraping.runner.making.make_next", make)
    monkeypatch.setattr(runner.Worker, "run", run)
    for _ in range(2):
        order()
        make_step()
    order()
    runner.work()
    assert order_of_work == ["export", "step", "export", "step", "export", "export"]  # the last look finds none
    assert set(Export.objects.values_list("state", flat=True)) == {ExportState.READY}


def test_the_tick_rings_for_exports_and_removes_those_that_expired(rings: list[object]) -> None:
    waiting, expired = order(), order()
    Export.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    rings.clear()
    tasks.tick()
    assert rings
    assert list(Export.objects.all()) == [waiting]

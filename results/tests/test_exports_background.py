"""Exports that a worker makes: whole or not there, once whoever dies, for their owner alone and for a day."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import QueryDict
from django.utils import timezone
from pymongo.errors import AutoReconnect

from integrations.models import Notice
from projects.models import Project
from projects.tests.factories import make_project
from results import orders
from results.choices import ExportState
from results.exports import ExportFile, ExportRequest, background, export, making
from results.exports.background import ExportRefused
from results.filters import ResultFilter
from results.models import Export
from results.models.exports import FILES
from results.tests.factories import make_export, make_items, make_results, make_target
from sentimatrix_studio.mongo.pipelines import collection

pytestmark = pytest.mark.django_db
RUN_OUT = timedelta(seconds=-1)  # a lease that ends before it begins


@pytest.fixture
def project() -> Project:
    project = make_project(name="Kettle")
    make_results(make_target(project), *make_items(5, text="negative anger"))
    make_results(make_target(project, "reddit"), *make_items(2))
    return project


def order(project: Project, query: str = "", form: str = "format=jsonl&fields=id,text") -> Export:
    asked = ResultFilter.parse(project, QueryDict(query))
    return background.order(project, asked, ExportRequest.parse(QueryDict(form)))


def again(one: Export) -> Export:
    return Export.objects.get(pk=one.pk)


def content(one: Export) -> bytes:
    return b"".join(background.file_of(again(one)).chunks)


def kept() -> set[Any]:
    """The files of which something is kept."""
    chunks = collection(Export).database[f"{FILES.bucket}.chunks"].distinct("files_id")
    return {*chunks, *FILES.entries.distinct("_id")}


@pytest.fixture(autouse=True)
def nothing_kept(transactional_db: None) -> None:
    for file_id in kept():
        FILES.delete(file_id)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_the_file_is_that_of_a_download(project: Project, kind: str) -> None:
    form = f"format={kind}&fields=id,text,date&bom=false&delimiter=semicolon"
    ordered = order(project, "platform=steam&sentiment=negative", form)
    assert (ordered.state, ordered.about) == (ExportState.WAITING, "Sentiment: Negative; Platform: Steam")
    assert making.is_waiting()
    assert making.make_next()
    done = again(ordered)
    assert done.state == ExportState.READY
    assert done.filename.startswith("kettle_results_2")
    asked = ResultFilter(sentiment=("negative",), platform=("steam",))
    direct = b"".join(export(project, asked, ExportRequest.parse(QueryDict(form))).chunks)
    assert done.size == len(content(done))
    if kind != "xlsx":  # which says when it was made
        assert content(done) == direct
    assert not making.is_waiting(timedelta(days=1))
    assert not making.make_next()


def test_its_owner_is_told_and_has_a_day_to_fetch_it(project: Project, settings: LazySettings) -> None:
    settings.EXPORT_LIFETIME = timedelta(hours=3)
    ordered = order(project)
    making.make_next()
    done, notice = again(ordered), Notice.objects.get()
    assert (notice.owner_id, notice.event, notice.title) == (project.owner_id, "export.ready", "Export ready: Kettle")
    assert notice.text == f"{done.filename} ({done.size}\xa0bytes) can be fetched for 3 hours."
    assert done.finished_at is not None
    assert done.expires_at is not None
    assert done.expires_at - done.finished_at == timedelta(hours=3)
    key = done.key
    assert done.is_opened_by(key)
    wrong = ["", "x", key[:-1], key[:-1] + "x", make_export(project).key]
    assert not any(done.is_opened_by(other) for other in wrong)
    Export.objects.update(expires_at=timezone.now())
    assert not again(done).is_opened_by(again(done).key)
    assert background.sweep() == 2
    assert (Export.objects.count(), kept()) == (0, set())


def broken(chunks: int, error: BaseException) -> Any:
    """In place of ``export``: so many chunks of 16 MB (the driver sends three at a time), then this."""

    def some(*args: Any) -> ExportFile:
        def made() -> Iterator[bytes]:
            for _ in range(chunks):
                yield bytes(16 << 20)
            raise error

        return ExportFile("half.csv", "text/csv", made())

    return some


class Killed(BaseException):
    pass


def test_a_worker_that_is_killed_leaves_no_half_file(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered = order(project)
    with monkeypatch.context() as patch:
        patch.setattr(making, "export", broken(4, Killed()))
        patch.setattr("gridfs.GridIn.abort", lambda file: None)  # the killed clean nothing up
        with pytest.raises(Killed):
            making.make_next(lease=RUN_OUT)
    half = again(ordered)
    assert (half.state, half.attempts, kept()) == (ExportState.RUNNING, 1, {half.file_id})
    with pytest.raises(FileNotFoundError):
        background.file_of(half)
    assert making.is_waiting()
    assert making.make_next()
    done = again(ordered)
    assert (done.state, done.attempts, kept()) == (ExportState.READY, 2, {done.file_id})
    assert len(content(done).splitlines()) == 7


def test_one_that_kills_three_workers_is_given_up(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered = order(project)
    monkeypatch.setattr(making, "export", broken(0, Killed()))
    for _ in range(orders.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            making.make_next(lease=RUN_OUT)
    assert making.make_next()
    given_up = again(ordered)
    assert (given_up.state, given_up.message) == (ExportState.FAILED, orders.BROKEN_OFF)
    assert list(Notice.objects.values_list("event", "is_bad")) == [("export.failed", True)]
    assert kept() == set()


def test_a_worker_that_lost_its_lease_ends_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered = order(project)

    def slow(*args: Any) -> ExportFile:
        monkeypatch.undo()

        def made() -> Iterator[bytes]:
            yield b"the first"
            assert making.make_next()  # another worker takes it up, and is quicker
            yield b"worker"

        return ExportFile("slow.csv", "text/csv", made())

    monkeypatch.setattr(making, "export", slow)
    assert making.make_next(lease=RUN_OUT)
    done = again(ordered)
    assert (done.state, done.attempts, kept()) == (ExportState.READY, 2, {done.file_id})
    assert len(content(done).splitlines()) == 7
    assert Notice.objects.count() == 1


def test_a_worker_that_leaves_hands_it_back(project: Project) -> None:
    ordered = order(project)
    assert making.make_next(should_leave=lambda: True)
    back = again(ordered)
    assert (back.state, back.attempts, kept()) == (ExportState.WAITING, 0, set())
    making.make_next()
    assert again(ordered).state == ExportState.READY


def test_an_outage_is_the_workers_to_wait_for(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered = order(project)
    with monkeypatch.context() as patch:
        patch.setattr(making, "export", broken(0, AutoReconnect("away")))
        with pytest.raises(AutoReconnect):
            making.make_next(lease=RUN_OUT)
    assert making.make_next()
    assert again(ordered).state == ExportState.READY


@pytest.mark.parametrize(
    ("error", "message"), [(ValueError("a bug"), orders.OUR_FAULT), (None, "This project has no target")]
)
def test_what_cannot_be_made_says_why(
    project: Project, monkeypatch: pytest.MonkeyPatch, error: Exception | None, message: str
) -> None:
    target = make_target(project)
    ordered = order(project, f"target_id={target.pk}")
    if error:
        monkeypatch.setattr(making, "export", broken(1, error))
    else:
        target.delete()
    assert making.make_next()
    failed = again(ordered)
    assert (failed.state, failed.message.startswith(message), kept()) == (ExportState.FAILED, True, set())
    assert failed.expires_at is not None


def test_an_export_goes_with_its_project_even_while_it_is_made(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_export(project)
    order(project)
    made = export(project, ResultFilter(), ExportRequest())

    def deleted_meanwhile() -> Iterator[bytes]:
        yield from made.chunks
        Project.objects.get(pk=project.pk).delete()

    monkeypatch.setattr(making, "export", lambda *args: ExportFile("x.csv", "text/csv", deleted_meanwhile()))
    assert making.make_next()
    assert (Export.objects.count(), Notice.objects.count(), kept()) == (0, 0, set())


def test_nobody_has_more_than_five_made_at_once(project: Project) -> None:
    for _ in range(background.MOST_UNFINISHED):
        order(project)
    with pytest.raises(ExportRefused) as refused:
        order(project)
    assert refused.value.code == "too_many"
    making.make_next()
    assert order(project).state == ExportState.WAITING


def test_the_file_says_what_the_filter_finds_when_it_is_made(project: Project) -> None:
    ordered = order(project, "search=comma%2C+%26+more&rating_min=1.5", "format=json&fields=text")
    assert ordered.query.startswith("rating_min=1.5&search=comma%2C+%26+more&format=json")
    making.make_next()
    assert json.loads(content(ordered)) == []

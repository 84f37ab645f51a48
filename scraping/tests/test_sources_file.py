import io
import json
from typing import Any

import pytest
from bson import ObjectId

from projects import files
from projects.choices import PLATFORMS, Platform, TargetType
from projects.models import Target
from results.imports import preview
from scraping.sources import SOURCES, get_source
from scraping.sources import file as reading
from scraping.sources.base import Outcome, SourceError
from scraping.sources.file import FileSource
from tests.standins.visits import Visit

ROWS = 1200


def content(bad: int = 7) -> bytes:
    lines = [f"r{n},{'x' if n < bad else n % 5 + 1},This is review number {n}" for n in range(ROWS)]
    return "\n".join(["id,rating,text", *lines]).encode()


def options(body: bytes) -> dict[str, Any]:
    return dict(preview(io.BytesIO(body)).options.to_json())


def visit(body: bytes, **said: Any) -> Visit:
    said.setdefault("options", options(body))
    return Visit(FileSource(lambda: io.BytesIO(body))).run("a-file", **said)


def failure(body: bytes, **said: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(body, **said)
    return caught.value


def test_a_file_comes_in_pages_with_its_bad_rows():
    seen = visit(content())
    assert [len(page.items) + len(page.row_errors) for page in seen.pages] == [500, 500, 200]
    assert [item.external_id for item in seen.items] == [f"r{n}" for n in range(7, ROWS)]
    assert [error.line for error in seen.row_errors] == list(range(2, 9))
    assert seen.fetch.requests == 0


def test_the_number_of_rows_is_known_from_the_first_page():
    assert [page.reported_total for page in visit(content()).pages] == [ROWS] * 3


def test_reading_goes_on_after_the_page_that_was_kept():
    whole = visit(content())
    rest = visit(content(), cursor=whole.pages[0].cursor)
    assert [item.external_id for item in rest.items] == [item.external_id for item in whole.items[-700:]]
    assert [page.cursor for page in rest.pages] == ["1000", "1200"]


def test_a_file_that_was_read_to_its_end_gives_nothing_more():
    assert visit(content(), cursor=str(ROWS)).pages == []


def test_large_texts_make_small_pages(monkeypatch):
    monkeypatch.setattr(reading, "SIZE", 1000)
    assert all(len(page.items) < 60 for page in visit(content()).pages)


def test_a_large_file_is_read_from_a_copy_on_disk(monkeypatch):
    monkeypatch.setattr(reading, "IN_MEMORY", 1000)
    assert len(visit(content()).items) == ROWS - 7


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (content() + b"\nlast,5," + b"x" * 2_000_000, Outcome.TOO_LARGE),
        (content() + b"\nlast,5,caf\xe9", Outcome.UNSUPPORTED),
        (content().replace(b"id,rating,text", b"id,rating,words"), Outcome.UNSUPPORTED),
        (b"", Outcome.EMPTY),
    ],
    ids=["a huge cell", "a wrong encoding", "a missing column", "nothing"],
)
def test_nothing_is_kept_of_a_file_that_cannot_be_read_to_its_end(body, outcome):
    seen = Visit(FileSource(lambda: io.BytesIO(body)))
    with pytest.raises(SourceError) as caught:
        seen.run("a-file", options=options(content()))
    assert (caught.value.code, caught.value.can_retry) == (outcome, False)
    assert seen.pages == []


def test_options_that_are_not_understood_are_refused():
    error = failure(content(), options={"format": "xml"})
    assert error.code == Outcome.UNSUPPORTED
    assert error.message.startswith("Must be one of csv")


def test_options_that_are_missing_are_guessed():
    assert len(visit(content(), options={}).items) == ROWS - 7


def test_reading_can_be_broken_off():
    def check() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Visit(FileSource(lambda: io.BytesIO(content())), check).run("a-file")


# Which source reads which target


def target(platform: Platform, kind: TargetType, **fields: Any) -> Target:
    return Target(platform=platform, detected_type=kind, external_id="1", **fields)


@pytest.mark.django_db
def test_a_stored_upload_is_read_whatever_platform_it_is_from():
    upload = files.save(ObjectId(), "reviews.csv", [content()])
    source = get_source(target(Platform.STEAM, TargetType.FILE, file_id=upload.id))
    with files.read(upload.id) as stored:
        told = json.loads(json.dumps(preview(stored).options.to_json()))
    assert told == options(content())
    assert len(Visit(source).run("a-file", options=told).items) == ROWS - 7


@pytest.mark.django_db
def test_an_upload_that_is_gone_is_told():
    source = get_source(target(Platform.FILE, TargetType.FILE, file_id=ObjectId()))
    with pytest.raises(SourceError) as caught:
        Visit(source).run("a-file")
    assert caught.value.code == Outcome.NOT_FOUND


def test_every_platform_has_a_source_under_its_own_name():
    assert {platform: get_source(target(platform, TargetType.PRODUCT)).platform for platform in PLATFORMS} == {
        platform: platform.value for platform in PLATFORMS
    }
    assert set(SOURCES) == set(PLATFORMS)

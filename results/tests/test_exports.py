import asyncio
import csv
import io
import json
import threading
from collections.abc import Iterator
from copy import copy
from datetime import datetime, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from bson import ObjectId
from django.core.exceptions import ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import QueryDict
from django.test import RequestFactory
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.workbook.workbook import Workbook as Opened

from projects.models import Project
from projects.tests.factories import make_project
from results import exports
from results.exports import COLUMNS, CONTENT_TYPES, ExportRequest, workbook
from results.filters import ResultFilter
from results.models import Result
from results.tests.factories import START, make_item, make_results, make_target, store
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module

JOB = ObjectId()
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil")')
HOSTILE = (*FORMULAS, "<script>&amp;</script>", "_x000D_", 'a,"b";\nc')


@pytest.fixture(scope="module")
def scene(db: None) -> Project:
    """Made once: the tests of this module only read."""
    project = make_project(name="Käffchen & Co")
    steam, reddit = make_target(project, "steam", label="=cmd|calc"), make_target(project, "reddit")
    make_results(
        steam,
        make_item(
            "1",
            "very_positive joy",
            title="So good",
            author="Ann",
            url="https://example.com/1",
            rating=4,
            rating_max=5,
        ),
        make_item("2", "unsupported_language", published_at=START - timedelta(days=1)),
        job_id=JOB,
    )
    hostile = [make_item(n, text, published_at=START - timedelta(days=9)) for n, text in enumerate(HOSTILE)]
    store(reddit, *hostile)
    store(make_target(), make_item("foreign", "not yours"))
    return project


@pytest.fixture
def project(scene: Project) -> Project:
    return copy(scene)


def content(project: Project, query: str, asked: ResultFilter | None = None) -> bytes:
    file = exports.export(project, asked or ResultFilter(), ExportRequest.parse(QueryDict(query)))
    return b"".join(file.chunks)


def rows_of_csv(data: bytes, **options: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), **options))


def opened(data: bytes) -> Opened:
    return load_workbook(io.BytesIO(data))


def test_csv_has_the_columns_in_order_and_every_review(project: Project) -> None:
    data = content(project, "format=csv")
    assert data.startswith("\ufeffid,platform,target,".encode())
    assert data.count(b"\r\n") == data.count(b"\n") - 1  # one line break is part of a text
    rows = rows_of_csv(data)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2 + len(HOSTILE)
    result = Result.objects.get(project=project, external_id="1", platform="steam")
    assert rows[0] == {
        "id": str(result.pk),
        "platform": "steam",
        "target": "'=cmd|calc",
        "url": "https://example.com/1",
        "author": "Ann",
        "rating": "4.0",
        "title": "So good",
        "text": "very_positive joy",
        "language": "en",
        "date": "2026-03-02T12:30:00Z",
        "sentiment": "very_positive",
        "sentiment_score": "0.9",
        "confidence": "0.8",
        "emotion": "joy",
        "emotions": "joy 0.7; surprise 0.4",
        "aspects": "",
        "label_source": "model",
        "engine": "scripted-1",
        "job_id": str(JOB),
        "collected_at": f"{result.created_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    assert [rows[1][name] for name in ("language", "sentiment", "sentiment_score", "label_source")] == [
        "de",
        "",
        "",
        "",
    ]


def test_no_cell_of_a_csv_file_is_a_formula(project: Project) -> None:
    cells = [cell for row in rows_of_csv(content(project, "format=csv")) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    texts = {row["text"] for row in rows_of_csv(content(project, "format=csv"))}
    assert {f"'{formula}" for formula in FORMULAS} <= texts


def test_csv_comes_without_bom_and_with_other_delimiters_if_asked(project: Project) -> None:
    data = content(project, "format=csv&bom=false&delimiter=semicolon&fields=text,platform,sentiment_score")
    assert data.startswith(b"platform;text;sentiment_score\r\nsteam;very_positive joy;0.9\r\n")
    assert b'"a,""b"";\nc"' in data
    assert content(project, "delimiter=tab&bom=false&fields=platform,text").startswith(b"platform\ttext\r\n")


def test_json_is_an_array_of_objects(project: Project) -> None:
    rows = json.loads(content(project, "format=json"))
    assert len(rows) == 2 + len(HOSTILE)
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["emotions"] == [{"emotion": "joy", "score": 0.7}, {"emotion": "surprise", "score": 0.4}]
    assert (rows[0]["rating"], rows[0]["aspects"], rows[0]["date"]) == (4, [], "2026-03-02T12:30:00Z")
    assert (rows[1]["sentiment"], rows[1]["sentiment_score"], rows[1]["rating"]) == (None, None, None)


def test_json_lines_are_the_objects_of_json(project: Project) -> None:
    lines = content(project, "format=jsonl&fields=id,text").decode().splitlines()
    assert [json.loads(line) for line in lines] == json.loads(content(project, "format=json&fields=id,text"))


def test_xlsx_has_a_results_sheet_with_header_and_filters(project: Project) -> None:
    book = opened(content(project, "format=xlsx"))
    sheet = book["Results"]
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == (f"A1:T{3 + len(HOSTILE)}", "A2")
    assert sheet["A1"].font.b
    values = dict(zip(COLUMNS, (cell.value for cell in sheet[2]), strict=True))
    assert (values["rating"], values["sentiment_score"], values["aspects"]) == (4, 0.9, None)
    assert values["date"] == datetime(2026, 3, 2, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zones


def test_texts_in_xlsx_are_strings_as_they_are(project: Project) -> None:
    sheet = opened(content(project, "format=xlsx&fields=text"))["Results"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {unescape(str(cell.value)) for cell in cells} >= {*HOSTILE}  # as Excel does


def test_xlsx_sums_up_what_it_holds(project: Project) -> None:
    asked = ResultFilter(platform=("steam",), search="joy")
    figures = {
        row[0].value: row[1].value for row in opened(content(project, "format=xlsx", asked))["Summary"].iter_rows()
    }
    assert figures["Project"] == "Käffchen & Co"
    assert (figures["Filter: Search"], figures["Filter: Platform"]) == ("joy", "Steam")
    assert (figures["Reviews"], figures["Sentiment: very positive"], figures["Strongest emotion: joy"]) == (1, 1, 1)
    assert (figures["Average sentiment, −1 to 1"], figures["Average rating, 0 to 5"]) == (0.9, 4)


def test_xlsx_goes_on_in_another_sheet(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS_PER_SHEET", 5)
    book = opened(content(project, "format=xlsx&fields=id"))
    assert book.sheetnames == ["Results", "Results 2", "Results 3", "Summary"]
    ids = [row[0].value for name in book.sheetnames[:-1] for row in book[name].iter_rows(min_row=2)]
    assert ids == [row["id"] for row in json.loads(content(project, "format=json"))]
    assert {book[name]["A1"].value for name in book.sheetnames[:-1]} == {"id"}


def test_a_text_longer_than_a_cell_is_cut_in_xlsx_only() -> None:
    book = workbook.Workbook()
    book.sheet("Results", ["text"], [10])
    book.row(["x" * 40_000])
    book.close()
    assert len(opened(book.sink.take())["Results"]["A2"].value) == workbook.CELL_LENGTH


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_an_export_holds_exactly_the_filter(project: Project, kind: str) -> None:
    asked = ResultFilter(sentiment=("very_positive",))
    data = content(project, f"format={kind}&fields=text", asked)
    texts = {
        "csv": lambda: [row["text"] for row in rows_of_csv(data)],
        "json": lambda: [row["text"] for row in json.loads(data)],
        "jsonl": lambda: [json.loads(line)["text"] for line in data.splitlines()],
        "xlsx": lambda: [row[0].value for row in opened(data)["Results"].iter_rows(min_row=2)],
        "parquet": lambda: pq.read_table(io.BytesIO(data))["text"].to_pylist(),
    }
    assert texts[kind]() == ["very_positive joy"]


@pytest.mark.parametrize(
    ("kind", "nothing"), [("csv", b"\xef\xbb\xbfid,text\r\n"), ("json", b"[\n]\n"), ("jsonl", b"")]
)
def test_nothing_found_is_still_a_file(project: Project, kind: str, nothing: bytes) -> None:
    assert content(project, f"format={kind}&fields=id,text", ResultFilter(search="nowhere")) == nothing


def test_nothing_found_is_still_a_workbook(project: Project) -> None:
    book = opened(content(project, "format=xlsx", ResultFilter(search="nowhere")))
    assert [cell.value for cell in book["Results"][1]] == list(COLUMNS)
    assert book.sheetnames == ["Results", "Summary"]


def test_three_classes_are_named_as_the_project_does(project: Project) -> None:
    project.adjust({"analysis": {"sentiment_classes": 3}})
    labels = {row["sentiment"] for row in json.loads(content(project, "format=json"))}
    assert labels == {"positive", None}


def test_the_file_is_named_for_its_project_and_time(project: Project) -> None:
    file = exports.export(project, ResultFilter(), ExportRequest(format="xlsx"))
    answer = exports.response(RequestFactory().get("/"), file)
    assert file.filename.startswith("käffchen-co_results_2")
    assert answer["Content-Type"] == CONTENT_TYPES["xlsx"]
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''k%C3%A4ffchen-co_results_2")
    project.name = "!!!"
    assert exports.export(project, ResultFilter(), ExportRequest()).filename.startswith("project_results_2")


@pytest.mark.parametrize(
    ("query", "name"),
    [("format=pdf", "format"), ("fields=id,secret", "fields"), ("bom=maybe", "bom"), ("delimiter=|", "delimiter")],
)
def test_what_is_wrong_with_a_request_is_named(query: str, name: str) -> None:
    with pytest.raises(ValidationError) as error:
        ExportRequest.parse(QueryDict(query))
    assert list(error.value.message_dict) == [name]


def test_under_asgi_chunks_are_sent_as_they_are_made() -> None:
    """Another task runs between the chunks, and none is made before it is asked for."""
    made, seen = [], []

    def chunks() -> Iterator[bytes]:
        for number in range(3):
            made.append((number, threading.current_thread() is threading.main_thread()))
            yield b"%d" % number

    async def read() -> None:
        seen.extend([(chunk, len(made)) async for chunk in exports.async_chunks(chunks())])

    asyncio.run(read())
    assert seen == [(b"0", 1), (b"1", 2), (b"2", 3)]
    assert not any(in_main for _, in_main in made)


def test_under_asgi_a_reader_who_leaves_ends_the_export() -> None:
    closed = []

    def chunks() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append(True)

    async def leave() -> None:
        reading = exports.async_chunks(chunks())
        await anext(reading)
        await reading.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    assert closed == [True]


def test_an_asgi_request_gets_an_asynchronous_stream(project: Project) -> None:
    file = exports.export(project, ResultFilter(), ExportRequest())
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    assert exports.response(ASGIRequest(scope, io.BytesIO()), file).is_async

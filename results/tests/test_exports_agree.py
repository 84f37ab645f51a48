"""The same reviews in every format: whatever people write, each file tells the same of it."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bson import ObjectId
from django.http import QueryDict
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from projects.models import Project
from projects.tests.factories import make_project
from results import exports
from results.exports import COLUMNS, ExportRequest, columnar
from results.exports.delimited import LIVE_FIRST
from results.exports.workbook import CELL_LENGTH
from results.filters import ResultFilter
from results.models import Result
from results.tests.factories import START, make_item, make_results, make_target
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module

NASTY = (
    *("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil","x")', "'=1", "0012", "1e999", "NaN", "null", "TRUE"),
    *('a,"b";\tc\n"\n,', "line\r\nbreak\rold\u2028new\x85", "\ufeffmark", "_x000D_ and _x005F_", "x" * 40_000),
    *(
        "<script>&amp;]]></script>",
        "</t></is></c>",
        "\\N \\u0000 \\",
        "\x00\x07\x1b[31m\ud800\ufffe",
        " \u00a0 blank \u3000",
    ),
    *("👩‍👩‍👧 🏳️‍🌈", "العربية \u202e kcab", "日本語の長い文", "Ça va, ñandú, ﬁn", "Z̸̛͎a͠l̷g͢o", "🏴\U000e0067\U000e007f"),
)
ASPECTS = [
    {"aspect": "story, plot", "sentiment": "positive", "score": 0.75, "quote": '=1; "so"\ngood'},
    {"aspect": "стабильность", "sentiment": "negative", "score": -0.5, "quote": ""},
]

Row = dict[str, Any]


@pytest.fixture(scope="module")
def project(db: None) -> Project:
    """Made once: the tests of this module only read."""
    project = make_project(name="Nasty")
    target = make_target(project, "steam", label='=cmd|"calc", and more')
    items = [
        make_item(n, text, title=text[:90], author=text[:30], url=f"https://example.com/?q={n}&a=<b>", rating=n % 5)
        for n, text in enumerate(NASTY)
    ]
    undated = make_item("undated", "very_negative anger", published_at=None, rating_max=5, rating=2.5)
    old = make_item("old", "unsupported_language", published_at=START - timedelta(days=20_000, milliseconds=1))
    make_results(target, *items, undated, old, job_id=ObjectId())
    Result.objects.filter(target=target, external_id__in=["1", "undated"]).update(aspects=ASPECTS, label_source="human")
    return project


def data(project: Project, query: str) -> io.BytesIO:
    file = exports.export(project, ResultFilter(), ExportRequest.parse(QueryDict(query)))
    return io.BytesIO(b"".join(file.chunks))


def in_json(project: Project) -> list[Row]:
    found: list[Row] = json.load(data(project, "format=json"))
    return found


def in_lines(project: Project) -> list[Row]:
    return [json.loads(line) for line in data(project, "format=jsonl").getvalue().decode().split("\n") if line]


def in_csv(project: Project) -> list[Row]:
    text = data(project, "format=csv").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def in_xlsx(project: Project) -> list[Row]:
    header, *rows = load_workbook(data(project, "format=xlsx"))["Results"].iter_rows(values_only=True)
    return [
        dict(zip(header, [unescape(v) if isinstance(v, str) else v for v in row], strict=True))  # type: ignore[arg-type]
        for row in rows
    ]


def in_parquet(project: Project) -> list[Row]:
    rows: list[Row] = pq.read_table(data(project, "format=parquet")).to_pylist()
    return rows


def flat(row: Row) -> Row:
    emotions = "; ".join(f"{one['emotion']} {one['score']:g}" for one in row["emotions"])
    return {
        **row,
        "emotions": emotions,
        "aspects": "; ".join(f"{a['aspect']} {a['sentiment']}" for a in row["aspects"]),
    }


def as_csv(row: Row) -> Row:
    cells = {
        name: value if isinstance(value, str) or value is None else str(value) for name, value in flat(row).items()
    }
    return {name: f"'{cell}" if (cell or "").startswith(LIVE_FIRST) else cell or "" for name, cell in cells.items()} | {
        name: cells[name] or ""
        for name in ("sentiment_score",)  # numbers stay numbers
    }


def as_xlsx(row: Row) -> Row:
    return {
        name: (value[:CELL_LENGTH] or None) if isinstance(value, str) else value for name, value in flat(row).items()
    }


def seconds(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None


def dated(rows: list[Row]) -> Iterator[Row]:
    """Moments as JSON writes them."""
    for row in rows:
        yield {**row, "date": seconds(row["date"]), "collected_at": seconds(row["collected_at"])}


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (in_lines, lambda row: row),
        (in_csv, as_csv),
        (lambda project: list(dated(in_xlsx(project))), as_xlsx),
        (lambda project: list(dated(in_parquet(project))), lambda row: row),
    ],
    ids=["jsonl", "csv", "xlsx", "parquet"],
)
def test_every_format_tells_the_same(
    project: Project, read: Callable[[Project], list[Row]], expected: Callable[[Row], Row]
) -> None:
    rows = in_json(project)
    assert len(rows) == len(NASTY) + 2
    assert {len(row["aspects"]) for row in rows} == {0, 2}
    assert read(project) == [expected(row) for row in rows]


def test_parquet_has_the_columns_in_order_and_with_types(project: Project) -> None:
    file = pq.ParquetFile(data(project, "format=parquet"))
    assert tuple(file.schema_arrow.names) == COLUMNS
    types = {field.name: field.type for field in file.schema_arrow}
    moment = pa.timestamp("ms", tz="UTC")
    assert (types["date"], types["collected_at"], types["rating"], types["id"]) == (
        moment,
        moment,
        pa.float64(),
        pa.string(),
    )
    assert {name for name, kind in types.items() if pa.types.is_list(kind)} == {"emotions", "aspects"}
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    oldest = file.read().to_pylist()[-1]
    assert oldest["date"] == (START - timedelta(days=20_000, milliseconds=1)).astimezone(UTC)
    assert (oldest["sentiment"], oldest["emotions"], oldest["language"]) == (None, [], "de")


def test_parquet_comes_in_row_groups(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "ROWS_A_GROUP", 7)
    made = exports.export(project, ResultFilter(), ExportRequest("parquet", ("id", "aspects")))
    chunks = list(made.chunks)
    file = pq.ParquetFile(io.BytesIO(b"".join(chunks)))
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [7, 7, 7, 7, 1]
    assert len(chunks) == 5 + 1  # sent as they are made, and the contents at the end
    assert [row["id"] for row in file.read().to_pylist()] == [row["id"] for row in in_json(project)]


def test_nothing_found_is_still_a_parquet_file(project: Project) -> None:
    made = exports.export(project, ResultFilter(search="nowhere"), ExportRequest("parquet", ("id", "rating")))
    table = pq.read_table(io.BytesIO(b"".join(made.chunks)))
    assert (table.num_rows, table.schema.names) == (0, ["id", "rating"])

"""Files that people upload, and what is read from them."""

import csv
import io
import json
import random
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from results.imports import Options, RowError, preview, read
from results.ingest import Item

AT = datetime(2024, 1, 5, tzinfo=UTC)


class Upload(io.BytesIO):
    """An uploaded file with its name."""

    def __init__(self, content: bytes | str, name: str = "") -> None:
        super().__init__(content.encode() if isinstance(content, str) else content)
        self.name = name


def table(*rows: list[Any], delimiter: str = ",", name: str = "") -> Upload:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return Upload(text.getvalue(), name)


def workbook(*rows: list[Any], sheets: int = 1) -> Upload:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    for _ in range(1, sheets):
        book.create_sheet()
    content = io.BytesIO()
    book.save(content)
    return Upload(content.getvalue())


def items(file: Upload, **options: Any) -> list[Item]:
    found = list(read(file, Options(**options)))
    assert [row for row in found if isinstance(row, RowError)] == []
    return [row for row in found if isinstance(row, Item)]


def errors(file: Upload, **options: Any) -> list[RowError]:
    return [row for row in read(file, Options(**options)) if isinstance(row, RowError)]


def refusal(file: Upload, **options: Any) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        preview(file, Options(**options))
    return caught.value


# The same two reviews in every format

REVIEWS = [["id", "rating", "date", "text"], ["a1", "5", "2024-01-05", "Very good"], ["a2", "1", "2024-01-05", "Awful"]]
READ = [("a1", 5.0, 5.0, AT, "Very good"), ("a2", 1.0, 5.0, AT, "Awful")]


def entries() -> list[dict[str, str]]:
    return [dict(zip(REVIEWS[0], row, strict=True)) for row in REVIEWS[1:]]


FILES = {
    "csv": lambda: table(*REVIEWS),
    "tsv": lambda: table(*REVIEWS, delimiter="\t"),
    "semicolons": lambda: table(*REVIEWS, delimiter=";"),
    "bars": lambda: table(*REVIEWS, delimiter="|"),
    "xlsx": lambda: workbook(REVIEWS[0], ["a1", 5, AT.replace(tzinfo=None), READ[0][4]], ["a2", 1, AT.date(), "Awful"]),
    "json": lambda: Upload(json.dumps(entries())),
    "json indented": lambda: Upload(json.dumps({"app": 1, "reviews": entries()}, indent=1)),
    "jsonl": lambda: Upload("\n".join(map(json.dumps, entries()))),
    "utf-8 with mark": lambda: Upload(table(*REVIEWS).getvalue().decode().encode("utf-8-sig")),
    "utf-16": lambda: Upload(table(*REVIEWS).getvalue().decode().encode("utf-16")),
    "utf-16 without mark": lambda: Upload(table(*REVIEWS).getvalue().decode().encode("utf-16-le")),
    "utf-32": lambda: Upload(table(*REVIEWS).getvalue().decode().encode("utf-32")),
    "json in utf-16": lambda: Upload("\n".join(map(json.dumps, entries())).encode("utf-16")),
    "old Mac line ends": lambda: Upload(table(*REVIEWS).getvalue().replace(b"\r\n", b"\r")),
}


# Without headings


def ground_truth() -> Upload:
    """Like the public ground truth files: id, mean rating −4…4, sentence, and quotation marks as they come."""
    spread = random.Random(7)
    rows = [f"{n // 9 + 1}_{n % 9 + 1}\t{spread.uniform(-3.8, 3.9):.4g}\tit was {n} times as good" for n in range(3000)]
    rows[5] = '1_6\t-0.5\t"this one opens a quotation mark and never closes it'
    rows[9] = '2_1\t1\t"closed" and gone on'
    return Upload("\n".join(rows), "ground_truth.txt")

"""Reviews as a file: exactly what a filter finds, newest first, streamed, without limit.

asked = ExportRequest.parse(request.GET)
return response(request, export(project, result_filter, asked))
"""

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from projects.models import Project, Target
from results import reading, rollups
from results.chips import chips
from results.choices import label_shown
from results.filters import ResultFilter
from results.models import Result
from results.tallies import Tally
from results.workbook import Workbook
from sentimatrix_studio.mongo.pipelines import collection, condition

COLUMNS = (
    *("id", "platform", "target", "url", "author", "rating", "title", "text", "language", "date", "sentiment"),
    *("sentiment_score", "confidence", "emotion", "emotions", "aspects", "label_source", "engine", "job_id"),
    "collected_at",
)
READ = (
    *("platform", "target_id", "url", "author", "rating", "title", "text", "language", "source_language"),
    *("published_at", "sentiment", "score", "confidence", "emotion", "emotions", "engine", "job_id", "created_at"),
    *("aspects", "label_source"),
)
SUMMED_UP = ("state", "emotion_score", "stars")  # read besides for the summary of a workbook
WIDTHS = {"text": 80.0, "title": 30.0, "url": 30.0, "target": 24.0, "date": 20.0, "collected_at": 20.0, "id": 26.0}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PARAMETERS = ("format", "fields", "bom", "delimiter")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";", "\t": "\t"}
BATCH = 500
LIVE_FIRST = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet take a text for a formula

Row = dict[str, Any]
Rows = Iterator[tuple[Row, Row]]  # the document, and what its columns are


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """How the file should be. Columns are in the order of ``COLUMNS`` whatever order they are asked for in."""

    format: str = "csv"
    columns: tuple[str, ...] = COLUMNS
    bom: bool = True  # so that Excel takes a CSV file for UTF-8
    delimiter: str = ","

    @classmethod
    def parse(cls, query: QueryDict) -> "ExportRequest":
        """Reads ``format``, ``fields``, ``bom`` and ``delimiter``. Raises ValidationError naming what is wrong."""
        wanted = query.get("format", "csv")
        fields = reading.several(query.getlist("fields"))
        bom = query.get("bom", "true")
        delimiter = query.get("delimiter", ",")
        unknown = [name for name in fields if name not in COLUMNS]
        problems = {
            "format": wanted not in CONTENT_TYPES and f"Use one of {', '.join(CONTENT_TYPES)}.",
            "fields": unknown and f"“{unknown[0]}” is not one of {', '.join(COLUMNS)}.",
            "bom": bom not in ("true", "false") and "Use true or false.",
            "delimiter": delimiter not in DELIMITERS and "Use comma, semicolon or tab.",
        }
        if any(problems.values()):
            raise ValidationError({name: message for name, message in problems.items() if message})
        columns = tuple(name for name in COLUMNS if not fields or name in fields)
        return cls(wanted, columns, bom == "true", DELIMITERS[delimiter])


@dataclass(frozen=True, slots=True)
class Export:
    filename: str
    content_type: str
    chunks: Iterator[bytes]


def export(project: Project, asked: ResultFilter, form: ExportRequest) -> Export:
    """The file; reading begins with the first chunk."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = slugify(project.name, allow_unicode=True) or "project"
    write = {"csv": _csv, "json": _json, "jsonl": _json_lines, "xlsx": _xlsx}[form.format]
    filename = f"{name}_results_{stamp}.{form.format}"
    return Export(filename, CONTENT_TYPES[form.format], write(project, asked, form))


def response(request: HttpRequest, file: Export) -> StreamingHttpResponse:
    """The download. Under ASGI Django would collect an ordinary iterator before it sends the first byte."""
    chunks = async_chunks(file.chunks) if isinstance(request, ASGIRequest) else file.chunks
    disposition = content_disposition_header(True, file.filename) or "attachment"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(chunks, content_type=file.content_type, headers=headers)


async def async_chunks(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each chunk is made in a thread, so that other requests are served in between; given up with the connection."""
    try:
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            yield chunk
    finally:
        if close := getattr(chunks, "close", None):
            await asyncio.to_thread(close)


# Rows


def _rows(project: Project, asked: ResultFilter, more: Sequence[str] = ()) -> Rows:
    columns = _columns(project)
    where = condition(asked.queryset(project))
    fields = dict.fromkeys((*READ, *more), 1)
    with collection(Result).find(where, fields, batch_size=BATCH).sort([("dated_at", -1), ("_id", -1)]) as found:
        for row in found:
            yield row, columns(row)


def _columns(project: Project) -> Callable[[Row], Row]:
    targets = {target.pk: str(target) for target in Target.objects.filter(project_id=project.pk)}
    classes = project.sentiment_classes

    def columns(row: Row) -> Row:
        return {
            "id": str(row["_id"]),
            "platform": row["platform"],
            "target": targets.get(row["target_id"], ""),
            "url": row["url"],
            "author": row["author"],
            "rating": row["rating"],
            "title": row["title"],
            "text": row["text"],
            "language": row["language"] or row["source_language"],
            "date": row["published_at"],
            "sentiment": label_shown(row["sentiment"], classes),
            "sentiment_score": row["score"],
            "confidence": row["confidence"],
            "emotion": row["emotion"],
            "emotions": row["emotions"],
            "aspects": row["aspects"],
            "label_source": row["label_source"],
            "engine": row["engine"],
            "job_id": row["job_id"] and str(row["job_id"]),
            "collected_at": row["created_at"],
        }

    return columns


def _flat(values: Row) -> Row:
    """For formats with one value a cell."""
    values["emotions"] = "; ".join(f"{one['emotion']} {one['score']:g}" for one in values["emotions"])
    values["aspects"] = "; ".join(f"{one['aspect']} {one['sentiment']}" for one in values["aspects"])
    return values


def _utc(at: datetime | None) -> str | None:
    return f"{at.isoformat(timespec='seconds')}Z" if at else None


def _dated(values: Row) -> Row:
    values["date"], values["collected_at"] = _utc(values["date"]), _utc(values["collected_at"])
    return values


# Formats


def _csv(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    """RFC 4180, in UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=form.delimiter)
    if form.bom:
        buffer.write("\ufeff")
    writer.writerow(form.columns)
    for number, (_, values) in enumerate(_rows(project, asked), 1):
        values = _dated(_flat(values))
        writer.writerow([harmless(values[name]) for name in form.columns])
        if number % BATCH == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def harmless(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(LIVE_FIRST) else value


def _json_lines(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    buffer = io.StringIO()
    for number, line in enumerate(_json_objects(project, asked, form), 1):
        buffer.write(f"{line}\n")
        if number % BATCH == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def _json(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    """One array, an object a line."""
    buffer = io.StringIO()
    buffer.write("[")
    for number, line in enumerate(_json_objects(project, asked, form)):
        buffer.write(f",\n{line}" if number else f"\n{line}")
        if number % BATCH == 0:
            yield _drained(buffer)
    buffer.write("\n]\n")
    yield _drained(buffer)


def _json_objects(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for _, values in _rows(project, asked):
        values = _dated(values)
        yield encode({name: values[name] for name in form.columns})


def _drained(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _xlsx(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    """Sheets Results, Results 2 … as far as needed, and Summary."""
    book, sheets, sums = Workbook(), 0, Counter[str]()
    widths = [WIDTHS.get(name, 14.0) for name in form.columns]
    for number, (row, values) in enumerate(_rows(project, asked, SUMMED_UP)):
        if number == 0 or book.is_full:
            sheets += 1
            book.sheet("Results" if sheets == 1 else f"Results {sheets}", form.columns, widths)
        sums.update(rollups.contribution(row))
        values = _flat(values)
        book.row([values[name] for name in form.columns])
        if number % BATCH == 0:
            yield book.sink.take()
    if not sheets:
        book.sheet("Results", form.columns, widths)
    book.sheet("Summary", ("Figure", "Value"), (32.0, 60.0))
    for figure in _summary(project, asked, Tally(sums)):
        book.row(figure)
    book.close()
    yield book.sink.take()


def _summary(project: Project, asked: ResultFilter, tally: Tally) -> Iterator[tuple[str, Any]]:
    yield "Project", project.name
    yield "Exported at (UTC)", datetime.now(UTC).replace(tzinfo=None)
    for chip in chips(asked, project):
        yield f"Filter: {chip.label}", chip.value
    yield "Reviews", tally.total
    yield "Average sentiment, −1 to 1", tally.avg_score
    yield "Average rating, 0 to 5", tally.avg_rating
    for label, count in tally.distribution(project.sentiment_classes).items():
        yield f"Sentiment: {label.replace('_', ' ')}", count
    for emotion, count in tally.emotions.items():
        yield f"Strongest emotion: {emotion}", count
    for state, count in tally.not_analysed.items():
        yield f"Without analysis: {state.replace('_', ' ')}", count

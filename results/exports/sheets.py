"""XLSX: sheets Results, Results 2 … as far as needed, and Summary."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from projects.models import Project
from results import rollups
from results.chips import chips
from results.exports.request import ExportRequest
from results.exports.rows import BATCH, flat, rows
from results.exports.workbook import Workbook
from results.filters import ResultFilter
from results.tallies import Tally

SUMMED_UP = ("state", "emotion_score", "stars")  # read besides for the summary
WIDTHS = {"text": 80.0, "title": 30.0, "url": 30.0, "target": 24.0, "date": 20.0, "collected_at": 20.0, "id": 26.0}


def write(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    book, sheets, sums = Workbook(), 0, Counter[str]()
    widths = [WIDTHS.get(name, 14.0) for name in form.columns]
    for number, (row, values) in enumerate(rows(project, asked, SUMMED_UP)):
        if number == 0 or book.is_full:
            sheets += 1
            book.sheet("Results" if sheets == 1 else f"Results {sheets}", form.columns, widths)
        sums.update(rollups.contribution(row))
        values = flat(values)
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

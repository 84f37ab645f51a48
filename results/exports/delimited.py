"""CSV: RFC 4180, in UTF-8."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from projects.models import Project
from results.exports.request import ExportRequest
from results.exports.rows import BATCH, dated, flat, rows
from results.exports.sending import drained
from results.filters import ResultFilter

LIVE_FIRST = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet take a text for a formula


def write(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=form.delimiter)
    if form.bom:
        buffer.write("\ufeff")
    writer.writerow(form.columns)
    for number, (_, values) in enumerate(rows(project, asked), 1):
        values = dated(flat(values))
        writer.writerow([harmless(values[name]) for name in form.columns])
        if number % BATCH == 0:
            yield drained(buffer)
    yield drained(buffer)


def harmless(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(LIVE_FIRST) else value

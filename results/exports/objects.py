"""JSON and JSON Lines: an object a review."""

import io
import json
from collections.abc import Iterator

from projects.models import Project
from results.exports.request import ExportRequest
from results.exports.rows import BATCH, dated, rows
from results.exports.sending import drained
from results.filters import ResultFilter


def write_lines(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    buffer = io.StringIO()
    for number, line in enumerate(_objects(project, asked, form), 1):
        buffer.write(f"{line}\n")
        if number % BATCH == 0:
            yield drained(buffer)
    yield drained(buffer)


def write_array(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    """One array, an object a line."""
    buffer = io.StringIO()
    buffer.write("[")
    for number, line in enumerate(_objects(project, asked, form)):
        buffer.write(f",\n{line}" if number else f"\n{line}")
        if number % BATCH == 0:
            yield drained(buffer)
    buffer.write("\n]\n")
    yield drained(buffer)


def _objects(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for _, values in rows(project, asked):
        values = dated(values)
        yield encode({name: values[name] for name in form.columns})

"""A file as headings and records, whatever its format."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import IO, Any, Literal, TypeVar

from django.core.exceptions import ValidationError

from results.imports import delimited, encodings, objects, workbook
from results.imports.options import Column, Options
from results.imports.rows import Row, RowError

SAMPLE = 200  # records that decide what is usual …
SAMPLE_SIZE = 2 * 2**20  # … and characters, because a record may be large

Record = Row | RowError
Key = str | int
Sampled = TypeVar("Sampled", str, Row | RowError)


def open_table(file: IO[bytes], options: Options) -> tuple[list[str], Iterator[Record]]:
    """The headings (made up where there are none) and an iterator over the records below them, bad ones included.

    ``options`` must be complete but for the columns. Raises ValidationError, also while iterating.
    """
    records = _records(file, options)
    sample = take_sample(records)
    rows = [record for record in sample if isinstance(record, Row)]
    records = chain(sample, records)
    if options.format in ("json", "jsonl"):
        return list(dict.fromkeys(name for row in rows for name in row.cells)), records
    if options.header:
        first = next(records, None)
        return heading(first) if isinstance(first, Row) else [], records
    return [f"Column {n}" for n in range(1, max((len(row.cells) for row in rows), default=0) + 1)], records


def heading(row: Row) -> list[str]:
    """The headings a row holds; an empty cell is a column without one."""
    return [str(cell).strip() if cell is not None else "" for cell in row.cells]


def take_sample(records: Iterator[Sampled], most: int = SAMPLE) -> list[Sampled]:
    """The first ``most``, or fewer when they are large."""
    sample, size = [], 0
    for record in islice(records, most):
        sample.append(record)
        size += len(record) if isinstance(record, str) else _size(record)
        if size > SAMPLE_SIZE:
            break
    return sample


def keys(options: Options, names: Sequence[str]) -> dict[str, Key]:
    """Role → how to find its cell in a row. Raises ValidationError for a column that is not there."""
    places = {role: _place(column, names) for role, column in options.columns.items()}
    is_named = options.format in ("json", "jsonl")
    return {role: names[place] if is_named else place for role, place in places.items()}


def cell(row: Row, key: Key) -> Any:
    """What stands in that column; None where the row has no such cell."""
    if isinstance(row.cells, dict):
        return row.cells.get(str(key))
    return row.cells[int(key)] if int(key) < len(row.cells) else None


def _place(column: Column, names: Sequence[str]) -> int:
    if isinstance(column, int) and column < len(names):
        return column
    if isinstance(column, str):
        folded = [name.casefold() for name in names]
        for found, wanted in ((names, column), (folded, column.strip().casefold())):
            if wanted in found:
                return found.index(wanted)
    raise ValidationError({"columns": f"There is no column “{column}” in this file."})


def _size(record: Record) -> int:
    if isinstance(record, RowError) or record.raw:
        return len(record.raw)
    cells = record.cells.values() if isinstance(record.cells, dict) else record.cells
    return sum(len(str(cell)) for cell in cells)


def _records(file: IO[bytes], options: Options) -> Iterator[Record]:
    if options.format == "xlsx":
        return workbook.rows(file)
    if options.format == "json":
        return objects.document(file, options.encoding)
    lines = encodings.lines(file, options.encoding)
    if options.format == "jsonl":
        return objects.lines(lines)
    if options.format == "text":
        return _texts(lines)
    head = take_sample(lines)
    width = usual_width(head, options.delimiter, options.quote or "", is_header=bool(options.header))[0]
    return delimited.records(chain(head, lines), options.delimiter, options.quote or "", width)


def _texts(lines: Iterator[str]) -> Iterator[Row]:
    return (Row(number, [line.strip()], line) for number, line in enumerate(lines, start=1) if not line.isspace())


def usual_width(head: list[str], delimiter: str, quote: str, *, is_header: bool) -> tuple[int, float]:
    """How many cells a record has, and how many of the first records have that many (0 … 1).

    With a header it is the header that counts, else the most frequent number.
    """
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    head = head[1:] if head and delimited.separator(head[0]) else head
    reader = csv.reader(iter(head), delimiter=delimiter, quotechar=quote or None, quoting=quoting)
    try:
        widths = [len(cells) for cells in reader if any(cells)]
    except csv.Error:  # a huge or broken cell: whoever reads the records will name it
        widths = [line.count(delimiter) + 1 for line in head if not line.isspace()]
    if not widths:
        return 1, 0.0
    width = widths[0] if is_header else max(Counter(widths).items(), key=lambda item: (item[1], item[0]))[0]
    return width, widths.count(width) / len(widths)

"""What the user did not say about a file, guessed from the file."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError

from results.imports import columns, delimited, encodings, headings, objects, scales, tables
from results.imports.options import Column, Options
from results.imports.rows import Row

SAMPLE = 2_000  # records that decide which column holds what
SIGNATURES = (
    (b"PK\x03\x04", ""),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel file (.xls), or one with a password. Save it as .xlsx or CSV."),
    (b"\x1f\x8b", "This file is packed: unpack it first."),
    (b"%PDF", "This is a PDF. Upload a table or a text instead."),
)
BY_SUFFIX = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


@dataclass(frozen=True, slots=True)
class Guess:
    """Complete options (without ``text`` among the columns when none looks like one) and what is uncertain."""

    options: Options
    warnings: list[str]


def guess(file: IO[bytes], given: Options) -> Guess:
    """Fill in what was not said. Raises ValidationError when the file cannot be read at all."""
    check_size(file)
    options = _with_shape(file, given)
    names, records = tables.open_table(file, replace(options, header=options.header or False))
    sample = [record for record in tables.take_sample(records, SAMPLE) if isinstance(record, Row)]
    if options.header is None and options.format not in ("json", "jsonl"):
        listed = [list(row.cells) for row in sample[: tables.SAMPLE]]
        options = replace(options, header=bool(listed) and columns.has_header(listed[0], listed[1:]))
        names = tables.heading(sample.pop(0)) if options.header else names
    if not sample:
        raise ValidationError("There is no review in this file.", code="empty")
    named = names if options.header is not False else []
    if not options.columns:
        options = replace(options, columns=columns.guess([n for n in named if n], _by_column(named, sample)))
    options = replace(options, platform=options.platform or headings.platform(named))
    return Guess(*scales.fill(file, options))


def check_size(file: IO[bytes]) -> None:
    size = file.seek(0, 2)
    size = file.tell() if size is None else size  # not every file says where it went
    file.seek(0)
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES >> 20
        raise ValidationError(f"This file is larger than {limit} MiB: split it, or save it as CSV.", code="too_large")
    if not file.read(64 * 1024).strip() and size < 64 * 1024:
        raise ValidationError("This file is empty.", code="empty")


def _with_shape(file: IO[bytes], given: Options) -> Options:
    """Format, encoding, delimiter and quotation mark."""
    if given.format == "xlsx" or (not given.format and _signature(file) == "xlsx"):
        return replace(given, format="xlsx", encoding="", delimiter="", quote="")
    if given.encoding:
        encodings.verify(file, given.encoding)
    options = replace(given, encoding=given.encoding or encodings.detect(file))
    head = [line for line in encodings.head(file, options.encoding) if not line.isspace()][: tables.SAMPLE]
    if not head:
        raise ValidationError("This file is empty.", code="empty")
    if re.match(r"\ufeff?\s*<(!doctype|html|\?xml)", head[0], re.IGNORECASE):
        raise ValidationError("This is a web page or XML. Save the table as CSV or Excel (.xlsx).", code="markup")
    return _with_format(file, options, head)


def _signature(file: IO[bytes]) -> str:
    file.seek(0)
    start = file.read(8)
    for signature, reason in SIGNATURES:
        if start.startswith(signature):
            if reason:
                raise ValidationError(reason, code="binary")
            return "xlsx"
    return ""


def _with_format(file: IO[bytes], options: Options, head: list[str]) -> Options:
    suffix = BY_SUFFIX.get(PurePath(str(getattr(file, "name", ""))).suffix.lower(), "")
    if not options.format and (json_format := _json_format(head, suffix)):
        options = replace(options, format=json_format)
    if options.format in ("json", "jsonl"):
        return replace(options, delimiter="", quote="", header=None)
    if options.format == "text":
        return replace(options, delimiter="", quote="")
    told = "\t" if options.format == "tsv" else options.delimiter or delimited.separator(head[0])
    head = head[1:] if delimited.separator(head[0]) else head
    delimiter = told or _delimiter(head, suffix or options.format, has_header=bool(options.header))
    if not delimiter:
        return replace(options, format="text", quote="")
    quote = options.quote if options.quote is not None else _quote(head, delimiter)
    header = options.header if options.header is not None else _are_headings(head[0], delimiter)
    shape = "tsv" if delimiter == "\t" else "csv"
    return replace(options, format=shape, delimiter=delimiter, quote=quote, header=header)


def _are_headings(line: str, delimiter: str) -> bool | None:
    """True where several known ones stand there, however wide the rows below are; else the rows have a say."""
    known = sum(map(headings.is_known, next(csv.reader([line], delimiter=delimiter), [])))
    return True if known > 1 else None


def _json_format(head: list[str], suffix: str) -> str:
    start = head[0].lstrip("\ufeff \t")
    if suffix in ("json", "jsonl") and start.startswith(("{", "[", '"')):
        looks_like_json = True
    else:
        looks_like_json = bool(re.match(r"\{\s*(\"|\}|$)|\[\s*(\{|\"|\]|$)", start))
    if not looks_like_json or suffix in ("csv", "tsv"):
        return ""
    objects_among = sum(isinstance(entry, Row) for entry in objects.lines(iter(head[:20])))
    return "jsonl" if suffix == "jsonl" or 2 * objects_among >= len(head[:20]) > 1 else "json"


def _delimiter(head: list[str], suffix: str, *, has_header: bool) -> str:
    """The one that makes known headings of the first line, or cuts most lines into equally many cells; empty when
    the file looks like running text."""
    if headings.plain(head[0]) in headings.HEADINGS["text"].split():
        return max(",;|\t", key=lambda delimiter: _usual_share(head, delimiter))
    best, best_score = "", (0, 0.0, 0)
    for delimiter in "\t,;|":
        quote = "" if delimiter == "\t" else '"'
        width, share = tables.usual_width(head, delimiter, quote, is_header=False)
        known = sum(headings.is_known(cell) for cell in head[0].split(delimiter))
        if width > 1 and (score := (known, round(share, 2), width)) > best_score:
            best, best_score = delimiter, score
    if suffix in ("csv", "tsv"):
        return best or ("\t" if suffix == "tsv" else ",")
    known, share, _ = best_score
    is_regular = share >= 0.8 and (has_header or known or best == "\t" or _has_figures(head, best))
    return best if known > 1 or is_regular else ""


def _usual_share(head: list[str], delimiter: str) -> float:
    """Of lines below a single heading: how many are one cell, whatever commas stand in them."""
    return tables.usual_width(head, delimiter, '"', is_header=True)[1]


def _has_figures(head: list[str], delimiter: str) -> bool:
    """Verses have a comma a line too: a table without headings has a column that is not made of words."""
    rows = [line.rstrip("\r\n").split(delimiter) for line in head]
    cells = [columns.Cells([row[n] for row in rows]) for n in range(min(map(len, rows)))]
    return any(column.is_rating or column.is_date for column in cells)


def _quote(head: list[str], delimiter: str) -> str:
    """Tab separated files often quote nothing, and then a " may open a text that never closes it."""
    if delimiter != "\t":
        return '"'
    opened = [cell for line in head for cell in line.rstrip("\r\n").split("\t") if cell.startswith('"')]
    closed = [cell for cell in opened if re.fullmatch(r'"([^"]|"")*"', cell)]
    return '"' if opened and len(closed) == len(opened) else ""


def _by_column(names: Sequence[str], rows: Sequence[Row]) -> dict[Column, list[Any]]:
    """The cells under each heading, or under each number where there is no heading."""
    if isinstance(rows[0].cells, dict):
        return {name: [tables.cell(row, name) for row in rows] for name in names}
    width = max(len(names), *(len(row.cells) for row in rows))
    places = {(names[n] if n < len(names) and names[n] else n): n for n in range(width)}
    return {column: [tables.cell(row, place) for row in rows] for column, place in places.items()}

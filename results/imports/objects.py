"""Entries of JSON files: a list of objects somewhere in one document, or one object a line."""

import codecs
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import ijson
from django.core.exceptions import ValidationError

from results.imports.delimited import CELL_LIMIT
from results.imports.encodings import CHUNK, LINE_LIMIT
from results.imports.rows import EXCERPT, Row, RowError

LOOKED_AT = 20_000  # events of a document in which its lists are looked for
TEXT = "text"  # the column of entries that are bare texts


class _Utf8:
    """The file as UTF-8, whatever it was, and a watch on how much one entry takes."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        file.seek(0)
        self.file = file
        self.decoder = codecs.getincrementaldecoder(encoding)("strict")
        self.since_entry = 0

    def read(self, size: int) -> bytes:
        chunk = self.file.read(min(size, CHUNK)) if size else b""
        self.since_entry += len(chunk)
        if self.since_entry > LINE_LIMIT:
            raise ValidationError(f"An entry takes more than {LINE_LIMIT >> 20} MiB.", code="too_large")
        return self.decoder.decode(chunk, final=not chunk and size > 0).encode()


def document(file: IO[bytes], encoding: str) -> Iterator[Row | RowError]:
    """The entries of a JSON document's largest list, or the document itself. Raises ValidationError."""
    place = _place(file, encoding)
    source = _Utf8(file, encoding)
    number = 0
    try:
        for number, entry in enumerate(ijson.items(source, place, use_float=True), start=1):
            source.since_entry = 0
            yield _row(number, entry, "")
    except (ijson.JSONError, UnicodeError) as error:
        raise ValidationError(f"This is not JSON: it breaks off after entry {number:,}.", code="damaged") from error


def lines(source: Iterator[str]) -> Iterator[Row | RowError]:
    """The objects of JSON Lines; a line that is none is an error of its own."""
    for number, line in enumerate(source, start=1):
        if line.isspace():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            yield RowError(number, "It is not a JSON object.", line.strip("\r\n")[:EXCERPT])
            continue
        yield _row(number, entry, line)


def _place(file: IO[bytes], encoding: str) -> str:
    """Where the entries are, in ijson's words: ``item``, ``reviews.item``; empty = the document is one entry."""
    entries: Counter[str] = Counter()
    try:
        for prefix, event, _ in islice(ijson.parse(_Utf8(file, encoding), use_float=True), LOOKED_AT):
            is_entry = prefix.endswith("item") and prefix.split(".").count("item") == 1
            if is_entry and event in ("start_map", "string"):
                entries[prefix] += 1
    except (ijson.JSONError, UnicodeError) as error:
        raise ValidationError("This is not JSON: it breaks off before its first entry.", code="damaged") from error
    return entries.most_common(1)[0][0] if entries else ""


def _row(number: int, entry: Any, raw: str) -> Row | RowError:
    if isinstance(entry, str):
        entry = {TEXT: entry}
    if not isinstance(entry, dict):
        return RowError(number, "It is not a JSON object.", json.dumps(entry, default=str)[:EXCERPT])
    cells = flat(entry)
    if any(isinstance(cell, str) and len(cell) > CELL_LIMIT for cell in cells.values()):
        raise ValidationError(f"A text in entry {number:,} is larger than {CELL_LIMIT >> 20} MiB.", code="too_large")
    return Row(number, cells, raw)


def flat(entry: dict[str, Any]) -> dict[str, Any]:
    """``{"author": {"name": "Ann"}}`` as ``{"author.name": "Ann"}``, two levels deep. Lists are left out."""
    cells: dict[str, Any] = {}
    for name, value in entry.items():
        if isinstance(value, dict):
            inner = {f"{name}.{key}": part for key, part in value.items()}
            cells |= {key: part for key, part in inner.items() if not isinstance(part, dict | list)}
        elif not isinstance(value, list):
            cells[name] = value
    return cells

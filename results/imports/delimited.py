"""Records of comma, semicolon and tab separated files, also of those that quote badly.

A quotation mark that is opened and never closed makes a plain CSV reader swallow the good rows after it. Here such a
row is reported alone, and reading goes on at the next line.
"""

import csv
import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError

from results.imports.rows import EXCERPT, Row, RowError

CELL_LIMIT = 2**20  # characters in one cell
# The limit of the csv module is one for the process. Nothing else here reads CSV, and lower would be worse for all.
csv.field_size_limit(CELL_LIMIT)


def separator(line: str) -> str:
    """What Excel is told to part cells by, in a first line such as ``sep=;``; empty for any other line."""
    found = re.fullmatch(r'"?sep=(.)"?[;,]*\s*', line, re.IGNORECASE)
    return found[1] if found else ""


class _Lines:
    """Lines with a way back, counted from 1. Iterating them keeps what was ``taken``."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.number = 0
        self.taken: list[str] = []
        self._back: list[str] = []

    def take(self) -> str | None:
        line = self._back.pop() if self._back else next(self.lines, None)
        self.number += line is not None
        return line

    def give_back(self, lines: list[str]) -> None:
        self._back.extend(reversed(lines))
        self.number -= len(lines)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.take()
        if line is None:
            raise StopIteration
        self.taken.append(line)
        return line


def records(lines: Iterator[str], delimiter: str, quote: str, width: int) -> Iterator[Row | RowError]:
    """Each record that is not blank; ``width`` is how many cells it should have. Raises ValidationError for a cell
    beyond all measure."""
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, quotechar=quote or '"', strict=True)
    while (line := source.take()) is not None:
        if line.isspace() or (source.number == 1 and separator(line)):
            continue
        if quote and quote in line:
            source.give_back([line])
            yield _quoted(source, reader, delimiter, width)
            continue
        cells = line.rstrip("\r\n").split(delimiter)
        if len(line) > CELL_LIMIT and max(map(len, cells)) > CELL_LIMIT:
            raise _too_large(source.number)
        if any(cells):
            yield _fitted(source.number, cells, line, width)


def _quoted(source: _Lines, reader: Iterator[list[str]], delimiter: str, width: int) -> Row | RowError:
    """The next record, whose first line has a quotation mark in it."""
    number = source.number + 1
    source.taken.clear()
    try:
        cells = next(reader)
    except (csv.Error, StopIteration):
        return _mended(source, number, delimiter, width)
    if len(source.taken) > 1 and len(cells) != width and _are_rows(source.taken[1:], delimiter, width):
        return _mended(source, number, delimiter, width)
    return _fitted(number, cells, "".join(source.taken), width)


def _mended(source: _Lines, number: int, delimiter: str, width: int) -> Row | RowError:
    """What to make of a record whose quotation marks do not match."""
    first, *rest = source.taken
    is_swallowed = bool(rest) and (_are_rows(rest, delimiter, width) or width == 1)
    if sum(map(len, source.taken)) > CELL_LIMIT and not is_swallowed:
        raise _too_large(number)
    if rest:
        source.give_back(rest)
        return RowError(number, "A quotation mark is opened and never closed.", first.strip("\r\n")[:EXCERPT])
    lenient = next(csv.reader([first], delimiter=delimiter))
    for cells in (lenient, first.rstrip("\r\n").split(delimiter)):
        if len(cells) == width:
            return Row(number, cells, first)
    return RowError(number, "The quotation marks do not match.", first.strip("\r\n")[:EXCERPT])


def _are_rows(lines: list[str], delimiter: str, width: int) -> bool:
    """Whether lines look like records of their own rather than the inside of a cell."""
    wide = sum(line.count(delimiter) >= width - 1 > 0 for line in lines)
    return 2 * wide >= len(lines)


def _fitted(number: int, cells: list[str], raw: str, width: int) -> Row | RowError:
    if len(cells) == width:
        return Row(number, cells, raw)
    if len(cells) > width and not any(cells[width:]):
        return Row(number, cells[:width], raw)
    fields = "1 field" if len(cells) == 1 else f"{len(cells)} fields"
    return RowError(number, f"It has {fields} instead of {width}.", raw.strip("\r\n")[:EXCERPT])


def _too_large(number: int) -> ValidationError:
    return ValidationError(
        f"The cell on line {number:,} is larger than {CELL_LIMIT >> 20} MiB, or its quotation mark is never closed.",
        code="too_large",
    )

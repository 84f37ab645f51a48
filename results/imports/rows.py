"""Rows on their way from a file, good and bad."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from results.exports import harmless

EXCERPT = 1000


class Row(NamedTuple):
    """A record as it stands in the file. ``line`` counts from 1: lines, sheet rows, or entries of a JSON list."""

    line: int
    cells: list[Any] | dict[str, Any]
    raw: str = ""

    @property
    def excerpt(self) -> str:
        """What stood there, for a person to find it again."""
        raw = self.raw or json.dumps(self.cells, ensure_ascii=False, default=str)
        return raw.strip("\r\n")[:EXCERPT]


@dataclass(frozen=True, slots=True)
class RowError:
    """A record that cannot be read, and why."""

    line: int
    reason: str
    raw: str


def write_errors(errors: Iterable[RowError]) -> Iterator[bytes]:
    """The error file: a CSV of line, reason and row, in UTF-8 with a byte order mark for spreadsheets."""
    yield "\ufeffline,reason,row\r\n".encode()
    for error in errors:
        line = io.StringIO()
        csv.writer(line).writerow([error.line, harmless(error.reason), harmless(error.raw)])
        yield line.getvalue().encode()

"""Reviews of a file of the user's own, read as ``results.imports`` reads it."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import IO

from django.core.exceptions import ValidationError

from results import imports
from results.ingest import Item
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Outcome, SourceError

ROWS = 500  # of a page, which is stored at once …
SIZE = 2 * 2**20  # … and characters
IN_MEMORY = 4 * 2**20  # bytes; larger files are read from a temporary copy on disk
TOO_LARGE = ("too_large", "bomb")


class FileSource:
    """``open_file`` gives the stored file. The cursor is the number of rows read so far."""

    platform = "file"
    newest_first = False

    def __init__(self, open_file: Callable[[], IO[bytes]]) -> None:
        self.open_file = open_file

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        """The first page comes after the whole file has been checked, so that nothing of a bad one is kept."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            self._copy(file, fetch)
            try:
                options, start = imports.Options.from_json(request.options), int(request.cursor or 0)
                total = None if start else imports.check(file, options, fetch.check)
                yield from _pages(imports.read(file, options, start), start, total)
            except ValidationError as error:
                raise _refusal(error) from error

    def _copy(self, file: IO[bytes], fetch: Fetcher) -> None:
        """A copy at hand: reading goes back and forth, and must not depend on a connection for minutes."""
        try:
            with closing(self.open_file()) as stored:
                while chunk := stored.read(2**20):
                    fetch.check()
                    file.write(chunk)
        except FileNotFoundError as error:
            raise SourceError(Outcome.NOT_FOUND, "The file is no longer stored. Upload it again.") from error


def _pages(rows: Iterable[Item | imports.RowError], start: int, total: int | None) -> Iterator[Page]:
    items: list[Item] = []
    errors: list[imports.RowError] = []
    size, number = 0, start
    for number, row in enumerate(rows, start=start + 1):
        if isinstance(row, Item):
            items.append(row)
            size += len(row.text)
        else:
            errors.append(row)
        if len(items) + len(errors) >= ROWS or size >= SIZE:
            yield Page(items, str(number), total, row_errors=errors)
            items, errors, size = [], [], 0
    if items or errors:
        yield Page(items, str(number), total, row_errors=errors)


def _refusal(error: ValidationError) -> SourceError:
    code = getattr(error, "code", None)
    outcome = Outcome.TOO_LARGE if code in TOO_LARGE else Outcome.EMPTY if code == "empty" else Outcome.UNSUPPORTED
    return SourceError(outcome, " ".join(error.messages))

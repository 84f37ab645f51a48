"""From rows to reviews."""

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import IO, Any

from django.core.exceptions import ValidationError

from results.imports import encodings, tables, values, workbook
from results.imports.guess import check_size, guess
from results.imports.options import Options
from results.imports.rows import Row, RowError
from results.ingest import Item

PREVIEWED = 20
SHOWN = 500  # characters of a cell in the preview
CHECKED_AT_ONCE = (16 * 2**20, 2**20)  # bytes (and of a workbook): smaller is checked whole while its owner waits


@dataclass(frozen=True, slots=True)
class Preview:
    """How a file would be read. ``rows`` are the first cells as they stand; ``errors`` what is wrong among them."""

    options: Options
    columns: list[str]
    rows: list[list[str]]
    errors: list[RowError]
    warnings: list[str]


def preview(file: IO[bytes], options: Options | None = None) -> Preview:
    """The first 20 rows and the options with every guess filled in. Raises ValidationError."""
    guessed = guess(file, options or Options())
    options, warnings = guessed.options, list(guessed.warnings)
    if "text" in options.columns and file.seek(0, 2) <= CHECKED_AT_ONCE[options.format == "xlsx"]:
        check(file, options)
    names, records = tables.open_table(file, options)
    first = list(islice(records, PREVIEWED))
    errors = [row for row in first if isinstance(row, RowError)]
    if "text" in options.columns:
        errors = [read for read in map(_Converter(options, names), first) if isinstance(read, RowError)]
    else:
        warnings.append("Choose the column that holds the text.")
    if len(errors) * 2 > len(first):
        warnings.append("Most of the first rows cannot be read: are these the right columns?")
    if options.format == "xlsx" and len(sheets := workbook.sheet_names(file)) > 1:
        warnings.append(
            "Only one sheet is read, the first that is not empty; "
            f"this workbook has {len(sheets)}: {', '.join(sheets)[:200]}."
        )
    return Preview(options, names, [_shown(row, names) for row in first if isinstance(row, Row)], errors, warnings)


def check(file: IO[bytes], options: Options, beat: Callable[[], None] = lambda: None) -> int:
    """Read the whole file once without keeping anything, and say how many records ``read`` will give.

    Raises ValidationError for what ``read`` would choke on. ``beat`` is called every thousand records, and may raise.
    """
    check_size(file)
    options = options if options.is_complete else guess(file, options).options
    if options.encoding:
        encodings.verify(file, options.encoding)
    names, records = tables.open_table(file, options)
    _Converter(options, names)
    number = 0
    for number, _ in enumerate(records, start=1):
        if number % 1000 == 0:
            beat()
    return number


def read(file: IO[bytes], options: Options, start_row: int = 0) -> Iterator[Item | RowError]:
    """Each record below the headings, blank ones left out, after the first ``start_row`` of them. Raises
    ValidationError; after ``check`` it does not."""
    options = options if options.is_complete else guess(file, options).options
    names, records = tables.open_table(file, options)
    return map(_Converter(options, names), islice(records, start_row, None))


class _Converter:
    """Makes a review of a row. Raises ValidationError at once when the columns are not there."""

    def __init__(self, options: Options, names: list[str]) -> None:
        if "text" not in options.columns:
            raise ValidationError({"columns": "Say which column holds the text."})
        self.keys = tables.keys(options, names)
        self.options = options
        self.latest = datetime.now(UTC) + values.AHEAD

    def __call__(self, row: Row | RowError) -> Item | RowError:
        if isinstance(row, RowError):
            return row
        try:
            return self._item(row)
        except values.Unreadable as error:
            return RowError(row.line, str(error), row.excerpt)

    def _item(self, row: Row) -> Item:
        cells = {role: tables.cell(row, key) for role, key in self.keys.items()}
        text, title, author = map(_prose, (cells.get("text"), cells.get("title"), cells.get("author")))
        rating, bottom, top = self._rating(cells.get("rating"))
        if not text and not title and rating is None:
            raise values.Unreadable("It has no text.")
        date = values.moment(cells.get("date"), self.options.date_order, self.latest)
        return Item(
            external_id=_text(cells.get("id")) or _identity(author, date, title, text or f"\x1f{rating}"),
            text=text,
            title=title,
            author=author,
            url=_url(cells.get("url")),
            rating=rating,
            rating_max=top,
            rating_min=bottom,
            published_at=date,
            language=_text(cells.get("language")),
        )

    def _rating(self, cell: Any) -> tuple[float | None, float | None, float | None]:
        """The rating, the bottom of its scale where it is not 0, and the top."""
        found = values.rating(cell)
        if found is None:
            return None, None, None
        number, own_top = found
        bottom, top = (None, own_top) if own_top is not None else (self.options.rating_min, self.options.rating_max)
        if top is not None and not (bottom or 0) <= number <= top:
            raise values.Unreadable(f"The rating {number:g} is off the scale of {bottom or 0:g} to {top:g}.")
        return number, bottom or None, top


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # workbooks and JSON know no whole numbers
    return "" if cell is None else str(cell)


def _prose(cell: Any) -> str:
    """What people wrote: exports of platforms that keep HTML still say ``&amp;`` for an ampersand."""
    return html.unescape(_text(cell))


def _url(cell: Any) -> str:
    """Only web addresses: the cell becomes a link."""
    url = _text(cell)
    return url if url.startswith(("http://", "https://")) else ""


def _identity(author: str, date: datetime | None, title: str, text: str) -> str:
    said = "\x1f".join((author, date.isoformat() if date else "", title, text))
    return f"row:{blake2b(said.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def _shown(row: Row, names: list[str]) -> list[str]:
    cells = [tables.cell(row, name if isinstance(row.cells, dict) else n) for n, name in enumerate(names)]
    return ["" if cell is None else str(cell)[:SHOWN] for cell in cells]

"""Excel workbooks (.xlsx): a ZIP archive of XML, checked before anything in it is opened."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, Any

import openpyxl
from django.core.exceptions import ValidationError
from openpyxl.utils.exceptions import InvalidFileException

from results.imports.delimited import CELL_LIMIT
from results.imports.rows import Row

ENTRIES = 2_000
UNPACKED = 2**30  # bytes of all entries together
STRINGS_UNPACKED = 100 * 2**20  # texts shared by cells are held in memory
RATIO = 200  # unpacked to packed; a spreadsheet packs 5 to 50 times
RATIO_FROM = 10 * 2**20
BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, ValueError, KeyError, TypeError, AttributeError,
    IndexError, EOFError, OSError, RuntimeError, NotImplementedError,
)  # fmt: skip
"""What openpyxl and below raise on damaged files: there is no one class for it (SyntaxError is XML's)."""


def rows(file: IO[bytes]) -> Iterator[Row]:
    """The rows of the first sheet which has any, without blank ones. Raises ValidationError."""
    check(file)
    with (
        _damage_told(),
        closing(openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)) as book,
    ):
        for sheet in book.worksheets:
            is_empty = True
            for row in _sheet_rows(sheet):
                is_empty = False
                yield row
            if not is_empty:
                return


def sheet_names(file: IO[bytes]) -> list[str]:
    check(file)
    with _damage_told(), closing(openpyxl.load_workbook(file, read_only=True, keep_links=False)) as book:
        return list(book.sheetnames)


def check(file: IO[bytes]) -> None:
    """Raises ValidationError for what is not a workbook, is a bomb, or declares entities."""
    file.seek(0)
    with _damage_told(), zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        _check_sizes(entries)
        if "[Content_Types].xml" not in archive.namelist():
            raise ValidationError("This is a ZIP archive but not an Excel workbook: unpack it first.", "binary")
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                _check_prolog(archive, entry)
    file.seek(0)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise ValidationError("This Excel file is damaged: open it in Excel and save it again.", "damaged") from error


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """Sizes are what the archive declares; reading stops there, so a lie only makes it a damaged one."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    strings = sum(entry.file_size for entry in entries if entry.filename.lower().endswith("sharedstrings.xml"))
    is_bomb = unpacked > RATIO_FROM and unpacked > RATIO * max(packed, 1)
    if len(entries) > ENTRIES or unpacked > UNPACKED or strings > STRINGS_UNPACKED or is_bomb:
        raise ValidationError("This Excel file unpacks to far too much: save it as CSV and upload that.", "too_large")


def _check_prolog(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No spreadsheet declares a document type; entity bombs must, before the first element."""
    with archive.open(entry) as stream:
        head = stream.read(64 * 1024)
    first_element = re.search(rb"<[A-Za-z_:]", head)
    prolog = head[: first_element.start()] if first_element else head
    if b"<!DOCTYPE" in prolog.upper() or b"\0" in prolog or (head.strip() and not first_element):
        raise ValidationError("This Excel file declares XML entities, which no spreadsheet does: refused.", "bomb")


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    if not hasattr(sheet, "reset_dimensions"):
        return  # a sheet that is one chart
    sheet.reset_dimensions()  # what a file claims of its size need not be true
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        while cells and cells[-1] in (None, ""):
            cells = cells[:-1]
        if not cells:
            continue
        if any(isinstance(cell, str) and len(cell) > CELL_LIMIT for cell in cells):
            raise ValidationError(f"A cell in row {number:,} is larger than {CELL_LIMIT >> 20} MiB.", "too_large")
        yield Row(number, list(cells))

"""An XLSX file written as a stream: rows go in one by one, bytes come out, nothing is kept.

openpyxl builds a sheet on disk first, so that a browser would wait for the last row before it sees a byte, and takes
ten times as long.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO
from xml.sax.saxutils import escape

from results.exports.sending import Sink

Cell = str | float | datetime | None

ROWS_PER_SHEET = 1_048_576  # Excel's limit, the header included
BYTES_PER_SHEET = 2**30  # of XML: a part of a zip written as a stream ends at twice that
CELL_LENGTH = 32_767  # Excel's limit in characters
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones
DAY_SECONDS = 86_400
HEADER, DATE = 1, 2  # positions in the styles below
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read "_x000D_" as a character

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>'
    '</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><color rgb="FFFFFFFF"/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF334155"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf fontId="1" fillId="2" applyFont="1" applyFill="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class Workbook:
    """One sheet after the other: ``sheet``, ``row`` …, ``close``; ``sink.take()`` gives what is ready."""

    def __init__(self) -> None:
        self.sink = Sink()
        self._zip = zipfile.ZipFile(self.sink, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]  # a stream
        self._names: list[str] = []
        self._part: IO[bytes] | None = None
        self._columns = self._rows = self._bytes = 0

    def sheet(self, name: str, header: Sequence[str], widths: Sequence[float]) -> None:
        """Start a sheet; the header stays in view and gets filters."""
        self._end_sheet()
        self._names.append(name)
        self._part = self._zip.open(f"xl/worksheets/sheet{len(self._names)}.xml", "w")
        self._columns, self._rows, self._bytes = len(header), 0, 0
        columns = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(widths, 1))
        self._write(
            f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1"'
            ' topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{columns}</cols><sheetData>"
        )
        self.row(header, style=HEADER)

    @property
    def is_full(self) -> bool:
        """Whether the sheet takes no more rows."""
        return self._rows >= ROWS_PER_SHEET or self._bytes >= BYTES_PER_SHEET

    def row(self, values: Iterable[Cell], *, style: int = 0) -> None:
        self._rows += 1
        self._write(f"<row>{''.join([_cell(value, style) for value in values])}</row>")

    def close(self) -> None:
        self._end_sheet()
        parts = {
            "xl/styles.xml": STYLES,
            "xl/workbook.xml": _contents(self._names),
            "xl/_rels/workbook.xml.rels": _workbook_relations(len(self._names)),
            "_rels/.rels": _relations({"w": ("officeDocument", "xl/workbook.xml")}),
            "[Content_Types].xml": _content_types(len(self._names)),
        }
        for name, content in parts.items():
            self._zip.writestr(name, XML + content)
        self._zip.close()

    def _end_sheet(self) -> None:
        if self._part:
            last = f"{_letters(self._columns)}{self._rows}"
            self._write(f'</sheetData><autoFilter ref="A1:{last}"/></worksheet>')
            self._part.close()
            self._part = None

    def _write(self, xml: str) -> None:
        data = xml.encode()
        self._bytes += len(data)
        if self._part:
            self._part.write(data)


def _cell(value: Cell, style: int) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, datetime):
        return f'<c s="{DATE}"><v>{(value - EXCEL_EPOCH).total_seconds() / DAY_SECONDS:.8f}</v></c>'
    if not isinstance(value, str):
        return f"<c><v>{value}</v></c>"
    text = escape(LOOKS_ESCAPED.sub("_x005F_", value[:CELL_LENGTH]))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _contents(names: Sequence[str]) -> str:
    sheets = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="s{n}"/>' for n, name in enumerate(names, 1))
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _workbook_relations(sheets: int) -> str:
    pages = {f"s{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, sheets + 1)}
    return _relations({**pages, "styles": ("styles", "styles.xml")})


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


def _content_types(sheets: int) -> str:
    parts = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles"}
    parts |= {f"xl/worksheets/sheet{n}.xml": "worksheet" for n in range(1, sheets + 1)}
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="/{name}" ContentType="{TYPE}.{kind}+xml"/>' for name, kind in parts.items())
        + "</Types>"
    )

"""What goes into the chart builders, and what comes out for the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .scales import Tick, Value, room

SHORT_NAME = 11  # small letters
FEW_COLUMNS = 7  # of a grid, with that of the names

# -- input --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Category:
    """A row or column: what links call it, and what people call it."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    key: str  # names the colour: very_positive, positive, neutral, negative, very_negative, mixed, accent, other
    label: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    label: str
    value: Value
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A dated remark on a timeline: a release, a price change."""

    day: date
    label: str
    url: str = ""


# -- output -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """One linked thing on a chart: where it is, what it says, which reviews it opens."""

    row: int
    label: str
    url: str
    key: str = ""
    d: str = ""  # path data; without it the mark is the rectangle below
    x: str = "0"
    y: str = "0"
    width: str = "0"
    height: str = "0"
    at: str = "0"  # the data point inside the mark
    cy: str = ""
    name: str = ""  # printed next to the mark
    text: str = ""  # printed inside it
    tier: int = 1


@dataclass(frozen=True, slots=True)
class Layer:
    key: str
    label: str
    area: str
    line: str = ""
    tail_area: str = ""  # the way into a period that is not over yet
    tail_line: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table alternative, which is also the source of tooltips and of the CSV file."""

    label: str
    url: str
    cells: tuple[str, ...]
    urls: tuple[str, ...] = ()  # of the cells, where each opens reviews of its own

    @property
    def linked_cells(self) -> list[tuple[str, str]]:
        return list(zip(self.cells, self.urls or [""] * len(self.cells), strict=True))


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    label: str
    value: str = ""
    share: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Pin:
    number: int
    at: str
    label: str
    day: str
    url: str = ""
    anchor: str = "start"  # empty: no room for the label in the plot
    lane: int = 0  # pins close to each other stand one above the other


@dataclass(frozen=True, slots=True)
class Ring:
    d: str
    x: str
    y: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...] = ()
    legend: tuple[Entry, ...] = ()
    layers: tuple[Layer, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    rings: tuple[Ring, ...] = ()
    pins: tuple[Pin, ...] = ()
    center: str = ""
    height: int = 0  # pixels, for charts that grow with their rows
    whole_rows: bool = False  # a mark is hit anywhere in its row, not only where it is drawn
    empty: str = ""  # why nothing is drawn

    @property
    def roving(self) -> bool:
        """Too many marks for the tab order: reached with the arrow keys, or through the table."""
        return len(self.marks) > 24

    @property
    def dense(self) -> bool:
        """So many marks that lines must be thin."""
        return len(self.marks) > 120

    @property
    def crowded(self) -> bool:
        """Some event has no label in the plot, so the list of events must be visible."""
        return not all(pin.anchor for pin in self.pins)

    @property
    def names_cells(self) -> bool:
        """Few enough columns for a number in each cell of a grid."""
        return len(self.columns) <= FEW_COLUMNS

    @property
    def short_names(self) -> bool:
        """The names of the rows need little room beside the bars."""
        return all(room(tick.label) <= SHORT_NAME for tick in self.y_ticks)

    @property
    def lanes(self) -> int:
        return max((pin.lane + 1 for pin in self.pins), default=0)

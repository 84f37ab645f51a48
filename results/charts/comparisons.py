"""Charts that compare parts: donut, heat grid, radar."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from django.utils.translation import gettext as _

from . import paths
from .bars import Cell
from .models import Category, Chart, Entry, Item, Layer, Mark, Ring, Row, Series
from .scales import Linear, Tick, Value, compact, count, nice_ticks, num, percent, positive, shorten

MIN_SLICE = 2.0  # degrees: the smallest donut slice one can still see and hit
DONUT = (62.0, 98.0)  # inner and outer radius, in the units of the donut's viewBox
RADAR = 92.0
HEAT_PITCH, HEAT_LEVELS, HEAT_SIDES = 34, 6, 7
FEW = 4  # columns whose names have room everywhere


def donut(items: Sequence[Item], *, columns: tuple[str, str] | None = None) -> Chart:
    values = [positive(item.value) for item in items]
    total = sum(values)
    cells = [(count(v), percent(v, total, 1)) for v in values]
    sweeps = slice_angles(values)
    starts = accumulate(sweeps, initial=0.0)
    return Chart(
        columns=(*(columns or (_("Sentiment"), _("Reviews"))), _("Share")),
        rows=tuple(Row(item.label, item.url, cell) for item, cell in zip(items, cells, strict=True)),
        marks=tuple(
            Mark(
                i, f"{item.label}: {cell[0]} ({cell[1]})", item.url, item.key,
                d=paths.ring_path(start, start + sweep, *DONUT),
            )
            for i, (item, cell, sweep, start) in enumerate(zip(items, cells, sweeps, starts, strict=False))
            if sweep
        ),
        legend=tuple(Entry(item.key, item.label, *cell, item.url) for item, cell in zip(items, cells, strict=True)),
        center=compact(total) if total >= 1e6 else count(total),
        empty="" if total else _("No reviews in this period."),
    )  # fmt: skip


def slice_angles(values: Sequence[float]) -> list[float]:
    """Angles that sum to 360; tiny slices are widened at the expense of the others."""
    total = sum(values)
    if not total:
        return [0.0] * len(values)
    tiny = [0 < 360 * v / total < MIN_SLICE for v in values]
    rest = sum(v for v, small in zip(values, tiny, strict=True) if not small)
    free = 360 - MIN_SLICE * sum(tiny)
    return [MIN_SLICE if small else free * v / rest for v, small in zip(values, tiny, strict=True)]


def heat(
    rows: Sequence[Category],
    columns: Sequence[Category],
    values: Sequence[Sequence[Value]],
    *,
    link: Cell,
    corner: str,
    text: Callable[[float], str] = count,
    every: int = 1,
    sided: bool = False,
) -> Chart:
    """A grid of cells in six steps from the lowest to the highest value; ``every`` thins the column labels.

    ``sided`` values are good above zero and bad below it: their steps lie around it.
    """
    known = [v for row in values for v in row if v is not None and math.isfinite(v)]
    steps = Steps.over(known, sided=sided)
    width, height = 100 / max(len(columns), 1), 100 / max(len(rows), 1)

    def words(value: Value) -> str:
        return _("no data") if value is None or not math.isfinite(value) else text(value)

    def cell(i: int, j: int) -> Mark:
        value = values[i][j]
        is_known = value is not None and math.isfinite(value)
        return Mark(
            i, f"{rows[i].label}, {columns[j].label}: {words(value)}", link(rows[i].key, columns[j].key),
            steps.at(value) if is_known else "none", text=words(value) if is_known else "",
            x=num(j * width), y=num(i * height), width=num(width), height=num(height), at=num((j + 0.5) * width),
            cy=num((i + 0.5) * height),
        )  # fmt: skip

    return Chart(
        columns=(corner, *(column.label for column in columns)),
        rows=tuple(
            Row(row.label, link(row.key, ""), tuple(map(words, cells)), tuple(link(row.key, c.key) for c in columns))
            for row, cells in zip(rows, values, strict=True)
        ),
        marks=tuple(cell(i, j) for i in range(len(rows)) for j in range(len(columns))) if known else (),
        legend=steps.legend(text) if known else (),
        x_ticks=tuple(
            Tick(num((j + 0.5) * width), column.label, 1 if j // every % 2 == 0 or len(columns) <= FEW else 2)
            for j, column in enumerate(columns)
            if j % every == 0
        ),
        y_ticks=tuple(Tick(num((i + 0.5) * height), shorten(row.label, 14)) for i, row in enumerate(rows)),
        height=HEAT_PITCH * len(rows),
        empty="" if known else _("No reviews in this period."),
    )


@dataclass(frozen=True, slots=True)
class Steps:
    """The shades of a grid, by name, and which value has which."""

    names: tuple[str, ...]
    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[float], *, sided: bool) -> Steps:
        """From the lowest to the highest; ``sided`` ones as far below zero as above it."""
        low, high = min(values, default=0.0), max(values, default=0.0)
        if not sided:
            return cls(tuple(f"l{i}" for i in range(HEAT_LEVELS)), low, high)
        far = max(abs(low), abs(high))
        return cls(tuple(f"d{i}" for i in range(HEAT_SIDES)), -far, far)

    def at(self, value: Value) -> str:
        return self.names[int(Linear((self.low, self.high), (0, len(self.names) - 0.001))(value))]

    def legend(self, text: Callable[[float], str]) -> tuple[Entry, ...]:
        ends = {self.names[0]: text(self.low), self.names[-1]: text(self.high)}
        return tuple(Entry(name, ends.get(name, "")) for name in self.names)


def radar(axes: Sequence[Category], series: Sequence[Series], *, link: Cell, column: str) -> Chart:
    """Shares of one or two series on a common set of axes; each series is normalised to 100 %.

    A mark opens what the first series has on its axis, a cell of the table what any has.
    """
    totals = [sum(map(positive, s.values)) for s in series]
    shares = [
        [positive(v) / total if total else 0.0 for v in s.values] for s, total in zip(series, totals, strict=True)
    ]
    rows = tuple(
        Row(
            axis.label, link(axis.key, series[0].key),
            tuple(percent(share[i], 1, 1) for share in shares), tuple(link(axis.key, s.key) for s in series),
        )
        for i, axis in enumerate(axes)
    )  # fmt: skip
    table = Chart(columns=(column, *(s.label for s in series)), rows=rows)
    if len(axes) < 3 or not any(totals):
        return replace(table, empty=_("No emotions were detected in this period."))
    rings = nice_ticks(0, max(map(max, shares)), 5)[1:]
    radius, step = Linear((0, rings[-1]), (0, RADAR)), 360 / len(axes)

    def polygon(values: Sequence[float]) -> str:
        return paths.polygon([paths.polar(i * step, radius(v)) for i, v in enumerate(values)])

    return replace(
        table,
        marks=tuple(_axis(i, i * step, step, row, radius(shares[0][i])) for i, row in enumerate(rows)),
        layers=tuple(Layer(s.key, s.label, polygon(share)) for s, share in zip(series, shares, strict=True)),
        legend=tuple(Entry(s.key, s.label) for s in series),
        rings=tuple(_ring(radius(r), step, percent(r, 1), polygon([r] * len(axes))) for r in rings),
    )


def _ring(radius: float, step: float, label: str, d: str) -> Ring:
    """A grid ring; its label sits on the edge between the first two axes."""
    x, y = paths.polar(step / 2, radius * math.cos(math.radians(step / 2)))
    return Ring(d, num(x), num(y), label if radius > RADAR / 4 else "")


def _axis(i: int, angle: float, step: float, row: Row, radius: float) -> Mark:
    """A radar axis: a wedge to hover, the label's place outside it and the dot of the first series."""
    (lx, ly), (dx, dy) = paths.polar(angle, RADAR + 16), paths.polar(angle, radius)
    return Mark(
        i, f"{row.label}: {' / '.join(row.cells)}", row.url, _side(lx), name=row.label, text=row.cells[0],
        d=paths.ring_path(angle - step / 2, angle + step / 2, 0, RADAR + 4),
        x=num(lx), y=num(ly * 1.06 - 2), at=num(dx), cy=num(dy),
    )  # fmt: skip


def _side(x: float) -> str:
    return "middle" if abs(x) < 8 else "start" if x > 0 else "end"

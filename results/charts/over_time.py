"""Charts over time: stacked areas, a line with its confidence band, sparklines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby, pairwise
from statistics import fmean

from django.utils.translation import gettext as _

from . import paths
from .dates import TOO_SHORT, UNIT_NAMES, Unit, period_name, shift, time_scale, time_ticks
from .models import Chart, Entry, Event, Layer, Mark, Pin, Row, Series
from .scales import Linear, Tick, Value, compact, count, finite, nice_ticks, num, positive, room, signed

Period = Callable[[date, date], str]  # first day, day after the last one -> URL
PIN_WIDTH, CHAR_WIDTH = 3.0, 1.05  # percent of the narrowest plot that shows labels next to pins
SPARK_POINTS = 24  # as many as one can tell apart at the width of a card
PIN_DISTANCE = 7.0  # percent of a phone's plot that a pin covers


def timeline(
    days: Sequence[date],
    series: Sequence[Series],
    *,
    unit: Unit,
    link: Period,
    events: Sequence[Event] = (),
    partial: bool = False,
) -> Chart:
    """Stacked areas, one band per series, over gapless period starts (see ``dates.periods``).

    ``partial`` says that the last period is not over: it is drawn dashed and named so.
    """
    stacks = paths.stack(zip(*(s.values for s in series), strict=True))
    totals = [edges[-1] for edges in stacks]
    rows = _period_rows(days, unit, link, partial, [
        (count(total), *(count(positive(s.values[i])) for s in series)) for i, total in enumerate(totals)
    ])  # fmt: skip
    table = Chart(columns=(str(UNIT_NAMES[unit]), _("Total"), *(s.label for s in series)), rows=rows)
    if len(days) < 2 or not sum(totals):
        return replace(table, empty=_too_little(len(days) if sum(totals) else 0, unit))
    ticks = nice_ticks(0, max(totals), integer=True)
    x, y = time_scale(days[0], days[-1]), Linear((0, ticks[-1]), (100, 0))
    edges = [[(x(day), y(value)) for day, value in zip(days, edge, strict=True)] for edge in zip(*stacks, strict=True)]
    return replace(
        table,
        marks=_period_marks(days, rows),
        layers=tuple(
            _layer(s, top, bottom, top, partial) for s, (bottom, top) in zip(series, pairwise(edges), strict=True)
        ),
        legend=tuple(Entry(s.key, s.label) for s in series),
        x_ticks=time_ticks(days[0], days[-1]),
        y_ticks=tuple(Tick(num(y(tick)), compact(tick)) for tick in ticks),
        pins=_pins(days, events, unit),
    )


def line(
    days: Sequence[date],
    series: Series,
    *,
    unit: Unit,
    link: Period,
    band: tuple[Sequence[Value], Sequence[Value]] | None = None,
    text: Callable[[float], str] = signed,
    partial: bool = False,
) -> Chart:
    """One line, with the lower and upper edge of its confidence band if there is one.

    Periods without a value leave a gap.
    """
    low, high = band or (series.values, series.values)
    known = [
        all(v is not None and math.isfinite(v) for v in point) for point in zip(series.values, low, high, strict=True)
    ]
    rows = _period_rows(days, unit, link, partial, [
        _line_cells(text, point, ok, banded=band is not None)
        for point, ok in zip(zip(series.values, low, high, strict=True), known, strict=True)
    ])  # fmt: skip
    columns = (str(UNIT_NAMES[unit]), series.label, *((_("95% range"),) if band else ()))
    table = Chart(columns=columns, rows=rows)
    if sum(known) < 2:
        return replace(table, empty=_too_little(sum(known), unit))
    bounds = [finite(v) for edge in (low, high) for v, ok in zip(edge, known, strict=True) if ok]
    ticks = nice_ticks(min(*bounds, 0), max(*bounds, 0))
    labels = _tick_labels(ticks, text)
    x, y = time_scale(days[0], days[-1]), Linear((ticks[0], ticks[-1]), (100, 0))

    def layer(run: Sequence[int]) -> Layer:
        middle, bottom, top = ([(x(days[i]), y(edge[i])) for i in run] for edge in (series.values, low, high))
        return _layer(series, middle, bottom, top, partial and run[-1] == len(days) - 1)

    runs = [list(run) for ok, run in groupby(range(len(days)), key=known.__getitem__) if ok]
    marks = _period_marks(days, rows, [y(value) for value in series.values])
    return replace(
        table,
        marks=tuple(mark for mark, ok in zip(marks, known, strict=True) if ok),
        layers=tuple(map(layer, runs)),
        x_ticks=time_ticks(days[0], days[-1]),
        y_ticks=tuple(Tick(num(y(t)), label, tier=int(t != 0)) for t, label in zip(ticks, labels, strict=True)),
    )


def sparkline(values: Sequence[Value]) -> Layer | None:
    """A small line without axes; none for fewer than two points, means of neighbours for more than fit."""
    heights = [finite(v) for v in values]
    if len(heights) < 2:
        return None
    size = -(-len(heights) // SPARK_POINTS)
    means = [fmean(heights[i : i + size]) for i in range(0, len(heights), size)]
    x, y = Linear((0, len(means) - 1)), Linear((min(means), max(means)), (92, 8))
    points = [(x(i), y(v)) for i, v in enumerate(means)]
    return Layer("", "", paths.band_path(points, [(0, 100), (100, 100)]), paths.line_path(points))


def _layer(
    series: Series,
    middle: Sequence[paths.Point],
    bottom: Sequence[paths.Point],
    top: Sequence[paths.Point],
    partial: bool,
) -> Layer:
    if len(middle) == 1:  # a point between gaps: a line of no length, drawn as a dot by its round ends
        return Layer(series.key, series.label, "", paths.line_path(middle) + "h0")
    if not partial:
        return Layer(series.key, series.label, paths.band_path(top, bottom), paths.line_path(middle))
    area, tail_area = paths.split_band(top, bottom)
    head, tail = paths.split_line(middle)
    return Layer(series.key, series.label, area, head, tail_area, tail)


def _tick_labels(ticks: Sequence[float], text: Callable[[float], str]) -> list[str]:
    """Without decimals where no tick needs them."""
    if text is signed and all(tick.is_integer() for tick in ticks):
        return [signed(tick, 0) for tick in ticks]
    return [text(tick) for tick in ticks]


def _line_cells(
    text: Callable[[float], str], point: tuple[Value, Value, Value], known: bool, *, banded: bool
) -> tuple[str, ...]:
    value, low, high = (text(finite(v)) for v in point)
    cells = (value, _("{low} to {high}").format(low=low, high=high)) if known else (_("no data"), "")
    return cells if banded else cells[:1]


def _period_rows(
    days: Sequence[date], unit: Unit, link: Period, partial: bool, cells: Sequence[tuple[str, ...]]
) -> tuple[Row, ...]:
    names = [period_name(day, unit) for day in days]
    if partial and names:
        names[-1] = _("{period} (so far)").format(period=names[-1])
    return tuple(Row(n, link(d, shift(d, unit)), c) for n, d, c in zip(names, days, cells, strict=True))


def _period_marks(days: Sequence[date], rows: Sequence[Row], heights: Sequence[float] = ()) -> tuple[Mark, ...]:
    """Full-height columns around each period, meeting halfway between two of them.

    They are as exact as the paths, and named by their period alone: there are many, and what they say is in the table.
    """
    at = [round(time_scale(days[0], days[-1])(day), 1) for day in days]
    edges = [0.0, *(round((a + b) / 2, 1) for a, b in pairwise(at)), 100.0]
    return tuple(
        Mark(
            i, row.label, row.url,
            x=num(left), width=num(right - left), height="100", at=num(at[i]),
            cy=num(round(heights[i], 1)) if heights else "",
        )
        for i, (row, (left, right)) in enumerate(zip(rows, pairwise(edges), strict=True))
    )  # fmt: skip


def _pins(days: Sequence[date], events: Sequence[Event], unit: Unit) -> tuple[Pin, ...]:
    """Numbered events, in lanes so that none covers another on a phone.

    A label goes to the right of its pin, else to the left, else only into the list below.
    """
    scale = time_scale(days[0], days[-1])
    inside = sorted((e for e in events if days[0] <= e.day < shift(days[-1], unit)), key=lambda e: e.day)
    at = [min(scale(event.day), 100.0) for event in inside]  # those within the last period stand at its beginning
    lanes = _lanes(at)
    pins, free = [], [0.0] * len(at)  # free: per lane where the room left of the next pin begins
    for i, (event, lane) in enumerate(zip(inside, lanes, strict=True)):
        width = PIN_WIDTH + CHAR_WIDTH * room(event.label)
        following = next((x for x, other in zip(at[i + 1 :], lanes[i + 1 :], strict=True) if other == lane), None)
        if at[i] + width <= (100 if following is None else following - PIN_WIDTH):
            anchor, free[lane] = "start", at[i] + width
        else:
            anchor, free[lane] = "end" if at[i] - width >= free[lane] else "", at[i] + PIN_WIDTH
        pins.append(Pin(i + 1, num(at[i]), event.label, period_name(event.day, "day"), event.url, anchor, lane))
    return tuple(pins)


def _lanes(at: Sequence[float]) -> list[int]:
    """For each position the lowest lane in which it keeps its distance from the one before."""
    ends: list[float] = []
    lanes = []
    for x in at:
        lane = next((i for i, end in enumerate(ends) if x >= end), len(ends))
        ends[lane : lane + 1] = [x + PIN_DISTANCE]
        lanes.append(lane)
    return lanes


def _too_little(known: int, unit: Unit) -> str:
    return str(TOO_SHORT[unit]) if known else _("No reviews in this period.")

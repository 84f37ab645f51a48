"""Horizontal bars: counts, 100 % stacks, and impacts around zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from django.utils.translation import gettext as _

from .models import Category, Chart, Entry, Item, Mark, Row, Series
from .scales import Linear, Tick, compact, count, finite, nice_ticks, num, percent, positive, shorten, signed

BAR_PITCH = 44  # pixels per bar row: room for a label above the bar on narrow screens
BAR_TOP, BAR_SIZE = 0.4, 0.48  # of the pitch
NAME_LENGTH = 20

Cell = Callable[[str, str], str]  # row key, column or series key ("" for all) -> URL


def counts(items: Sequence[Item], *, columns: tuple[str, str], total: float | None = None) -> Chart:
    """A bar per item from zero, in the given order.

    Shares are of ``total``, or of the sum; give it where an item can stand in several rows, as emotions do.
    """
    values = [positive(item.value) for item in items]
    whole = sum(values) if total is None else positive(total)
    cells = [(count(v), percent(v, whole, 1)) for v in values]
    ticks = nice_ticks(0, max(values, default=0), integer=True)
    x = Linear((0, ticks[-1]))
    return Chart(
        columns=(*columns, _("Share")),
        rows=tuple(Row(item.label, item.url, cell) for item, cell in zip(items, cells, strict=True)),
        marks=tuple(
            Mark(
                i, f"{item.label}: {cell[0]} ({cell[1]})", item.url, item.key,
                width=num(x(v)), at=num(x(v)), y=_bar_y(i, len(items)), height=num(100 * BAR_SIZE / len(items)),
            )
            for i, (item, cell, v) in enumerate(zip(items, cells, values, strict=True))
        ),
        x_ticks=tuple(Tick(num(x(t)), compact(t), 1 if i % 2 == 0 else 2) for i, t in enumerate(ticks)),
        y_ticks=_names([item.label for item in items], [percent(v, whole) for v in values]),
        height=BAR_PITCH * len(items),
        whole_rows=True,
        empty="" if any(values) else _("No reviews in this period."),
    )  # fmt: skip


def share_bar(items: Sequence[Item]) -> tuple[Mark, ...]:
    """One 100 % bar: the distribution of a single row, for lists and cards."""
    return _segments(0, "", [(item.key, item.label, positive(item.value), item.url) for item in items])


def share_bars(bars: Sequence[Category], series: Sequence[Series], *, link: Cell, column: str) -> Chart:
    """Stacked 100 % bars, one per category; each series holds a value per category."""
    totals = [sum(positive(s.values[i]) for s in series) for i in range(len(bars))]
    rows = tuple(
        Row(
            bar.label, link(bar.key, ""),
            (count(total), *(percent(positive(s.values[i]), total, 1) for s in series)),
            (link(bar.key, ""), *(link(bar.key, s.key) for s in series)),
        )
        for i, (bar, total) in enumerate(zip(bars, totals, strict=True))
    )  # fmt: skip
    return Chart(
        columns=(column, _("Reviews"), *(s.label for s in series)),
        rows=rows,
        marks=tuple(
            mark
            for i, bar in enumerate(bars)
            for mark in _segments(
                i, bar.label, [(s.key, s.label, positive(s.values[i]), link(bar.key, s.key)) for s in series], len(bars)
            )
        ),
        legend=tuple(Entry(s.key, s.label) for s in series),
        x_ticks=tuple(Tick(str(t), f"{t}%", 1 if t % 50 == 0 else 2) for t in (0, 25, 50, 75, 100)),
        y_ticks=_names([bar.label for bar in bars], list(map(compact, totals))),
        height=BAR_PITCH * len(bars),
        empty="" if sum(totals) else _("No reviews in this period."),
    )


def impact_bars(items: Sequence[Item], *, columns: tuple[str, str, str]) -> Chart:
    """Diverging bars around zero, in the given order; ``Item.note`` is printed in the last column."""
    values = [finite(item.value) for item in items]
    limit = nice_ticks(0, max(map(abs, values), default=0), 2)[-1]
    x = Linear((-limit, limit))
    steps = (-limit, -limit / 2, 0, limit / 2, limit)
    return Chart(
        columns=columns,
        rows=tuple(Row(item.label, item.url, (signed(v), item.note)) for item, v in zip(items, values, strict=True)),
        marks=tuple(
            Mark(
                i, f"{item.label}: {columns[1]} {signed(v)}, {columns[2]} {item.note}", item.url, _sign(v),
                x=num(min(x(v), 50)), width=num(abs(x(v) - 50)), at=num(x(v)),
                y=_bar_y(i, len(items)), height=num(100 * BAR_SIZE / len(items)),
            )
            for i, (item, v) in enumerate(zip(items, values, strict=True))
        ),
        x_ticks=tuple(Tick(num(x(t)), signed(t), 0 if t == 0 else 1) for t in steps),
        y_ticks=_names([item.label for item in items], list(map(signed, values))),
        height=BAR_PITCH * len(items),
        whole_rows=True,
        empty="" if any(values) else _("Nothing moved the score in this period."),
    )  # fmt: skip


def _segments(row: int, label: str, parts: Sequence[tuple[str, str, float, str]], rows: int = 1) -> tuple[Mark, ...]:
    total = sum(value for *_rest, value, _url in parts)
    starts = accumulate((value for *_rest, value, _url in parts), initial=0.0)
    prefix = f"{label}: " if label else ""
    return tuple(
        Mark(
            row, prefix + _share_words(name, value, total), url, key,
            x=num(100 * start / total), width=num(100 * value / total), at=num(100 * (start + value / 2) / total),
            y=_bar_y(row, rows) if label else "0", height=num(100 * BAR_SIZE / rows) if label else "100",
            cy=_bar_y(row, rows, BAR_SIZE / 2), text=percent(value, total), tier=_fit(value / total),
        )
        for (key, name, value, url), start in zip(parts, starts, strict=False)
        if value
    )  # fmt: skip


def _share_words(name: str, value: float, total: float) -> str:
    return _("{name} {share}, {count} reviews").format(name=name, share=percent(value, total), count=count(value))


def _fit(share: float) -> int:
    """From which width on a percentage fits into its segment; 4 means never."""
    return 1 if share >= 0.16 else 2 if share >= 0.09 else 3 if share >= 0.06 else 4


def _names(names: Sequence[str], values: Sequence[str]) -> tuple[Tick, ...]:
    return tuple(
        Tick(_bar_y(i, len(names), BAR_SIZE / 2), shorten(name, NAME_LENGTH), sub=value)
        for i, (name, value) in enumerate(zip(names, values, strict=True))
    )


def _bar_y(row: int, rows: int, offset: float = 0.0) -> str:
    return num(100 * (row + BAR_TOP + offset) / max(rows, 1))


def _sign(value: float) -> str:
    return "positive" if value > 0 else "negative" if value < 0 else "neutral"

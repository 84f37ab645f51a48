"""Charts of tests, and what is read from their paths."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import Any

from results import charts
from results.charts import Chart, Series

NAN = float("nan")
JUNK = [None, NAN, math.inf, -math.inf, -5]


def days(n: int, start: date = date(2026, 1, 1)) -> list[date]:
    return [start + timedelta(days=i) for i in range(n)]


def link(*parts: object) -> str:
    return "/reviews/?" + "&".join(map(str, parts))


def timeline(*columns: list[float | None], n: int | None = None, **options: Any) -> Chart:
    series = [Series(f"k{i}", f"Series {i}", values) for i, values in enumerate(columns)]
    return charts.timeline(days(n or len(columns[0])), series, unit="day", link=link, **options)


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]


def corners(path: str) -> list[tuple[float, float]]:
    """Where the pen stops, in absolute coordinates."""
    stops: list[tuple[float, float]] = []
    for command, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        if command in "MLlcs":
            x, y = values[-2:]
            x0, y0 = (0.0, 0.0) if command.isupper() else stops[-1]
            stops.append((round(x0 + x, 1), round(y0 + y, 1)))
    return stops


def geometry(chart: Chart) -> str:
    shapes = [f"{x} {y}" for layer in chart.layers for x, y in corners(layer.area) + corners(layer.line)]
    marks = [f"{m.d} {m.x} {m.y} {m.width} {m.height} {m.at} {m.cy}" for m in chart.marks]
    return " ".join(shapes + marks + [t.at for t in chart.x_ticks + chart.y_ticks])

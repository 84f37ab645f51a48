"""SVG path data: monotone curves, bands and ring sectors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from .scales import Value, num, positive

Point = tuple[float, float]
SMOOTH_LIMIT = 120  # denser lines look the same straight, at a third of the bytes


def tangents(points: Sequence[Point]) -> list[float]:
    """Steffen's slopes (1990): the cubic through the points is monotone between any two of them."""
    widths = [x1 - x0 for (x0, _), (x1, _) in pairwise(points)]
    slopes = [(y1 - y0) / w if w else 0.0 for ((_, y0), (_, y1)), w in zip(pairwise(points), widths, strict=True)]
    if len(slopes) < 2:
        return slopes * 2
    inner = []
    for (s0, s1), (w0, w1) in zip(pairwise(slopes), pairwise(widths), strict=True):
        mean = (s0 * w1 + s1 * w0) / (w0 + w1) if w0 + w1 else 0.0
        limit = min(abs(s0), abs(s1), abs(mean) / 2)
        inner.append((math.copysign(1, s0) + math.copysign(1, s1)) * limit)
    return [(3 * slopes[0] - inner[0]) / 2, *inner, (3 * slopes[-1] - inner[-1]) / 2]


def controls(points: Sequence[Point]) -> list[tuple[Point, Point, Point]]:
    """Bezier segments (two control points and an end) through the points; x may run either way."""
    slopes = tangents(points)
    segments = []
    for ((x0, y0), (x1, y1)), (t0, t1) in zip(pairwise(points), pairwise(slopes), strict=True):
        third = (x1 - x0) / 3
        segments.append(((x0 + third, y0 + t0 * third), (x1 - third, y1 - t1 * third), (x1, y1)))
    return segments


def _pair(point: Point) -> str:
    return f"{num(point[0])} {num(point[1])}"


def _steps(points: Sequence[Point]) -> list[str]:
    """The path commands from each point to the next."""
    if len(points) > SMOOTH_LIMIT or len(points) < 3:
        return ["L" + _pair(point) for point in points[1:]]
    return ["C" + " ".join(map(_pair, segment)) for segment in controls(points)]


def line_path(points: Sequence[Point], start: str = "M") -> str:
    return start + _pair(points[0]) + "".join(_steps(points)) if points else ""


def band_path(top: Sequence[Point], bottom: Sequence[Point]) -> str:
    return line_path(top) + line_path(bottom[::-1], "L") + "Z" if top else ""


def split_line(points: Sequence[Point]) -> tuple[str, str]:
    """The line as one path to the last but one point, and one from there; together the same curve."""
    *head, tail = _steps(points)
    return f"M{_pair(points[0])}{''.join(head)}", f"M{_pair(points[-2])}{tail}"


def split_band(top: Sequence[Point], bottom: Sequence[Point]) -> tuple[str, str]:
    """The band between two lines, cut like ``split_line``."""
    *head, tail = _steps(top)
    back_tail, *back = _steps(bottom[::-1])
    return (
        f"M{_pair(top[0])}{''.join(head)}L{_pair(bottom[-2])}{''.join(back)}Z",
        f"M{_pair(top[-2])}{tail}L{_pair(bottom[-1])}{back_tail}Z",
    )


def polygon(points: Sequence[Point]) -> str:
    return "M" + "L".join(map(_pair, points)) + "Z" if points else ""


def polar(angle: float, radius: float) -> Point:
    """A point on a circle around the origin; angles in degrees, clockwise from 12 o'clock."""
    radians = math.radians(angle - 90)
    return radius * math.cos(radians), radius * math.sin(radians)


def ring_path(start: float, end: float, inner: float, outer: float) -> str:
    """A ring sector, or a pie sector when ``inner`` is 0."""
    if end - start >= 359.99:
        return _circle(outer, 1) + (_circle(inner, 0) if inner else "")
    large = int(end - start > 180)
    out = f"M{_pair(polar(start, outer))}A{num(outer)} {num(outer)} 0 {large} 1 {_pair(polar(end, outer))}"
    if not inner:
        return f"{out}L0 0Z"
    return f"{out}L{_pair(polar(end, inner))}A{num(inner)} {num(inner)} 0 {large} 0 {_pair(polar(start, inner))}Z"


def _circle(radius: float, sweep: int) -> str:
    """Two half turns: SVG drops an arc whose ends coincide. Opposite sweeps cut a hole."""
    r = num(radius)
    return f"M0 -{r}A{r} {r} 0 1 {sweep} 0 {r}A{r} {r} 0 1 {sweep} 0 -{r}Z"


def stack(columns: Iterable[Iterable[Value]]) -> list[list[float]]:
    """Per column the running totals, from 0: neighbouring entries are the edges of one band."""
    return [list(accumulate(map(positive, column), initial=0.0)) for column in columns]

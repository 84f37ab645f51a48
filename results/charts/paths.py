"""SVG path data: monotone curves, bands and ring sectors.

Curves are written in tenths and relative to where the pen is: half the bytes, and no difference one can see.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from .scales import Value, num, positive

Point = tuple[float, float]
Segment = tuple[Point, ...]  # two control points and an end, or an end alone
SMOOTH_LIMIT = 48  # denser lines look much the same straight, at a third of the bytes


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


def controls(points: Sequence[Point]) -> list[Segment]:
    """Bezier segments (two control points and an end) through the points; x may run either way."""
    slopes = tangents(points)
    segments: list[Segment] = []
    for ((x0, y0), (x1, y1)), (t0, t1) in zip(pairwise(points), pairwise(slopes), strict=True):
        third = (x1 - x0) / 3
        segments.append(((x0 + third, y0 + t0 * third), (x1 - third, y1 - t1 * third), (x1, y1)))
    return segments


def line_path(points: Sequence[Point]) -> str:
    return _move(points[0]) + _draw(points[0], _segments(points)) if points else ""


def band_path(top: Sequence[Point], bottom: Sequence[Point]) -> str:
    if not top:
        return ""
    back = bottom[::-1]
    return f"{line_path(top)}{_move(back[0], 'L')}{_draw(back[0], _segments(back))}Z"


def split_line(points: Sequence[Point]) -> tuple[str, str]:
    """The line as one path to the last but one point, and one from there; together the same curve."""
    *head, tail = _segments(points)
    return _move(points[0]) + _draw(points[0], head), _move(points[-2]) + _draw(points[-2], [tail])


def split_band(top: Sequence[Point], bottom: Sequence[Point]) -> tuple[str, str]:
    """The band between two lines, cut like ``split_line``."""
    head_line, tail_line = split_line(top)
    back_tail, *back_head = _segments(bottom[::-1])
    return (
        f"{head_line}{_move(bottom[-2], 'L')}{_draw(bottom[-2], back_head)}Z",
        f"{tail_line}{_move(bottom[-1], 'L')}{_draw(bottom[-1], [back_tail])}Z",
    )


def _segments(points: Sequence[Point]) -> list[Segment]:
    """From each point to the next."""
    if len(points) > SMOOTH_LIMIT or len(points) < 3:
        return [(point,) for point in points[1:]]
    return controls(points)


def _move(point: Point, command: str = "M") -> str:
    return command + _numbers(map(_tenths, point))


def _draw(start: Point, segments: Iterable[Segment]) -> str:
    commands, pen, handle = [], start, None  # handle: where the curve would go on to by itself
    for segment in segments:
        command = "l" if len(segment) == 1 else "s" if handle and _is_close(handle, segment[0]) else "c"
        corners = segment[1:] if command == "s" else segment
        steps = (_tenths(c) - _tenths(p) for corner in corners for c, p in zip(corner, pen, strict=True))
        commands.append(command + _numbers(steps))
        *_, end = segment
        handle = (2 * end[0] - segment[-2][0], 2 * end[1] - segment[-2][1]) if len(segment) == 3 else None
        pen = end
    return "".join(commands)


def _is_close(a: Point, b: Point) -> bool:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) < 0.05


def _tenths(value: float) -> int:
    return round(10 * value)


def _numbers(tenths: Iterable[int]) -> str:
    """As short as the grammar of paths allows: no zero before the point, no space before a minus."""
    text = " ".join(num(n / 10) for n in tenths)
    return re.sub(r"(?<!\d)0(?=\.)", "", text).replace(" -", "-")


def _pair(point: Point) -> str:
    return f"{num(point[0])} {num(point[1])}"


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

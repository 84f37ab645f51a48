"""Numbers: from data values to positions and labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

Value = float | None


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    label: str
    tier: int = 1  # 1 always shown, 2 from medium width, 3 only when wide (container queries)
    sub: str = ""


def finite(value: Value) -> float:
    return float(value) if value is not None and math.isfinite(value) else 0.0


def positive(value: Value) -> float:
    return max(finite(value), 0.0)


def num(value: float) -> str:
    """The shortest decimal an SVG attribute needs."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def count(value: float) -> str:
    return f"{value:,.0f}"


def compact(value: float) -> str:
    """1234 -> 1.2k; used on axes, where five digits do not fit."""
    for limit, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return num(round(value / limit, 1)) + suffix
    return num(value)


def percent(part: float, total: float, digits: int = 0) -> str:
    """A share that never claims to be nothing or everything when it is not."""
    share, least = 100 * part / total if total else 0.0, 10.0**-digits
    if 0 < share < least / 2:
        return f"<{least:g}%"
    if 100 - least / 2 <= share < 100:
        return f">{100 - least:g}%"
    return f"{share:.{digits}f}%"


def signed(value: float, digits: int = 1) -> str:
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}") if round(value, digits) else "0"


def room(text: str) -> float:
    """How wide a text is drawn, in small letters: capitals and ideographs take more."""
    return sum(2 if east_asian_width(c) in "FW" else 1.4 if c.isupper() else 1 for c in text)


def shorten(text: str, limit: int) -> str:
    if room(text) <= limit:
        return text
    ends = accumulate((room(c) for c in text), initial=1)  # of the ellipsis
    return text[: sum(end <= limit for end in ends) - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Linear:
    domain: tuple[float, float]
    range: tuple[float, float] = (0.0, 100.0)

    def __call__(self, value: Value) -> float:
        (low, high), (start, end) = self.domain, self.range
        if low == high:
            return (start + end) / 2
        return start + (finite(value) - low) / (high - low) * (end - start)


def nice_ticks(low: Value, high: Value, target: int = 4, *, integer: bool = False) -> list[float]:
    """Round numbers that cover [low, high] in about ``target`` steps of 1, 2, 2.5 or 5 times a power of ten."""
    low, high = sorted((finite(low), finite(high)))
    if low == high:  # a flat domain reaches to zero, and an all-zero one up to 1
        low, high = min(low, 0.0), max(high, 0.0)
        high = high if low < high else 1.0
    raw = (high - low) / max(target, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= raw * (1 - 1e-9))
    step = max(1, math.ceil(step)) if integer else step
    return [float(f"{i * step:.12g}") for i in range(math.floor(low / step), math.ceil(high / step) + 1)]

"""Hours, days, weeks, months and years: the buckets of a timeline, their names and the ticks below it.

Hours are aware moments, named in the time zone that is in force; all others are dates.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .scales import Linear, Tick, num

Unit = Literal["hour", "day", "week", "month", "year"]

DAYS = {"day": 1, "week": 7}
HOUR_STEPS = (1, 2, 3, 6, 12, 24, 48, 72, 168)
UNIT_NAMES = {
    "hour": gettext_lazy("Hour"),
    "day": gettext_lazy("Day"),
    "week": gettext_lazy("Week"),
    "month": gettext_lazy("Month"),
    "year": gettext_lazy("Year"),
}
TOO_SHORT = {
    "hour": gettext_lazy("One hour is not enough for a trend."),
    "day": gettext_lazy("One day is not enough for a trend."),
    "week": gettext_lazy("One week is not enough for a trend."),
    "month": gettext_lazy("One month is not enough for a trend."),
    "year": gettext_lazy("One year is not enough for a trend."),
}
TICK_STEPS: tuple[tuple[Unit, int], ...] = (
    ("day", 1), ("day", 2), ("week", 1), ("week", 2), ("month", 1), ("month", 2), ("month", 3), ("month", 6),
    ("year", 1), ("year", 2), ("year", 5), ("year", 10), ("year", 25), ("year", 100),
)  # fmt: skip


def shift(day: date, unit: Unit, steps: int = 1) -> date:
    if unit == "hour":
        return day + timedelta(hours=steps)
    if unit in DAYS:
        return day + timedelta(days=DAYS[unit] * steps)
    months = day.year * 12 + day.month - 1 + steps * (12 if unit == "year" else 1)
    return date(months // 12, months % 12 + 1, 1)


def floor(day: date, unit: Unit, every: int = 1) -> date:
    """Start of the calendar period that contains ``day`` (weeks start on Monday)."""
    if unit in DAYS:  # ordinal 1, 0001-01-01, is a Monday
        size = DAYS[unit] * every
        return date.fromordinal((day.toordinal() - 1) // size * size + 1)
    size = every * (12 if unit == "year" else 1)
    months = (day.year * 12 + day.month - 1) // size * size
    return date(months // 12, months % 12 + 1, 1)


def periods(first: date, last: date, unit: Unit, every: int = 1) -> list[date]:
    """Every period start from the one containing ``first``: the buckets of a timeline, without gaps."""
    days, day = [], first if unit == "hour" else floor(first, unit, every)
    while day <= last:
        days.append(day)
        day = shift(day, unit, every)
    return days


def period_name(day: date, unit: Unit) -> str:
    if unit == "hour":
        return dateformat.format(_local(day), _("M j, H:i"))
    if unit == "year":
        return str(day.year)
    if unit == "month":
        return dateformat.format(day, _("M Y"))
    name = dateformat.format(day, _("M j, Y"))
    return _("Week of {day}").format(day=name) if unit == "week" else name


def time_scale(first: date, last: date) -> Callable[[date], float]:
    linear = Linear((_place(first), _place(last)))
    return lambda day: linear(_place(day))


def _place(day: date) -> float:
    """Days, from wherever."""
    return day.timestamp() / 86400 if isinstance(day, datetime) else day.toordinal()


def _local(hour: date) -> datetime:
    return timezone.localtime(hour)  # type: ignore[arg-type]  # hours are moments


def time_ticks(first: date, last: date, target: int = 13) -> tuple[Tick, ...]:
    """Calendar ticks in three tiers, so that a narrow chart can drop half or three quarters of them."""
    if isinstance(first, datetime):
        return _hour_ticks(first, last, target)
    unit, days = TICK_STEPS[-1][0], [first]
    for unit, every in TICK_STEPS:
        if (last - first).days / (DAYS.get(unit) or (30 if unit == "month" else 365)) / every > target + 1:
            continue
        days = [day for day in periods(first, last, unit, every) if day >= first]
        if len(days) <= target:
            break
    anchor = next((i for i, day in enumerate(days) if (day.month, day.day) == (1, 1)), 0)
    x = time_scale(first, last)
    return tuple(Tick(num(x(day)), _tick_name(day, unit), _tier(i - anchor, len(days))) for i, day in enumerate(days))


def _hour_ticks(first: date, last: date, target: int) -> tuple[Tick, ...]:
    hours = periods(first, last, "hour")
    every = next((step for step in HOUR_STEPS if len(hours) <= target * step), HOUR_STEPS[-1])
    shown = [hour for hour in hours if (_local(hour).toordinal() * 24 + _local(hour).hour) % every == 0]
    x = time_scale(first, last)
    return tuple(Tick(num(x(hour)), _hour_name(_local(hour)), _tier(i, len(shown))) for i, hour in enumerate(shown))


def _hour_name(hour: datetime) -> str:
    return dateformat.format(hour, _("H:i") if hour.hour else _("M j"))


def _tick_name(day: date, unit: Unit) -> str:
    if unit == "year" or (unit == "month" and day.month == 1):
        return str(day.year)
    return dateformat.format(day, _("M") if unit == "month" else _("M j"))


def _tier(index: int, ticks: int) -> int:
    if ticks <= 4 or index % (4 if ticks > 8 else 2) == 0:
        return 1
    return 2 if ticks <= 8 or index % 2 == 0 else 3

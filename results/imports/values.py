"""Ratings and dates as people and exports write them."""

import math
import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from results.imports.months import MONTHS

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=2)  # clocks and time zones of sources differ
LONGEST = 200  # characters a rating or a date may take

Rating = tuple[float, float | None]
"""The number, and the top of its scale where the cell itself says it ("4/5", "★★★★☆")."""

_NUMBER = r"([+-]?\d+(?:[.,]\d+)?)"
_OF_SCALE = re.compile(rf"{_NUMBER}\s*(?:/|out of|of|von|sur|de)\s*{_NUMBER}\b.*", re.IGNORECASE)
_STARS = re.compile(rf"{_NUMBER}\s*(?:stars?|sterne?|étoiles?|estrellas?|points?|★|⭐)?", re.IGNORECASE)
_SYMBOLS = re.compile(r"([★⭐]\ufe0f?)*(☆\ufe0f?)*")
_WORDS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}  # Google's business profiles
_THUMBS = {
    "recommended": 1.0,
    "true": 1.0,
    "yes": 1.0,
    "👍": 1.0,
    "not recommended": 0.0,
    "false": 0.0,
    "no": 0.0,
    "👎": 0.0,
}


class Unreadable(ValueError):  # noqa: N818  it describes a cell, and a person reads it
    """A cell that holds something else than it should. Its text is the reason."""


def rating(value: Any) -> Rating | None:
    """None for an empty cell. A thumb or a yes/no is 1 or 0 of 1. Raises Unreadable."""
    if isinstance(value, bool):
        return float(value), 1.0
    if isinstance(value, int | float):
        return _finite(float(value), value), None
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    try:
        return _finite(float(text), text), None
    except ValueError:
        return _written_rating(text)


def _finite(number: float, shown: Any) -> float:
    if not math.isfinite(number):
        raise Unreadable(f"“{shown}” is not a rating.")
    return number


def _written_rating(text: str) -> Rating:
    if len(text) > LONGEST:
        raise Unreadable(f"“{text[:50]}…” is not a rating.")
    if text.lower() in _THUMBS:
        return _THUMBS[text.lower()], 1.0
    if text.lower() in _WORDS:
        return _WORDS[text.lower()], None
    if match := _OF_SCALE.fullmatch(text):
        return _decimal(match[1]), _decimal(match[2]) or None
    if match := _STARS.fullmatch(text):
        return _decimal(match[1]), None
    if match := re.fullmatch(rf"{_NUMBER}\s*%", text):
        return _decimal(match[1]), 100.0
    if _SYMBOLS.fullmatch(text):
        return float(len(re.findall("[★⭐]", text))), 5.0
    raise Unreadable(f"“{text[:50]}” is not a rating.")


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))


# Dates

_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?"
_ZONE = r"(Z|UTC|GMT|[A-Z]{3,4}|(?:UTC|GMT)?[+-]\d{2}:?\d{2})?"
_TAIL = re.compile(rf"[\sT,]*(?:at\s+|um\s+)?(?:{_CLOCK}\s*{_ZONE})?", re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,4})([./\- ]) ?(\d{1,2})(?:\2 ?|, ?)(\d{2,4})(?!\d)")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|º|er)?[\s-]+(?:of\s+|de\s+)?([^\W\d_]{3,12})\.?,?[\s-]+(?:del?\s+)?(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)", re.IGNORECASE)
_BEFORE = re.compile(r"(?:.* on |[^\W\d_]{2,12}\.?,? )?", re.DOTALL)
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8}
_ZONES |= {"PDT": -7, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "JST": 9}


def moment(value: Any, order: str, latest: datetime) -> datetime | None:
    """The aware UTC time, None for an empty cell. ``order`` is dmy or mdy, for numbers that could be either.

    Times without a zone are taken as UTC. Raises Unreadable, also for dates before 1990 or after ``latest``.
    """
    if value is None or value == "":
        return None
    try:
        found = _moment(value, order)
    except (ValueError, OverflowError, OSError):
        found = None
    if found is None:
        raise Unreadable(f"“{str(value)[:50]}” is not a date.")
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    if not EARLIEST <= found <= latest:
        raise Unreadable(f"“{str(value)[:50]}” cannot be the date of a review.")
    return found


def numeric_parts(value: Any) -> tuple[int, int] | None:
    """The first two numbers of a date like 03/04/2024, whose order is a question; None for any other."""
    match = _NUMERIC.match(str(value).strip())
    return (int(match[1]), int(match[3])) if match and len(match[1]) < 3 else None


def _moment(value: Any, order: str) -> datetime | None:
    if isinstance(value, date):
        if isinstance(value, datetime):
            return value
        return datetime.combine(value, time(), UTC)
    text = str(value).strip()
    if len(text) > LONGEST:
        return None
    if re.fullmatch(r"\d{9,19}(\.\d+)?", text):
        return _epoch(float(text))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _written(text, order)


def _epoch(number: float) -> datetime:
    """Seconds, or milli-, micro- or nanoseconds, since 1970: by their size."""
    while number > 10_000_000_000:
        number /= 1000
    return datetime.fromtimestamp(number, UTC)


def _written(text: str, order: str) -> datetime | None:
    if match := _NUMERIC.match(text):
        return _timed(_numeric_date(match, order), text[match.end() :])
    for pattern, day, month in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        if (match := pattern.search(text)) and _BEFORE.fullmatch(text[: match.start()]):
            name = match[month].lower()
            number = MONTHS.get(name) or MONTHS.get(name[:3])
            return _timed(date(int(match[3]), number, int(match[day])), text[match.end() :]) if number else None
    return parsedate_to_datetime(text)


def _numeric_date(match: re.Match[str], order: str) -> date:
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) == 4:
        return date(first, second, third)
    year = third if len(match[4]) == 4 else 2000 + third
    is_month_first = order == "mdy" and first <= 12
    return date(year, first, second) if is_month_first or second > 12 else date(year, second, first)


def _timed(day: date, rest: str) -> datetime | None:
    match = _TAIL.fullmatch(rest.strip())
    if not match:
        return None
    hour, minute, second, half, zone = match.groups()
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower().startswith("p") else 0)
    return datetime.combine(day, time(hours, int(minute or 0), int(second or 0)), _zone(zone))


def _zone(text: str | None) -> timezone:
    name = (text or "Z").upper()
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    if match := re.search(r"([+-])(\d{2}):?(\d{2})$", name):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset)
    raise ValueError(name)

"""The days that sites write out for people, in the languages they write in. What is not sure is None."""

import re
from datetime import UTC, datetime

from results.imports.months import MONTHS

WORD = r"(?P<month>[^\W\d_]+)"
FORMS = [
    re.compile(r"(?P<year>\d{4})年\s*(?P<month>\d{1,2})月\s*(?P<day>\d{1,2})日"),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:\.|º|er)?\s+(?:de\s+)?{WORD}\.?,?\s+(?:de\s+|del\s+)?(?P<year>\d{{4}})\b"),
    re.compile(rf"\b{WORD}\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})\b"),
]


def day(text: str) -> datetime | None:
    """The start in UTC of the day that a text names. Days in digits alone, such as 3/4/2024, are not sure."""
    for form in FORMS:
        for match in form.finditer(text):
            month = match["month"]
            number = int(month) if month.isdecimal() else MONTHS.get(month.lower().replace("i̇", "i"), 0)
            try:
                return datetime(int(match["year"]), number, int(match["day"]), tzinfo=UTC)
            except ValueError:
                continue
    return None


def moment(text: object) -> datetime | None:
    """A moment in the form of ISO 8601; one without a zone is taken as UTC."""
    try:
        at = datetime.fromisoformat(str(text))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None

"""The days that sites write out for people, in the languages they write in. What is not sure is None."""

import re
from datetime import UTC, datetime

# In order, January first; a form that several languages share stands once.
NAMES = """
    january januar janvier enero gennaio januari janeiro stycznia styczeń ocak يناير
    february februar février febrero febbraio februari fevereiro lutego luty şubat فبراير
    march märz mars marzo maart março marca marzec mart مارس
    april avril abril aprile kwietnia kwiecień nisan أبريل ابريل
    may mai mayo maggio mei maio maja maj mayıs مايو
    june juni juin junio giugno junho czerwca czerwiec haziran يونيو يونيه
    july juli juillet julio luglio julho lipca lipiec temmuz يوليو يوليه
    august août agosto augustus augusti sierpnia sierpień ağustos أغسطس اغسطس
    september septembre septiembre setiembre settembre setembro września wrzesień eylül سبتمبر
    october oktober octobre octubre ottobre outubro października październik ekim أكتوبر اكتوبر
    november novembre noviembre novembro listopada listopad kasım نوفمبر
    december dezember décembre diciembre dicembre dezembro grudnia grudzień aralık ديسمبر
"""
SHORT = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {name: number for number, line in enumerate(NAMES.strip().splitlines(), 1) for name in line.split()}
MONTHS |= {name: number for number, name in enumerate(SHORT.split(), 1)} | {"sept": 9}
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

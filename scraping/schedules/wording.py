"""A schedule in words, as its people would say it."""

from typing import Protocol

from cronsim import CronSim

from scraping.schedules.choices import WEEKDAYS, Frequency
from scraping.schedules.recurrence import SOME_DAY


class Timed(Protocol):
    frequency: str
    cron: str
    time: str
    day_of_week: int
    day_of_month: int
    timezone: str


def sentence(schedule: Timed) -> str:
    """“Every Monday at 09:00, Berlin time”."""
    return f"{_times(schedule)}, {zone_name(schedule.timezone)}"


def _times(schedule: Timed) -> str:
    at = f"at {schedule.time}"
    match schedule.frequency:
        case Frequency.HOURLY:
            return f"Every hour at :{schedule.time[-2:]}"
        case Frequency.DAILY:
            return f"Every day {at}"
        case Frequency.WEEKLY:
            return f"Every {dict(WEEKDAYS)[schedule.day_of_week]} {at}"
        case Frequency.MONTHLY:
            return f"Every month on the {ordinal(schedule.day_of_month)} {at}"
    return CronSim(schedule.cron, SOME_DAY).explain()


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th … 11th, 12th, 13th."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def zone_name(zone: str) -> str:
    """“Berlin time” for Europe/Berlin; zones without a place are called by their name."""
    area, _, place = zone.partition("/")
    if not place or area == "Etc":
        return place or zone
    return f"{place.rpartition('/')[2].replace('_', ' ')} time"

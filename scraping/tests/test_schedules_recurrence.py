"""When things recur: pure, over whole years of zones whose clocks change."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings, strategies

from scraping.models import Schedule
from scraping.schedules.recurrence import Recurrence, validate_cron

HALF_PAST_TWO = "30 2 * * *"
ZONES = [
    *("Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Sydney"),
    *("Australia/Lord_Howe", "Pacific/Auckland", "Africa/Casablanca", "Antarctica/Troll"),
]
CLOCKS_CHANGE_AT_MIDNIGHT = ["Africa/Cairo", "America/Santiago", "Asia/Beirut"]


def year(expression: str, zone: str, number: int = 2026) -> list[datetime]:
    """All times of a year, in the zone."""
    there = ZoneInfo(zone)
    begin, end = datetime(number, 1, 1, tzinfo=there), datetime(number + 1, 1, 1, tzinfo=there)
    found = Recurrence(expression, there).after(begin - timedelta(seconds=1))
    return [at.astimezone(there) for at in takewhile(lambda at: at < end, found)]


def test_the_zones_have_both_edges_in_this_year():
    for zone in [*ZONES, *CLOCKS_CHANGE_AT_MIDNIGHT]:
        offsets = [at.utcoffset() for at in year("0 12 * * *", zone)]
        changes = sum(before != after for before, after in pairwise(offsets))
        assert changes >= 2, zone


@pytest.mark.parametrize("zone", ZONES)
def test_half_past_two_comes_once_on_every_date(zone):
    runs = year(HALF_PAST_TWO, zone)
    assert set(Counter(at.date() for at in runs).values()) == {1}
    assert len(runs) == 365
    assert runs == sorted(runs)


@pytest.mark.parametrize(("zone", "expression"), [(zone, HALF_PAST_TWO) for zone in ZONES] + [
    (zone, "30 0 * * *") for zone in CLOCKS_CHANGE_AT_MIDNIGHT])  # fmt: skip
def test_a_time_that_is_left_out_moves_to_the_first_moment_after(zone, expression):
    minute, hour = map(int, expression.split()[:2])
    moved = [at for at in year(expression, zone) if (at.hour, at.minute) != (hour, minute)]
    for at in moved:
        before = (at.astimezone(UTC) - timedelta(seconds=1)).astimezone(at.tzinfo)
        assert (before.hour, before.minute) < (hour, minute) < (at.hour, at.minute) or before.date() < at.date()
    assert len(moved) <= 1


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"),
    [
        ("Europe/Berlin", "2026-03-29T03:00:00+02:00", "2026-10-25T02:30:00+02:00"),
        ("Australia/Sydney", "2026-10-04T03:00:00+11:00", "2026-04-05T02:30:00+11:00"),
        ("Antarctica/Troll", "2026-03-29T03:00:00+02:00", "2026-10-25T02:30:00+02:00"),
    ],
)
def test_the_edges_are_where_they_are(zone, spring, autumn):
    runs = {at.isoformat() for at in year(HALF_PAST_TWO, zone)}
    assert {spring, autumn} <= runs


def test_an_open_hour_comes_every_hour_that_passes():
    runs = year("30 * * * *", "Europe/Berlin")
    distances = {after.astimezone(UTC) - before.astimezone(UTC) for before, after in pairwise(runs)}
    assert (len(runs), distances) == (365 * 24, {timedelta(hours=1)})


def test_within_the_hour_that_comes_twice_the_past_is_not_next():
    second_round = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 in Berlin for the second time
    found = Recurrence(HALF_PAST_TWO, ZoneInfo("Europe/Berlin")).next(second_round)
    assert found == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_two_times_that_move_to_the_same_moment_are_one():
    zone = ZoneInfo("Europe/Berlin")
    runs = Recurrence("0,30 2 * * *", zone).after(datetime(2026, 3, 29, tzinfo=zone))
    assert [next(runs).isoformat() for _ in range(2)] == ["2026-03-29T01:00:00+00:00", "2026-03-30T00:00:00+00:00"]


@pytest.mark.parametrize(
    ("said", "runs"),
    [
        ({"frequency": "hourly", "time": "00:05"}, ["2026-03-02T12:05", "2026-03-02T13:05"]),
        ({"frequency": "daily", "time": "09:00"}, ["2026-03-03T08:00", "2026-03-04T08:00"]),
        ({"frequency": "weekly", "time": "09:00", "day_of_week": 0}, ["2026-03-09T08:00", "2026-03-16T08:00"]),
        ({"frequency": "weekly", "time": "23:30", "day_of_week": 6}, ["2026-03-08T22:30", "2026-03-15T22:30"]),
        ({"frequency": "monthly", "time": "00:15", "day_of_month": 28}, ["2026-03-27T23:15", "2026-04-27T22:15"]),
        ({"frequency": "cron", "cron": "0 9 * * MON-FRI"}, ["2026-03-03T08:00", "2026-03-04T08:00"]),
        ({"frequency": "cron", "cron": "0 0 L 2 *"}, ["2027-02-27T23:00", "2028-02-28T23:00"]),
    ],
)
def test_what_is_said_means_these_times(said, runs):
    schedule = Schedule(timezone="Europe/Berlin", **said)
    found = schedule.recurrence.after(datetime(2026, 3, 2, 12, tzinfo=UTC))  # a Monday
    assert [f"{next(found):%Y-%m-%dT%H:%M}" for _ in runs] == runs


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"frequency": "hourly", "time": "00:05"}, "Every hour at :05, Berlin time"),
        ({"frequency": "daily", "time": "09:00"}, "Every day at 09:00, Berlin time"),
        ({"frequency": "weekly", "day_of_week": 4}, "Every Friday at 09:00, Berlin time"),
        ({"frequency": "monthly", "day_of_month": 22}, "Every month on the 22nd at 09:00, Berlin time"),
        ({"frequency": "monthly", "day_of_month": 11}, "Every month on the 11th at 09:00, Berlin time"),
        ({"frequency": "cron", "cron": "0 9 * * 1"}, "At 09:00 on Monday, Berlin time"),
        ({"timezone": "America/Argentina/Buenos_Aires"}, "Every day at 09:00, Buenos Aires time"),
        ({"timezone": "UTC"}, "Every day at 09:00, UTC"),
        ({"timezone": "Etc/GMT+5"}, "Every day at 09:00, GMT+5"),
    ],
)
def test_a_schedule_says_itself_in_words(said, sentence):
    assert Schedule(**{"timezone": "Europe/Berlin", **said}).sentence == sentence


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "Use five fields"),
        ("0 9 * *", "Use five fields"),
        ("0 0 9 * * *", "Use five fields"),  # with seconds
        ("61 9 * * *", "The minute is not one"),
        ("0 9 * * funday", "The day of week is not one"),
        ("0 0 30 2 *", "The day of month is not one"),
        ("0 9 */0 * *", "The day of month is not one"),
    ],
)
def test_an_expression_that_means_nothing_is_refused(expression, reason):
    with pytest.raises(ValidationError, match=reason):
        validate_cron(expression)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    strategies.lists(strategies.text("0159*/-,#LWMON² ", min_size=1, max_size=6), min_size=5, max_size=5).map(" ".join)
)
def test_an_expression_is_refused_or_comes_true_and_can_be_said(expression):
    try:
        validate_cron(expression)
    except ValidationError:
        return
    schedule = Schedule(frequency="cron", cron=expression)
    assert schedule.recurrence.next(datetime(2026, 3, 2, tzinfo=UTC)) > datetime(2026, 3, 2, tzinfo=UTC)
    assert schedule.sentence.endswith(", UTC")

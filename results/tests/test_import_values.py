from datetime import UTC, datetime

import pytest

from results.imports.values import Unreadable, moment, rating

LATEST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = datetime(2024, 1, 5, tzinfo=UTC)
HALF_PAST_TEN = datetime(2024, 1, 5, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("4", (4, None)),
        ("4.5", (4.5, None)),
        ("4,5", (4.5, None)),
        ("-3", (-3, None)),
        (" 5 ", (5, None)),
        (4, (4, None)),
        ("4/5", (4, 5)),
        ("8 / 10", (8, 10)),
        ("4 out of 5", (4, 5)),
        ("4.0 out of 5 stars", (4, 5)),
        ("3,5 von 5 Sternen", (3.5, 5)),
        ("4 stars", (4, None)),
        ("1 Star", (1, None)),
        ("★★★★☆", (4, 5)),
        ("⭐⭐⭐", (3, 5)),
        ("FIVE", (5, None)),
        ("80%", (80, 100)),
        ("Recommended", (1, 1)),
        ("Not Recommended", (0, 1)),
        ("False", (0, 1)),
        (True, (1, 1)),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_rating_is_read(written, read):
    assert rating(written) == read


@pytest.mark.parametrize("written", ["good", "fine", "nan", "inf", "1e999", "4/", "4 5", "☆x", "1" * 500, float("nan")])
def test_what_is_no_rating_says_so(written):
    with pytest.raises(Unreadable, match="is not a rating"):
        rating(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-01-05", DAY),
        ("20240105", DAY),
        ("2024/01/05", DAY),
        ("2024-01-05T10:30:00Z", HALF_PAST_TEN),
        ("2024-01-05 10:30", HALF_PAST_TEN),
        ("2024-01-05 10:30:00 UTC", HALF_PAST_TEN),
        ("2024-01-05T12:30:00+02:00", HALF_PAST_TEN),
        ("2024-01-05T10:30:00.123456789Z", HALF_PAST_TEN.replace(microsecond=123456)),
        ("1704450600", HALF_PAST_TEN),
        (1704450600, HALF_PAST_TEN),
        ("1704450600000", HALF_PAST_TEN),
        ("1704450600000000", HALF_PAST_TEN),
        ("1704450600.0", HALF_PAST_TEN),
        ("Jan 5, 2024", DAY),
        ("January 5th, 2024", DAY),
        ("5 January 2024", DAY),
        ("5. January 2024", DAY),
        ("05-Jan-2024", DAY),
        ("5. Januar 2024", DAY),
        ("Freitag, 5. Januar 2024", DAY),
        ("5 de enero de 2024", DAY),
        ("5 janvier 2024 10:30", HALF_PAST_TEN),
        ("Fri Jan 5 2024", DAY),
        ("Jan 5, 2024 10:30:00 AM", HALF_PAST_TEN),
        ("Jan 5, 2024, 2:30 AM PST", HALF_PAST_TEN),
        ("Reviewed in the United States on January 5, 2024", DAY),
        ("Fri, 05 Jan 2024 11:30:00 +0100", HALF_PAST_TEN),
        ("13/01/2024", datetime(2024, 1, 13, tzinfo=UTC)),
        ("01/13/24", datetime(2024, 1, 13, tzinfo=UTC)),
        ("01 05, 2024", DAY),
        (datetime(2024, 1, 5, 10, 30), HALF_PAST_TEN),  # noqa: DTZ001  as workbooks give it
        (DAY.date(), DAY),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_read(written, read):
    assert moment(written, "mdy", LATEST) == read


@pytest.mark.parametrize(
    ("order", "read"), [("dmy", datetime(2024, 5, 1, tzinfo=UTC)), ("mdy", datetime(2024, 1, 5, tzinfo=UTC))]
)
@pytest.mark.parametrize("written", ["01/05/2024", "1.5.2024", "01-05-24", "1/5/2024 00:00"])
def test_the_order_decides_where_it_must(written, order, read):
    assert moment(written, order, LATEST) == read


@pytest.mark.parametrize(
    "written",
    [
        *("yesterday", "5", "2024-13-01", "99/99/2024", "31/02/2024", "5 foo 2024", "Jan 5", "2024-01-05 nonsense"),
        *("10:30", "1704450600x", "x" * 5000, True, {"a": 1}),
    ],
)
def test_what_is_no_date_says_so(written):
    with pytest.raises(Unreadable, match="is not a date"):
        moment(written, "dmy", LATEST)


@pytest.mark.parametrize("written", ["1969-07-20", "2026-01-02", "9999-12-31", "0001-01-01"])
def test_dates_no_review_can_have_are_refused(written):
    with pytest.raises(Unreadable, match="cannot be the date of a review"):
        moment(written, "dmy", LATEST)

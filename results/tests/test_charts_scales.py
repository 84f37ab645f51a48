from __future__ import annotations

import math
import re
from datetime import date, timedelta

import pytest

from results.charts import dates, paths, scales
from results.tests.drawing import JUNK, NAN, corners


class TestTicks:
    @pytest.mark.parametrize(
        ("low", "high", "expected"),
        [
            (0, 8, [0, 2, 4, 6, 8]),
            (0, 6700, [0, 2000, 4000, 6000, 8000]),
            (-34, 28, [-40, -20, 0, 20, 40]),
            (0, 0.2, [0, 0.05, 0.1, 0.15, 0.2]),
            (5, 5, [0, 2, 4, 6]),
            (0, 0, [0, 0.25, 0.5, 0.75, 1]),
            (-3, -3, [-3, -2, -1, 0]),
        ],
    )
    def test_are_round_and_cover_the_domain(self, low, high, expected):
        assert scales.nice_ticks(low, high) == expected

    @pytest.mark.parametrize("high", [1, 2, 3, 7, 11, 26, 101, 999, 1e4 + 1, 7e9])
    def test_of_counts_are_whole(self, high):
        ticks = scales.nice_ticks(0, high, integer=True)
        assert all(tick == int(tick) for tick in ticks)
        assert ticks[0] == 0
        assert ticks[-1] >= high
        assert 2 <= len(ticks) <= 6

    @pytest.mark.parametrize("junk", [None, NAN, math.inf])
    def test_survive_junk(self, junk):
        assert scales.nice_ticks(junk, junk) == [0, 0.25, 0.5, 0.75, 1]

    @pytest.mark.parametrize("span", [1, 2, 6, 13, 30, 45, 90, 180, 364, 400, 800, 3000, 40_000])
    def test_of_time_fit_and_lie_inside(self, span):
        first = date(1950, 3, 17)
        ticks = dates.time_ticks(first, first + timedelta(days=span))
        assert 1 <= len(ticks) <= 13
        assert all(0 <= float(tick.at) <= 100 for tick in ticks)
        assert any(tick.tier == 1 for tick in ticks)

    def test_of_a_year_are_months_with_january_kept_when_narrow(self):
        ticks = dates.time_ticks(date(2025, 11, 24), date(2026, 11, 16))
        assert [tick.label for tick in ticks][:3] == ["Dec", "2026", "Feb"]
        assert next(tick.tier for tick in ticks if tick.label == "2026") == 1


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "text"), [(0, "0"), (-0.001, "0"), (1.5, "1.5"), (100, "100"), (33.333, "33.33")]
    )
    def test_coordinates_are_short(self, value, text):
        assert scales.num(value) == text

    @pytest.mark.parametrize(("value", "text"), [(999, "999"), (1234, "1.2k"), (40_900, "40.9k"), (2_000_000, "2M")])
    def test_compact(self, value, text):
        assert scales.compact(value) == text

    @pytest.mark.parametrize(
        ("part", "total", "text"),
        [(0, 9, "0.0%"), (1, 99_000, "<0.1%"), (98_999, 99_000, ">99.9%"), (9, 9, "100.0%"), (1, 0, "0.0%")],
    )
    def test_shares_never_lie_at_the_ends(self, part, total, text):
        assert scales.percent(part, total, 1) == text

    @pytest.mark.parametrize(
        ("text", "short"),
        [("kettle", "kettle"), ("kettlemoon", "kettlem…"), ("KETTLE", "KETTL…"), ("月光やかん", "月光や…"), ("", "")],
    )
    def test_names_are_cut_where_their_room_ends(self, text, short):
        assert scales.shorten(text, 8) == short

    def test_a_flat_domain_maps_to_the_middle(self):
        assert scales.Linear((3, 3))(3) == 50


class TestCalendar:
    @pytest.mark.parametrize(
        ("unit", "start"),
        [
            ("day", date(2026, 11, 18)),
            ("week", date(2026, 11, 16)),
            ("month", date(2026, 11, 1)),
            ("year", date(2026, 1, 1)),
        ],
    )
    def test_floor(self, unit, start):
        assert dates.floor(date(2026, 11, 18), unit) == start

    def test_periods_have_no_gaps(self):
        months = dates.periods(date(2025, 11, 30), date(2026, 2, 1), "month")
        assert months == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


class TestSmoothing:
    @pytest.mark.parametrize(
        "ys",
        [[0, 0, 10, 0, 0], [5, 5, 5, 5], [0, 1, 2, 50, 51, 52], [9, 0, 9, 0, 9], [100, 3, 2, 1, 0, 0, 80], [1, 2], [7]],
    )
    @pytest.mark.parametrize("widths", [(1, 1), (1, 9), (20, 0.5)])
    def test_never_overshoots(self, ys, widths):
        xs = [0.0]
        for i in range(len(ys) - 1):
            xs.append(xs[-1] + widths[i % 2])
        points = list(zip(xs, ys, strict=True))
        for (_, y0), (c1, c2, (_, y1)) in zip(points, paths.controls(points), strict=False):
            for step in range(21):
                t = step / 20
                y = (1 - t) ** 3 * y0 + 3 * (1 - t) ** 2 * t * c1[1] + 3 * (1 - t) * t**2 * c2[1] + t**3 * y1
                assert min(y0, y1) - 1e-9 <= y <= max(y0, y1) + 1e-9

    def test_is_the_same_curve_backwards(self):
        points = [(0.0, 1.0), (1.0, 4.0), (3.0, 2.0), (4.0, 8.0)]
        forward = [p for segment in paths.controls(points) for p in segment]
        backward = [p for segment in paths.controls(points[::-1]) for p in segment]
        inner = [points[0], *forward][::-1]
        assert [points[-1], *backward] == [pytest.approx(p) for p in inner]

    def test_stops_when_dense(self):
        points = [(float(i), float(i % 7)) for i in range(paths.SMOOTH_LIMIT + 1)]
        assert set(re.findall("[a-z]", paths.line_path(points))) == {"l"}
        assert set(re.findall("[a-z]", paths.line_path(points[:-1]))) <= {"c", "s"}

    def test_is_written_without_drift(self):
        points = [(i / 3, 50 + 40 * math.sin(i)) for i in range(100)]
        assert corners(paths.line_path(points)) == [(round(x, 1), round(y, 1)) for x, y in points]

    def test_is_short_where_it_goes_on_by_itself(self):
        assert paths.line_path([(0, 0), (3, 3), (6, 6), (9, 9)]) == "M0 0c1 1 2 2 3 3s2 2 3 3s2 2 3 3"

    def test_of_nothing_is_nothing(self):
        assert paths.line_path([]) == paths.band_path([], []) == ""

    def test_of_equal_x_does_not_divide_by_zero(self):
        assert paths.line_path([(1, 1), (1, 2), (1, 3)])


class TestStack:
    def test_bands_touch_and_end_at_the_total(self):
        assert paths.stack([[1, 2, 3], [4, 0, 1]]) == [[0, 1, 3, 6], [0, 4, 4, 5]]

    def test_junk_counts_as_zero(self):
        assert paths.stack([JUNK]) == [[0.0] * 6]

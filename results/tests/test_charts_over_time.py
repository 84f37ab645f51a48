from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest

from results import charts
from results.charts import Event, Series
from results.tests.drawing import JUNK, NAN, corners, days, geometry, link, numbers, timeline


class TestTimeline:
    @pytest.mark.parametrize("n", [2, 3, 52, 400])
    def test_marks_tile_the_plot(self, n):
        chart = timeline([3] * n, [1] * n)
        assert len(chart.marks) == len(chart.rows) == n
        for left, right in pairwise(chart.marks):
            assert float(left.x) + float(left.width) == pytest.approx(float(right.x), abs=0.02)
        assert float(chart.marks[-1].x) + float(chart.marks[-1].width) == pytest.approx(100, abs=0.02)
        assert chart.roving == (n > 24)

    def test_stays_inside_the_plot(self):
        chart = timeline([1, 900, 2, 0, 5], [7, 0, 0, 3, 1])
        assert all(0 <= value <= 100 for value in numbers(geometry(chart)))

    def test_mark_row_and_link_agree(self):
        chart = timeline([3, 4], [1, 0])
        assert chart.marks[1].label == "Jan 2, 2026"
        assert chart.rows[1].cells == ("4", "4", "0")
        assert chart.marks[1].url == chart.rows[1].url == "/reviews/?2026-01-02&2026-01-03"

    @pytest.mark.parametrize(
        ("values", "reason"), [([], "No reviews"), ([0, 0], "No reviews"), (JUNK, "No reviews"), ([4], "One day")]
    )
    def test_says_why_it_is_empty(self, values, reason):
        chart = timeline(values)
        assert reason in chart.empty
        assert not chart.layers
        assert len(chart.rows) == len(values)

    def test_junk_never_reaches_a_path(self):
        assert not re.search("nan|inf|None", geometry(timeline([3, *JUNK, 4], [1] * 7)))

    def test_series_must_have_the_same_length(self):
        with pytest.raises(ValueError, match="shorter"):
            timeline([1, 2], [1])

    def test_events(self):
        events = [Event(date(2026, 1, 90 - 59), "b" * 90), Event(date(2026, 1, 2), "a"), Event(date(2030, 1, 1), "out")]
        pins = timeline([1] * 31, events=events).pins
        assert [(pin.number, pin.label[0], pin.anchor) for pin in pins] == [(1, "a", "start"), (2, "b", "")]

    def test_events_close_to_each_other_stand_in_lanes(self):
        events = [Event(date(2026, 1, day), "x") for day in (2, 3, 4, 20)]
        pins = timeline([1] * 31, events=events).pins
        assert [pin.lane for pin in pins] == [0, 1, 2, 0]

    def test_the_unfinished_period_is_drawn_apart_and_named(self):
        chart = timeline([3, 4, 5], [1, 0, 2], partial=True)
        whole = timeline([3, 4, 5], [1, 0, 2])
        for layer, full in zip(chart.layers, whole.layers, strict=True):
            head, tail = corners(layer.line), corners(layer.tail_line)
            assert head[-1] == tail[0]
            assert head + tail[1:] == corners(full.line)
            assert len(corners(layer.tail_area)) == 4
        assert chart.rows[-1].label == "Jan 3, 2026 (so far)"
        assert chart.rows[-2].label == "Jan 2, 2026"


class TestLine:
    def test_gaps_split_the_line(self):
        values = [1, 2, None, 4, 5]
        chart = charts.line(days(5), Series("accent", "Net", values), band=(values, values), unit="day", link=link)
        assert len(chart.layers) == 2
        assert len(chart.marks) == 4
        assert chart.rows[2].cells[0] == "no data"

    def test_a_value_between_gaps_is_a_dot(self):
        values = [1, 2, None, 4, None]
        chart = charts.line(days(5), Series("accent", "Net", values), unit="day", link=link)
        assert [layer.line[-2:] == "h0" for layer in chart.layers] == [False, True]
        assert not chart.layers[1].area

    def test_ticks_have_decimals_only_where_they_need_them(self):
        def labels(*values: float) -> list[str]:
            chart = charts.line(days(2), Series("accent", "Net", values), unit="day", link=link)
            return [tick.label for tick in chart.y_ticks]

        assert labels(-90, 80) == ["−100", "−50", "0", "+50", "+100"]
        assert labels(0, 0.5) == ["0", "+0.2", "+0.4", "+0.6"]

    def test_without_a_band_there_is_no_column_for_it(self):
        chart = charts.line(days(2), Series("accent", "Score", [0.5, 1]), unit="day", link=link)
        assert chart.columns == ("Day", "Score")
        assert chart.rows[0].cells == ("+0.5",)

    def test_one_value_is_not_a_line(self):
        chart = charts.line(days(2), Series("accent", "Net", [1, NAN]), unit="day", link=link)
        assert "not enough" in chart.empty

    @pytest.mark.parametrize("values", [[], [1], [NAN]])
    def test_no_sparkline_below_two_points(self, values):
        assert charts.sparkline(values) is None

    def test_flat_sparkline(self):
        spark = charts.sparkline([2, 2])
        assert spark
        assert corners(spark.line) == [(0, 50), (100, 50)]

    def test_long_sparkline_shows_means(self):
        spark = charts.sparkline([0, 10] * 48)
        assert spark
        assert len(corners(spark.line)) == 24
        assert {y for _, y in corners(spark.line)} == {50}

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from results import charts
from results.charts import Category, Chart, Event, Item, Series, comparisons, dates, paths, scales

NAN = float("nan")
JUNK = [None, NAN, math.inf, -math.inf, -5]


def days(n: int, start: date = date(2026, 1, 1)) -> list[date]:
    return [start + timedelta(days=i) for i in range(n)]


def link(*parts: object) -> str:
    return "/reviews/?" + "&".join(map(str, parts))


def timeline(*columns: list[float | None], n: int | None = None, **options: Any) -> Chart:
    series = [Series(f"k{i}", f"Series {i}", values) for i, values in enumerate(columns)]
    return charts.timeline(days(n or len(columns[0])), series, unit="day", link=link, **options)


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]


def corners(path: str) -> list[tuple[float, float]]:
    """Where the pen stops, in absolute coordinates."""
    stops: list[tuple[float, float]] = []
    for command, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        if command in "MLlcs":
            x, y = values[-2:]
            x0, y0 = (0.0, 0.0) if command.isupper() else stops[-1]
            stops.append((round(x0 + x, 1), round(y0 + y, 1)))
    return stops


def geometry(chart: Chart) -> str:
    shapes = [f"{x} {y}" for layer in chart.layers for x, y in corners(layer.area) + corners(layer.line)]
    marks = [f"{m.d} {m.x} {m.y} {m.width} {m.height} {m.at} {m.cy}" for m in chart.marks]
    return " ".join(shapes + marks + [t.at for t in chart.x_ticks + chart.y_ticks])


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


class TestDonut:
    @staticmethod
    def donut(*values: float | None) -> Chart:
        return charts.donut([Item(f"k{i}", f"Slice {i}", value, f"?{i}") for i, value in enumerate(values)])

    def test_full_circle_has_no_degenerate_arc(self):
        (mark,) = self.donut(12, 0).marks
        assert mark.d.count("A") == 4
        assert mark.d.count("Z") == 2

    def test_tiny_slices_stay_visible_and_the_turn_stays_full(self):
        angles = comparisons.slice_angles([99_000, 3, 2, 0])
        assert angles[1] == angles[2] == comparisons.MIN_SLICE
        assert angles[3] == 0
        assert sum(angles) == pytest.approx(360)

    def test_slices_join(self):
        ends = [re.findall(r"^M(\S+ \S+?)A.*? 1 (\S+ \S+?)L", mark.d)[0] for mark in self.donut(1, 2, 3).marks]
        assert [end for _, end in ends] == [start for start, _ in ends[1:]] + [ends[0][0]]

    @pytest.mark.parametrize("values", [(), (0, 0), JUNK])
    def test_zero_total(self, values):
        chart = self.donut(*values)
        assert chart.empty
        assert not chart.marks
        assert chart.center == "0"

    def test_row_index_skips_empty_slices(self):
        assert [mark.row for mark in self.donut(0, 5, NAN, 7).marks] == [1, 3]


def categories(*keys: str) -> list[Category]:
    return [Category(key, key.upper()) for key in keys]


IMPACT = ("Aspect", "Impact", "Mentions")


class TestCounts:
    def test_bars_start_at_zero_and_keep_their_order(self):
        chart = charts.counts([Item("a", "Joy", 30), Item("a", "Fear", 10)], columns=("Emotion", "Reviews"))
        assert [(mark.x, mark.width) for mark in chart.marks] == [("0", "100"), ("0", "33.33")]
        assert chart.rows[0].cells == ("30", "75.0%")
        assert chart.columns == ("Emotion", "Reviews", "Share")

    def test_shares_are_of_the_total_when_rows_overlap(self):
        chart = charts.counts([Item("a", "Joy", 30), Item("a", "Fear", 30)], columns=("", ""), total=40)
        assert [tick.sub for tick in chart.y_ticks] == ["75%", "75%"]

    def test_a_row_without_reviews_can_still_be_hit(self):
        chart = charts.counts([Item("a", "Joy", 3, "?joy"), Item("a", "Fear", 0, "?fear")], columns=("", ""))
        assert chart.marks[1].width == "0"
        assert chart.marks[1].url == "?fear"
        assert draw("bars", chart).count('class="hit"') == 2

    def test_nothing_to_count(self):
        assert charts.counts([Item("a", "Joy", 0)], columns=("", "")).empty
        assert charts.counts([], columns=("", "")).empty


class TestBars:
    def test_segments_fill_the_bar(self):
        series = [Series("a", "A", [1, 0]), Series("b", "B", [2, NAN])]
        chart = charts.share_bars(categories("x", "y"), series, link=link, column="Platform")
        assert sum(float(mark.width) for mark in chart.marks) == pytest.approx(100, abs=0.02)
        assert {mark.row for mark in chart.marks} == {0}
        assert chart.rows[1].cells == ("0", "0.0%", "0.0%")

    def test_links_carry_keys_and_names_carry_labels(self):
        chart = charts.share_bars(categories("x"), [Series("a", "A", [1])], link=link, column="Platform")
        assert chart.marks[0].url == "/reviews/?x&a"
        assert chart.marks[0].label == "X: A 100%, 1 reviews"
        assert chart.rows[0].linked_cells == [("1", "/reviews/?x&"), ("100.0%", "/reviews/?x&a")]

    def test_impact_is_symmetric_around_zero(self):
        items = [Item("", "u", 4), Item("", "d", -4), Item("", "n", None)]
        up, down, none = charts.impact_bars(items, columns=IMPACT).marks
        assert (up.x, down.x, none.width) == ("50", "0", "0")
        assert up.width == down.width == "50"
        assert (up.key, down.key, none.key) == ("positive", "negative", "neutral")

    def test_nothing_to_compare(self):
        assert charts.share_bars([], [Series("a", "A", [])], link=link, column="").empty
        assert charts.impact_bars([], columns=IMPACT).empty
        assert charts.share_bar([Item("a", "A", 0)]) == ()


class TestHeat:
    def test_levels(self):
        chart = charts.heat(categories("r"), categories(*"abcd"), [[0, 50, 100, None]], link=link, corner="")
        assert [mark.key for mark in chart.marks] == ["l0", "l2", "l5", "none"]

    def test_each_cell_has_a_link_in_the_table_too(self):
        chart = charts.heat(categories("r"), categories("a", "b"), [[1, None]], link=link, corner="")
        assert [mark.url for mark in chart.marks] == ["/reviews/?r&a", "/reviews/?r&b"]
        assert chart.rows[0].linked_cells == [("1", "/reviews/?r&a"), ("no data", "/reviews/?r&b")]

    def test_levels_around_zero(self):
        chart = charts.heat(categories("r"), categories(*"abc"), [[-1, 0, 4]], link=link, corner="", sided=True)
        assert [mark.key for mark in chart.marks] == ["d2", "d3", "d6"]
        assert [(step.key, step.label) for step in chart.legend if step.label] == [("d0", "-4"), ("d6", "4")]

    def test_flat_and_empty(self):
        assert charts.heat(categories("r"), categories("a"), [[7]], link=link, corner="").marks[0].key == "l2"
        assert charts.heat(categories("r"), categories("a"), [[NAN]], link=link, corner="").empty


class TestRadar:
    AXES = categories("joy", "neutral", "surprise", "fear", "sadness", "anger", "disgust")

    def radar(self, *rows: list[float | None]) -> Chart:
        series = [Series(f"s{i}", f"S{i}", row) for i, row in enumerate(rows)]
        return charts.radar(self.AXES, series, link=link, column="Emotion")

    def test_stays_inside_its_rings(self):
        chart = self.radar([9, 0, 0, 0, 0, 0, 1], [1] * 7)
        corners = [pair for layer in chart.layers for pair in zip(*[iter(numbers(layer.area))] * 2, strict=True)]
        assert len(corners) == 14
        assert max(math.hypot(*corner) for corner in corners) <= 92.01
        assert chart.rows[0].cells == ("90.0%", "14.3%")

    @pytest.mark.parametrize("values", [[0] * 7, [NAN] * 7, [None] * 7])
    def test_nothing_detected(self, values):
        assert self.radar(values).empty

    def test_one_empty_series_still_compares(self):
        assert not self.radar([1] * 7, [0] * 7).empty


def draw(template: str, chart: Chart) -> str:
    return render_to_string(f"ui/charts/{template}.html", {"chart": chart, "id": "c", "title": "Title"})


class TestTemplates:
    CHARTS = [
        ("plot", timeline([1, 2, 3], [1, 0, 4], events=[Event(date(2026, 1, 2), "Release <2>")], partial=True)),
        ("plot", charts.line(days(3), Series("accent", "Score", [0.5, None, 1]), unit="day", link=link)),
        ("donut", charts.donut([Item("positive", "Positive", 3, "?p"), Item("negative", "Negative", 1, "?n")])),
        ("bars", charts.counts([Item("accent", "Joy", 3, "?joy")], columns=("Emotion", "Reviews"))),
        ("bars", charts.impact_bars([Item("", "Price", -2, "?price", "9")], columns=IMPACT)),
        ("heat", charts.heat(categories("r"), categories("a", "b"), [[1, 2]], link=link, corner="Platform")),
        ("radar", charts.radar(categories(*"abc"), [Series("accent", "S", [1, 2, 3])], link=link, column="Emotion")),
    ]

    @pytest.mark.parametrize(("template", "chart"), CHARTS)
    def test_every_mark_is_a_named_link_and_every_row_is_in_the_table(self, template, chart):
        html = draw(template, chart)
        assert html.count("<title>") == len(chart.marks) > 0
        assert html.count('scope="row"') == len(chart.rows) > 0
        assert 'role="group"' in html

    def test_a_mark_after_a_gap_names_its_row(self):
        html = draw("plot", charts.line(days(3), Series("accent", "Score", [1, None, 3]), unit="day", link=link))
        assert re.findall(r'data-row="(\d+)"', html) == ["2"]

    @pytest.mark.parametrize(("template", "chart"), CHARTS)
    def test_nothing_is_inline_that_the_content_policy_forbids(self, template, chart):
        assert not re.search(r"\sstyle=|\son\w+=|<script", draw(template, chart))

    def test_labels_are_escaped(self):
        html = draw("plot", self.CHARTS[0][1])
        assert "Release &lt;2&gt;" in html
        assert "<2>" not in html

    def test_an_empty_chart_says_why_and_keeps_its_table(self):
        html = draw("plot", timeline([5]))
        assert "One day is not enough for a trend." in html
        assert 'scope="row"' in html

    def test_attributes_stay_numbers_in_other_languages(self):
        with translation.override("de"):
            html = draw("plot", timeline([1, 2, 3], [1, 0, 4]))
        assert re.search(r'<svg x="50%"', html)
        assert not re.search(r'(?:x|y|width|at)[12]?="\d+,\d', html)


class TestLanguage:
    def test_months_speak_the_language_of_the_page(self):
        with translation.override("de"):
            assert dates.period_name(date(2026, 3, 5), "month") == "Mär 2026"
        assert dates.period_name(date(2026, 3, 5), "month") == "Mar 2026"

from __future__ import annotations

import math
import re
from datetime import date

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from results import charts
from results.charts import Category, Chart, Event, Item, Series, comparisons, dates
from results.tests.drawing import JUNK, NAN, days, link, numbers, timeline


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

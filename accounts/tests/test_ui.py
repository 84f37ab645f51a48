import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from accounts.templatetags import ui

HOSTILE = '<script>alert("camera")</script>'


def render(source: str, path: str = "/", **context: object) -> str:
    return Template(source).render(Context({"request": RequestFactory().get(path), **context}))


class TestIcons:
    def test_are_inline_drawings_hidden_from_screen_readers(self):
        svg = ui.icon("play")
        assert svg.startswith("<svg")
        assert 'aria-hidden="true"' in svg
        assert 'class="icon"' in svg
        assert "xmlns" not in svg

    def test_leave_their_paint_to_the_style_sheet(self):
        assert "stroke" not in ui.icon("play")
        assert "\n" not in ui.icon("layout-dashboard")

    def test_every_icon_a_template_names_exists(self):
        sources = "\n".join(path.read_text() for path in Path(settings.BASE_DIR, "templates").rglob("*.html"))
        names = set(re.findall(r'icon(?: |=|:)"([a-z0-9-]+)"', sources)) | {
            drawing for _, drawing, _ in ui.BADGES.values()
        }
        assert len(names) > 30
        for name in names:
            ui.icon(name)


class TestBadges:
    @pytest.mark.parametrize("value", ui.BADGES)
    def test_have_an_icon_and_a_word(self, value):
        html = ui.badge(value)
        assert "<svg" in html
        assert ui.BADGES[value][0] in html

    def test_of_unknown_values_say_them_in_plain_words(self):
        assert "Rate limited" in ui.badge("rate_limited")
        assert "<b>" not in ui.badge("<b>x</b>")

    def test_can_say_something_else(self):
        assert "3 of 4 done" in ui.badge("running", "3 of 4 done")


class TestStars:
    def test_show_five(self):
        assert ui.stars(4, 5).count("★") == 5
        assert 'aria-label="4 of 5 stars"' in ui.stars(4, 5)
        assert '<span class="off">★</span>' in ui.stars(4, 5)

    def test_of_other_scales_are_numbers(self):
        assert ui.stars(8, 10) == "8/10"
        assert ui.stars(-3, 4) == "-3/4"
        assert ui.stars(7.5, None) == "7.5"

    def test_are_nothing_without_a_rating(self):
        assert ui.stars(None, 5) == ""


class TestScore:
    @pytest.mark.parametrize(
        ("value", "x", "width"), [(1, "50", "50"), (-1, "0", "50"), (-0.5, "25", "25"), (9, "50", "50")]
    )
    def test_bar_starts_in_the_middle(self, value, x, width):
        assert f'x="{x}%" width="{width}%"' in ui.score(value)

    def test_is_written_with_a_real_minus(self):
        assert "−0.42" in ui.score(-0.42)
        assert "+0.42" in ui.score(0.42)

    def test_is_nothing_without_a_value(self):
        assert ui.score(None) == ""


class TestPushedWords:
    def test_show_side_and_strength(self):
        html = ui.pushed_words([("not", -0.05), ("great", 0.4), ("the", 0.001), ("<b>", 0.0)])
        assert '<span class="push-negative" title="-0.05">not</span>' in html
        assert '<span class="push-positive push-strong" title="+0.40">great</span>' in html
        assert html.endswith("the &lt;b&gt;")


class TestTimes:
    MOMENT = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)

    def test_name_their_zone(self):
        with timezone.override("Europe/Vienna"):
            assert ui.timestamp(self.MOMENT) == (
                '<time datetime="2026-03-05T23:30:00+00:00" data-style="relative">Mar 6, 2026, 00:30 CET</time>'
            )

    def test_can_be_a_day_only(self):
        assert ">Mar 5, 2026</time>" in ui.timestamp(self.MOMENT, "date")

    def test_are_nothing_without_a_moment(self):
        assert ui.timestamp(None) == ""

    @pytest.mark.parametrize(
        ("seconds", "words"), [(None, "–"), (0, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (7200, "2 h")]
    )
    def test_spans_use_their_largest_unit(self, seconds, words):
        assert ui.duration(seconds) == words


class TestNavigation:
    LINK = '{% nav_link "landing" icon="house" label="Start" count=n %}'

    def test_the_page_one_is_on_is_current(self):
        assert 'aria-current="page"' in render(self.LINK, "/")

    def test_a_count_of_zero_is_shown_and_none_is_not(self):
        assert '<span class="nav-count">0</span>' in render(self.LINK, n=0)
        assert "nav-count" not in render(self.LINK, n="")

    def test_exact_links_are_not_current_below_their_page(self):
        below = '{% nav_link "landing" icon="house" label="Start" exact=True %}'
        assert "aria-current" not in render(below, "/elsewhere/")


class TestSelectOptions:
    def test_shows_what_is_chosen_and_escapes(self):
        drawn = ui.select_options([("", "Any", False), ("<", "A & B", True)])
        assert drawn == '<option value="">Any</option><option value="&lt;" selected>A &amp; B</option>'


class TestSentenceCase:
    @pytest.mark.parametrize(
        ("title", "ours"), [("  Sign\n In ", "Sign in"), ("New Password (again)", "New password (again)"), ("", "")]
    )
    def test_makes_titles_sentences(self, title, ours):
        assert ui.sentence_case(title) == ours


class ExampleForm(forms.Form):
    name = forms.CharField(max_length=5, help_text="How you call it.")
    size = forms.ChoiceField(choices=[("s", "Small")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


class TestForms:
    def test_each_field_has_a_label_help_and_errors_that_it_refers_to(self):
        html = render_to_string("ui/_form.html", {"form": ExampleForm({"name": "too long"})})
        described = re.search(r'name="name"[^>]*aria-describedby="([^"]+)"', html)
        assert described
        assert all(f'id="{part}"' in html for part in described[1].split())
        assert 'aria-invalid="true"' in html
        assert '<label for="id_name">Name</label>' in html
        assert "<legend>Size</legend>" in html

    def test_the_summary_leads_to_the_fields_with_errors(self):
        html = render_to_string("ui/_form.html", {"form": ExampleForm({"name": "too long", "size": "s"})})
        assert '<a href="#id_name">Name</a>' in html
        assert "#id_size" not in html

    def test_a_form_without_errors_has_no_summary(self):
        assert 'role="alert"' not in render_to_string("ui/_form.html", {"form": ExampleForm()})


class TestStaticFiles:
    SCRIPTS = sorted(Path(settings.BASE_DIR, "static/js").glob("*.js"))
    PAGES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))

    @pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
    def test_scripts_never_build_markup_from_text(self, path):
        assert not re.search(
            r"\beval\(|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|new Function", path.read_text()
        )

    def test_templates_have_nothing_inline(self):
        inline = re.compile(
            r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|hx-on|javascript:|\bjs:", re.IGNORECASE
        )
        assert [path.name for path in self.PAGES if inline.search(path.read_text())] == []

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import Project, Target
from projects.tests.factories import make_project
from results.models import Result
from results.report import suitable_unit
from results.tests.factories import START, make_item, make_results, make_target

pytestmark = pytest.mark.django_db


def test_every_mark_of_every_chart_opens_exactly_its_reviews(browser: Client, project: Project, steam: Target) -> None:
    moods = ["very_positive joy", "positive joy", "neutral", "negative anger", "very_negative disgust", "no_text"]
    for target in (steam, make_target(project, "reddit")):
        make_results(target, *(
            make_item(n, moods[n % 6], rating=n % 5 + 1, rating_max=5, published_at=START + timedelta(days=9 * n))
            for n in range(12)
        ))  # fmt: skip
    found = browser.get(
        reverse("results:analytics", args=[project.pk]), {"date_from": "2026-03-05", "date_to": "2026-05-30"}
    )
    report = found.context["report"]
    assert report.tally.total == 18
    charts = (report.timeline, report.distribution, report.emotions, report.platforms, report.targets, report.ratings)
    for chart in charts:
        assert chart.marks
        for row in chart.rows:
            counted = browser.get(row.url).context["overview"].total
            assert row.cells[0] == str(counted), row
    cells = [(int(cell), url) for row in report.agreement.rows for cell, url in row.linked_cells]
    assert sum(number for number, _ in cells) == report.tally.labelled
    assert [browser.get(url).context["overview"].total for _, url in cells] == [number for number, _ in cells]
    for mark in (*report.platforms.marks, *report.targets.marks):
        counted = browser.get(mark.url).context["overview"].total
        assert mark.label.endswith(f", {counted} reviews"), mark


@pytest.mark.parametrize(
    ("query", "zone", "total", "unit"),
    [
        ("sentiment=negative,very_positive&rating_min=1.6&state=analysed,pending", "UTC", 3, "day"),
        ("search=joy&emotion=joy,anger&platform=steam&rating_max=4", "America/New_York", 4, "day"),
        ("date_from=2026-03-02&date_to=2026-03-04&unit=hour", "Asia/Kolkata", 12, "hour"),
        ("date_from=2026-03-03T03:15:00Z&label_source=model", "Pacific/Auckland", 7, "day"),
    ],
)
def test_a_report_of_a_filter_stays_within_it(
    browser: Client, project: Project, steam: Target, query: str, zone: str, total: int, unit: str
) -> None:
    User.objects.filter(pk=project.owner_id).update(timezone=zone)
    moods = ["very_positive joy", "positive joy", "neutral", "negative anger", "very_negative disgust", "no_text"]
    make_results(steam, *(
        make_item(n, moods[n % 6], rating=n % 5 + 1, rating_max=5, published_at=START + timedelta(hours=5 * n))
        for n in range(12)
    ))  # fmt: skip
    answer = browser.get(f"{reverse('results:analytics', args=[project.pk])}?{query}")
    report = answer.context["report"]
    assert (report.tally.total, report.unit, report.zone) == (total, unit, zone)
    assert report.counted_from == ("rollups" if unit == "hour" else "reviews")
    assert sum(int(row.cells[0]) for row in report.timeline.rows) == report.tally.labelled
    for chart in (report.timeline, report.distribution, report.emotions, report.platforms, report.ratings):
        for row in chart.rows:
            counted = browser.get(row.url).context["overview"].total if row.url else 0
            assert row.cells[0] == str(counted), row


def test_figures_compare_with_as_many_days_before(browser: Client, project: Project, steam: Target) -> None:
    make_results(
        steam,
        make_item("1", "positive", published_at=START),
        make_item("2", "negative", published_at=START + timedelta(days=1)),
        make_item("3", "positive", published_at=START + timedelta(days=2)),
        make_item("4", "positive", published_at=START + timedelta(days=3)),
        make_item("5", "positive", published_at=START + timedelta(days=3)),
    )
    query = {"date_from": "2026-03-04", "date_to": "2026-03-05"}
    figures = browser.get(reverse("results:analytics", args=[project.pk]), query).context["report"].figures
    assert [(one.label, one.value, one.note, one.trend, one.is_good) for one in figures[:3]] == [
        ("Reviews", "3", "+1 vs. before", "up", True),
        ("Net sentiment", "+100", "+100.0 points vs. before", "up", True),
        ("Negative share", "0.0%", "−50.0 points vs. before", "down", True),
    ]


@pytest.mark.parametrize(("days", "unit"), [(1, "day"), (62, "day"), (63, "week"), (742, "week"), (743, "month")])
def test_points_are_as_fine_as_the_span_allows(days: int, unit: str) -> None:
    assert suitable_unit(START.date(), START.date() + timedelta(days=days)) == unit


def test_a_chosen_unit_stays_with_every_preset(browser: Client, project: Project, review: Result) -> None:
    answer = browser.get(reverse("results:analytics", args=[project.pk]), {"unit": "month"})
    assert answer.context["report"].unit == "month"
    assert all("unit=month" in preset.query for preset in answer.context["presets"])
    assert [unit.words for unit in answer.context["units"] if unit.is_current] == ["Month"]


@pytest.mark.parametrize("query", ["date_from=soon", "unit=hour", "unit=decade", "sentiment=good"])
def test_a_report_that_cannot_be_read_is_refused_with_the_reason(browser: Client, project: Project, query: str) -> None:
    answer = browser.get(f"{reverse('results:analytics', args=[project.pk])}?{query}")
    assert answer.status_code == 422
    assert answer.context["problems"]


def test_a_report_without_reviews_says_how_to_get_some(browser: Client, project: Project, review: Result) -> None:
    address = reverse("results:analytics", args=[project.pk])
    assert "No reviews match" in browser.get(address, {"date_to": "2020-01-01"}).content.decode()
    empty = make_project(project.owner)
    assert "No reviews yet" in browser.get(reverse("results:analytics", args=[empty.pk])).content.decode()

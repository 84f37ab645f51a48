import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import browser_of, make_user
from projects.models import Project, Target
from projects.tests.factories import make_project
from results import counting, explanations, listing
from results.analysis.engine import AnalysisError
from results.counting import Counts
from results.models import Result
from results.report import suitable_unit
from results.tests.factories import START, make_item, make_items, make_results, make_target, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(name="Kettle")


@pytest.fixture
def steam(project: Project) -> Target:
    return make_target(project, "steam", label="The game")


@pytest.fixture
def browser(project: Project) -> Client:
    return browser_of(project.owner)


@pytest.fixture
def review(steam: Target) -> Result:
    return make_results(steam, make_item("a", "positive joy", title="Lovely", rating=4, rating_max=5))[0]


def results_url(project: Project, query: str = "") -> str:
    return f"{reverse('results:result_list', args=[project.pk])}{query}"


def review_url(review: Result, name: str = "result_detail") -> str:
    return reverse(f"results:{name}", args=[review.project_id, review.pk])


def titles(html: str) -> list[str]:
    return re.findall(r'<a class="title"[^>]*>(.*?)</a>', html, re.DOTALL)


# Whose it is


def addresses(review: Result) -> list[str]:
    project = review.project
    return [
        results_url(project),
        reverse("results:result_export", args=[project.pk]),
        reverse("results:analytics", args=[project.pk]),
        *(review_url(review, name) for name in ("result_detail", "result_explanation")),
    ]


def test_the_owner_sees_every_page(browser: Client, review: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanations, "explain_now", lambda text: [(text, 0.2)])
    answers = {address: browser.get(address, follow=True).status_code for address in addresses(review)}
    assert answers == dict.fromkeys(answers, 200)


def test_a_stranger_gets_404(review: Result) -> None:
    stranger = browser_of(make_user())
    assert {stranger.get(address).status_code for address in addresses(review)} == {404}


def test_the_anonymous_are_sent_to_sign_in(client: Client, review: Result) -> None:
    for address in [*addresses(review), reverse("results:try_sentence")]:
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))


def test_a_review_is_not_found_under_another_project_of_its_owner(browser: Client, review: Result) -> None:
    other = make_project(review.project.owner)
    assert browser.get(reverse("results:result_detail", args=[other.pk, review.pk])).status_code == 404
    assert browser.get(reverse("results:result_detail", args=[other.pk, ObjectId()])).status_code == 404


# The list


def test_the_list_shows_newest_first_what_the_filter_finds(browser: Client, project: Project, steam: Target) -> None:
    make_results(
        steam,
        make_item("1", "positive", title="First"),
        make_item("2", "negative", title="Second", published_at=START + timedelta(days=1)),
        make_item("3", "positive", title="Third", published_at=START + timedelta(days=2)),
    )
    assert titles(browser.get(results_url(project)).content.decode()) == ["Third", "Second", "First"]
    answer = browser.get(results_url(project, "?sentiment=positive"))
    assert titles(answer.content.decode()) == ["Third", "First"]
    assert "2 reviews" in answer.content.decode()
    assert [(chip.label, chip.value, chip.query) for chip in answer.context["chips"]] == [("Sentiment", "Positive", "")]


def test_htmx_gets_the_list_alone(browser: Client, project: Project, review: Result) -> None:
    page = browser.get(results_url(project))
    fragment = browser.get(results_url(project), headers={"HX-Request": "true"})
    restored = browser.get(results_url(project), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "<html" in restored.content.decode()
    assert titles(fragment.content.decode()) == titles(page.content.decode()) == ["Lovely"]
    assert 'id="list-actions" hx-swap-oob="true"' in fragment.content.decode()
    assert "hx-swap-oob" not in page.content.decode()
    assert all("HX-Request" in answer["Vary"] for answer in (page, fragment))


def test_older_and_newer_lead_through_all_reviews_once(browser: Client, project: Project, steam: Target) -> None:
    store(steam, *make_items(120))
    seen, address = [], results_url(project, "?platform=steam")
    while address:
        answer = browser.get(address)
        seen += titles(answer.context["rows"])
        links = answer.context["links"]
        assert links.next == "" or links.next.startswith("?platform=steam&cursor=")
        address = results_url(project, links.next) if links.next else ""
    assert seen == [f"Review number {n}." for n in range(119, -1, -1)]
    back = browser.get(results_url(project, links.previous))
    assert titles(back.context["rows"]) == [f"Review number {n}." for n in range(69, 19, -1)]


def test_the_number_of_queries_does_not_grow_with_the_reviews(browser: Client, project: Project, steam: Target) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(results_url(project, "?platform=steam&state=analysed")).status_code == 200
        return len(captured)

    make_results(steam, *make_items(2, text="positive"))
    queries()  # the first visit is noted
    few = queries()
    make_results(steam, *make_items(60, text="negative anger"))
    make_results(make_target(project, "reddit"), *make_items(60))
    assert queries() == few


def test_searched_words_are_marked_and_markup_is_not_run(browser: Client, project: Project, steam: Target) -> None:
    make_results(steam, make_item("1", "The <b>boiler</b> boils."))
    html = browser.get(results_url(project, "?search=boiler")).content.decode()
    assert "The &lt;b&gt;<mark>boiler</mark>&lt;/b&gt; boils." in html


def test_counts_are_shown_by_label_with_links_to_each(browser: Client, project: Project, steam: Target) -> None:
    make_results(
        steam,
        make_item("1", "positive"),
        make_item("2", "negative"),
        make_item("3", "positive"),
        make_item("4", "no_text"),
    )
    overview = browser.get(results_url(project)).context["overview"]
    assert overview.total == 4
    assert [(part.key, part.share) for part in overview.parts] == [
        ("positive", "50.0%"), ("negative", "25.0%"), ("other", "25.0%"),
    ]  # fmt: skip
    for mark, total in zip(overview.bar, (2, 1, 1), strict=True):
        assert browser.get(results_url(project, mark.url)).context["overview"].total == total


def test_three_classes_are_offered_and_shown_merged(browser: Client, project: Project, steam: Target) -> None:
    project.adjust({"analysis": {"sentiment_classes": 3}})
    project.save()
    make_results(steam, make_item("1", "very_positive"))
    html = browser.get(results_url(project, "?sentiment=positive")).content.decode()
    assert "Very positive" not in html
    boxes = re.findall(r'<input type="checkbox" name="sentiment" value="(\w+)"( checked)?>', html)
    assert boxes == [("positive", " checked"), ("neutral", ""), ("negative", "")]


def test_a_count_that_takes_too_long_is_admitted(
    browser: Client, project: Project, review: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "counts", lambda project, asked: Counts())
    html = browser.get(results_url(project, "?search=lovely")).content.decode()
    assert "Too many to count in time" in html
    assert titles(html) == ["<mark>Lovely</mark>"]


def test_a_review_without_a_label_says_why(browser: Client, project: Project, steam: Target) -> None:
    make_results(steam, make_item("1", "unsupported_language"), make_item("2", "no_text"))
    store(steam, make_item("3", "positive"))
    html = browser.get(results_url(project)).content.decode()
    badges = re.findall(r'<span class="badge[^"]*">.*?</svg>(.*?)</span>', html, re.DOTALL)
    assert sorted(badges) == ["No text", "Other language", "Waiting"]


def test_without_any_review_the_page_says_how_to_begin(browser: Client, project: Project) -> None:
    html = browser.get(results_url(project)).content.decode()
    assert "No reviews yet" in html
    for address in ("scraping:import_create", "projects:target_create"):
        assert f'href="{reverse(address, args=[project.pk])}"' in html


def test_where_nothing_matches_the_filters_can_be_cleared(browser: Client, project: Project, review: Result) -> None:
    html = browser.get(results_url(project, "?sentiment=negative")).content.decode()
    assert "No review matches" in html
    assert f'href="{results_url(project)}">Clear all filters' in html


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("?rating_min=9", "Stars from: Use a number from 0 to 5."),
        ("?sentiment=furious", "Sentiment: “furious” is not one of"),
        ("?color=red", "There is no such query parameter."),
        ("?cursor=nonsense", "This is not a cursor"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(
    browser: Client, project: Project, review: Result, query: str, problem: str
) -> None:
    answer = browser.get(results_url(project, query))
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert titles(answer.content.decode()) == []


def test_a_database_in_trouble_is_an_error_one_can_retry(
    browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(listing, "take", fail)
    answer = browser.get(results_url(project, "?platform=steam"))
    assert answer.status_code == 503
    assert f'href="{results_url(project, "?platform=steam")}"' in answer.content.decode()
    assert "Try again" in answer.content.decode()


def test_the_form_keeps_what_it_cannot_offer(browser: Client, project: Project, review: Result) -> None:
    html = browser.get(results_url(project, f"?job_id={review.pk}&language=eu&min_confidence=0.65")).content.decode()
    assert f'<option value="{review.pk}" selected>of {review.pk.generation_time:%Y-%m-%d %H:%M} UTC' in html
    assert '<option value="eu" selected>' in html
    assert '<option value="0.65" selected>' in html


# Export


def test_the_export_holds_exactly_what_the_list_finds(browser: Client, project: Project, steam: Target) -> None:
    make_results(steam, make_item("1", "positive"), make_item("2", "negative"), make_item("3", "positive"))
    answer = browser.get(
        reverse("results:result_export", args=[project.pk]), {"format": "csv", "sentiment": "positive"}
    )
    assert re.search(r'filename="kettle_results_\d{8}T\d{6}Z\.csv"', answer["Content-Disposition"])
    rows = csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert [(row["sentiment"], row["target"]) for row in rows] == [("positive", "The game")] * 2


def test_every_export_of_the_menu_is_a_file(browser: Client, project: Project, review: Result) -> None:
    html = browser.get(results_url(project, "?platform=steam")).content.decode()
    addresses = re.findall(r'href="([^"]*/export/[^"]*)"', html)
    assert len(addresses) == 5
    for address in addresses:
        answer = browser.get(address.replace("&amp;", "&"))
        assert answer["Content-Disposition"].startswith("attachment")
        assert len(b"".join(answer)) > 100


def test_an_export_that_cannot_be_read_leads_back_with_the_reason(browser: Client, project: Project) -> None:
    answer = browser.get(reverse("results:result_export", args=[project.pk]), {"format": "pdf"}, follow=True)
    assert answer.redirect_chain == [(results_url(project), 302)]
    assert "Nothing was exported. Use one of csv" in answer.content.decode()


# One review


def test_the_page_of_a_review_tells_all_of_it(browser: Client, review: Result) -> None:
    Result.objects.filter(pk=review.pk).update(url="https://example.com/r/1")
    html = browser.get(review_url(review)).content.decode()
    assert 'rel="noopener noreferrer nofollow"' in html
    assert 'aria-label="4 of 5 stars"' in html
    shares = re.findall(r"</svg><b>(.*?)</b>", html)
    assert shares == ["10%", "60%", "10%", "10%", "10%", "70%", "40%"]  # five labels, joy, surprise
    assert "scripted-1" in html


def test_a_review_below_half_confidence_is_shown_as_uncertain(browser: Client, review: Result) -> None:
    Result.objects.filter(pk=review.pk).update(confidence=0.49)
    assert "Uncertain" in browser.get(results_url(review.project)).content.decode()
    Result.objects.filter(pk=review.pk).update(confidence=0.5)
    assert "Uncertain" not in browser.get(results_url(review.project)).content.decode()


def test_what_an_edited_review_said_before_is_kept(browser: Client, steam: Target, review: Result) -> None:
    store(steam, make_item("a", "Worse than I thought", title="Lovely"))
    html = browser.get(review_url(review)).content.decode()
    assert "Earlier versions" in html
    assert html.index("Worse than I thought") < html.index("positive joy")


def test_neighbours_are_those_of_the_filter(browser: Client, steam: Target) -> None:
    first, _, third = make_results(
        steam,
        *(
            make_item(n, text, published_at=START + timedelta(days=n))
            for n, text in enumerate(["positive", "negative", "positive"])
        ),
    )
    html = browser.get(f"{review_url(first)}?sentiment=positive").content.decode()
    assert re.findall(r'rel="(prev|next)"[^>]*href="([^"]*)"', html) == [
        ("prev", f"{review_url(third)}?sentiment=positive")
    ]


def test_the_words_that_decided_are_found_once_and_kept(
    browser: Client, review: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    Result.objects.filter(pk=review.pk).update(engine="local-1", text="So\n\ngood a kettle")
    asked = []

    def explain(text: str) -> list[tuple[str, float]]:
        asked.append(text)
        return [("Lovely.", 0.0), ("So good", 0.5), ("a", -0.06), ("kettle", 0.0)]

    monkeypatch.setattr(explanations, "explain_now", explain)
    for _ in range(2):
        html = browser.get(review_url(review, "result_explanation"), headers={"HX-Request": "true"}).content.decode()
        assert re.findall(r'class="push-(\w+)[^>]*>(\w+)<', html) == [
            ("positive", "So"),
            ("positive", "good"),
            ("negative", "a"),
        ]
        assert "\n\n" in html
        assert "Lovely" not in html
    assert asked == ["Lovely. So\n\ngood a kettle"]
    assert "push-strong" in browser.get(review_url(review)).content.decode()


def test_without_scripts_the_words_are_seen_on_the_page(
    browser: Client, review: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    Result.objects.filter(pk=review.pk).update(engine="local-1")
    monkeypatch.setattr(explanations, "explain_now", lambda text: [(word, 0.2) for word in text.split()])
    answer = browser.get(review_url(review, "result_explanation"), follow=True)
    assert answer.redirect_chain == [(review_url(review), 302)]
    assert 'class="push-positive push-strong"' in answer.content.decode()


def test_a_busy_engine_is_said_and_nothing_is_kept(
    browser: Client, review: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(text: str) -> None:
        raise AnalysisError("busy", "Many texts are being read just now.", can_retry=True)

    Result.objects.filter(pk=review.pk).update(engine="local-1")
    monkeypatch.setattr(explanations, "explain_now", refuse)
    html = browser.get(review_url(review, "result_explanation"), headers={"HX-Request": "true"}).content.decode()
    assert "Many texts are being read just now." in html
    assert "positive joy" in html
    assert Result.objects.get(pk=review.pk).explanation is None


def test_only_what_the_local_engine_read_is_explained(
    browser: Client, review: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanations, "explain_now", lambda text: pytest.fail("the scripted engine has no words"))
    assert "explanation/" not in browser.get(review_url(review)).content.decode()
    assert browser.get(review_url(review, "result_explanation")).status_code == 302


# Analytics


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


# Try a sentence


def test_a_tried_sentence_is_labelled_and_explained_by_the_local_engine(browser: Client) -> None:
    answer = browser.post(reverse("results:try_sentence"), {"text": "I love this kettle."})
    assert answer.context["analysis"].sentiment in ("positive", "very_positive")
    assert "push-positive" in answer.content.decode()
    assert [share.words for share in answer.context["fine_emotions"]] == ["Love"]
    assert "<html" in answer.content.decode()
    assert Result.objects.count() == 0


def test_a_sentence_in_another_language_gets_no_label(browser: Client) -> None:
    text = "Der Wasserkocher ist leider schon nach drei Tagen kaputt gegangen."
    html = browser.post(
        reverse("results:try_sentence"), {"text": text}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Language not supported" in html
    assert "<html" not in html


@pytest.mark.parametrize("text", ["", "   ", "a" * 2001])
def test_nothing_and_too_much_are_refused_beside_the_field(browser: Client, text: str) -> None:
    answer = browser.post(reverse("results:try_sentence"), {"text": text})
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"]

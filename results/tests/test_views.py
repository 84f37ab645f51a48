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

from accounts.tests.factories import browser_of, make_user
from projects.models import Project, Target
from projects.tests.factories import make_project
from results import counting, explanations, listing
from results.counting import Counts
from results.models import Result
from results.tests.factories import START, make_item, make_items, make_results, make_target, store
from results.tests.paths import results_url, review_url
from results.tests.slow import SOME, search_slowly

pytestmark = pytest.mark.django_db


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


def test_a_search_that_takes_too_long_is_broken_off_and_says_what_helps(
    browser: Client, project: Project, steam: Target, review: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_results(steam, *make_items(SOME))
    search_slowly(monkeypatch)
    answer = browser.get(results_url(project, "?search=lovely"))
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "Ask for fewer days, or search for a rarer word." in html
    assert "Try again" not in html
    assert titles(html) == []
    opened = browser.get(f"{review_url(review)}?search=lovely")
    assert opened.status_code == 200
    assert "Lovely" in opened.content.decode()


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

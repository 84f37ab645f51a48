import re
from datetime import timedelta

import pytest
from django.test import Client

from projects.models import Target
from results import explanations
from results.analysis.engine import AnalysisError
from results.models import Result
from results.tests.factories import START, make_item, make_results, store
from results.tests.paths import results_url, review_url

pytestmark = pytest.mark.django_db


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

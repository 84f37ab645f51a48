"""Labelling, deleting, undoing and saved views on pages."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import browser_of, make_user
from projects.models import Project, Target
from results import saving
from results.models import Change, Result, SavedView
from results.revisions import Piece, pieces
from results.tests.factories import make_item, make_results, make_target, store
from results.tests.paths import results_url, review_url
from results.tests.test_views import titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviews(steam: Target) -> list[Result]:
    return make_results(steam, *(make_item(n, text) for n, text in enumerate(["positive joy", "positive", "negative"])))


def bulk(browser: Client, project: Project, query: str = "", **data: Any) -> Any:
    return browser.post(f"{reverse('results:result_bulk', args=[project.pk])}{query}", data, follow=True)


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def labels(project: Project) -> list[str | None]:
    return list(Result.objects.filter(project=project).order_by("external_id").values_list("sentiment", flat=True))


def press_undo(browser: Client, answer: Any) -> Any:
    """As the message offers it."""
    found = re.search(r'<form method="post" action="([^"]+/undo/[^"]*)"', answer.content.decode())
    assert found
    return browser.post(found[1].replace("&amp;", "&"), follow=True)


def test_ticked_reviews_are_labelled_and_the_message_undoes_it(
    browser: Client, project: Project, reviews: list[Result]
) -> None:
    ticked = [review.pk for review in reviews[:2]]
    answer = bulk(browser, project, "?sort=date", action="label", result_id=ticked, sentiment="neutral")
    assert (said(answer), labels(project)) == (["2 reviews labelled neutral."], ["neutral", "neutral", "negative"])
    assert "2 labels set by hand" in answer.content.decode()
    undone = press_undo(browser, answer)
    assert (said(undone), labels(project)) == (["2 reviews are as before."], ["positive", "positive", "negative"])
    assert undone.redirect_chain[-1][0] == results_url(project, "?sort=date")


def test_all_that_the_filter_finds_is_deleted_and_brought_back(
    browser: Client, project: Project, reviews: list[Result]
) -> None:
    answer = bulk(browser, project, "?sentiment=positive", action="delete", all="yes", result_id=[reviews[2].pk])
    assert (said(answer), labels(project)) == (["2 reviews deleted."], ["negative"])
    assert said(press_undo(browser, answer)) == ["2 reviews are as before."]
    assert len(labels(project)) == 3


@pytest.mark.parametrize(
    ("query", "data", "words"),
    [
        ("", {"action": "delete"}, "Tick the reviews first"),
        ("", {"action": "delete", "result_id": "nonsense"}, "Tick the reviews first"),
        ("", {"action": "label", "all": "yes"}, "Name a sentiment or an emotion"),
        ("", {"action": "label", "all": "yes", "sentiment": "furious"}, "“furious” is not one of"),
        ("?sentimen=positive", {"action": "delete", "all": "yes"}, "There is no such query parameter"),
    ],
)
def test_what_is_not_clear_changes_nothing(
    browser: Client, project: Project, reviews: list[Result], query: str, data: Any, words: str
) -> None:
    answer = bulk(browser, project, query, **data)
    assert ("Nothing was changed." in said(answer)[0], words in said(answer)[0]) == (True, True)
    assert (len(labels(project)), Change.objects.count()) == (3, 0)


def test_reviews_that_wait_are_said_to_be_left_as_they_are(browser: Client, project: Project, steam: Target) -> None:
    store(steam, make_item("1", "positive"))
    answer = bulk(browser, project, action="label", all="yes", sentiment="neutral")
    assert said(answer) == ["1 had to be left as they are: no engine has read them yet."]


def test_the_reviews_of_others_cannot_be_ticked(browser: Client, project: Project, reviews: list[Result]) -> None:
    foreign = make_results(make_target(), make_item("1", "positive"))[0]
    bulk(browser, project, action="delete", result_id=[foreign.pk])
    assert Result.objects.filter(pk=foreign.pk).exists()
    stranger = browser_of(make_user())
    assert bulk(stranger, project, action="delete", all="yes").status_code == 404
    for name in ("result_label", "result_delete"):
        assert stranger.post(review_url(reviews[0], name), {"sentiment": "neutral"}).status_code == 404
    assert labels(project) == ["positive", "positive", "negative"]


def test_a_key_gets_the_row_the_figures_and_the_way_back(browser: Client, reviews: list[Result]) -> None:
    address = f"{review_url(reviews[0], 'result_label')}?platform=steam"
    answer = browser.post(address, {"sentiment": "negative"}, headers={"HX-Request": "true"})
    html, told = answer.content.decode(), json.loads(answer["HX-Trigger"])["toast"]
    assert html.count("<tr>\n<td>") == 1
    assert "set by hand" in html
    assert 'id="results-head" hx-swap-oob="true"' in html
    assert told["message"] == "1 review labelled negative."
    assert browser.post(told["undo"], headers={"HX-Request": "true"}).status_code == 204
    assert labels(reviews[0].project)[0] == "positive"


def test_the_drawer_shows_what_was_said_and_what_the_engine_says(browser: Client, reviews: list[Result]) -> None:
    headers = {"HX-Request": "true", "HX-Target": "review"}
    address = review_url(reviews[0], "result_label")
    answer = browser.post(address, {"sentiment": "negative", "emotion": "anger"}, headers=headers)
    html = answer.content.decode()
    assert "The engine says: <b>positive, joy</b>" in html
    assert 'value="negative" aria-pressed="true"' in html
    assert '<option value="anger" selected>' in html
    assert "<html" not in html
    assert "review-labelled" in answer["HX-Trigger"]
    page = browser.post(address, {"sentiment": "engine", "emotion": "engine"}, follow=True)
    assert (page.redirect_chain[-1][0], "The engine says" in page.content.decode()) == (review_url(reviews[0]), False)
    refused = browser.post(address, {"sentiment": "furious"}, headers=headers)
    assert "“furious” is not one of" in refused.content.decode()


def test_a_review_that_waits_has_no_labels_to_choose_from(browser: Client, steam: Target) -> None:
    store(steam, make_item("1", "positive"))
    review = Result.objects.get()
    assert 'name="sentiment"' not in browser.get(review_url(review)).content.decode()
    answer = browser.post(review_url(review, "result_label"), {"sentiment": "neutral"}, follow=True)
    assert said(answer) == ["This review waits for the engine. Label it once it has been read."]


def test_a_deleted_review_leads_back_to_its_list(browser: Client, project: Project, reviews: list[Result]) -> None:
    answer = browser.post(f"{review_url(reviews[2], 'result_delete')}?sentiment=negative", follow=True)
    assert answer.redirect_chain == [(results_url(project, "?sentiment=negative"), 302)]
    assert said(answer) == ["1 review deleted."]
    assert titles(press_undo(browser, answer).context["rows"]) == ["negative"]


def test_recent_changes_can_be_undone_from_their_list(browser: Client, project: Project, reviews: list[Result]) -> None:
    address = reverse("results:change_list", args=[project.pk])
    assert "Nothing was changed" in browser.get(address).content.decode()
    bulk(browser, project, "?sentiment=positive", action="label", all="yes", emotion="anger")
    html = browser.get(address).content.decode()
    assert "2 reviews labelled anger" in html
    press_undo(browser, browser.get(address))
    assert Result.objects.filter(emotion="joy").count() == 1


def test_the_list_goes_both_ways(browser: Client, project: Project, steam: Target) -> None:
    make_results(steam, *(make_item(n, f"Number {n}", published_at=None) for n in range(3)))
    newest = browser.get(results_url(project, "?state=analysed"))
    oldest = browser.get(results_url(project, newest.context["links"].turned))
    assert titles(oldest.context["rows"]) == titles(newest.context["rows"])[::-1]
    assert 'aria-sort="ascending"' in oldest.content.decode()
    assert [chip.query for chip in oldest.context["chips"]] == ["sort=date"]
    assert '<input type="hidden" name="sort" value="date">' in oldest.content.decode()
    first = Result.objects.order_by("dated_at", "pk")[0]
    html = browser.get(f"{review_url(first)}?sort=date").content.decode()
    assert re.findall(r'rel="(prev|next)"', html) == ["next"]


# Saved views


def test_a_view_is_saved_opened_renamed_and_deleted(browser: Client, project: Project, reviews: list[Result]) -> None:
    create = f"{reverse('results:view_create', args=[project.pk])}?sentiment=negative&sort=date&cursorless="
    assert browser.post(create, {"name": "Angry"}).status_code == 422
    saved = browser.post(create.removesuffix("&cursorless="), {"name": "Angry"}, follow=True)
    assert saved.redirect_chain == [(results_url(project, "?sentiment=negative&sort=date"), 302)]
    assert [(tab.name, tab.is_current) for tab in saved.context["tabs"].views] == [
        ("All reviews", False), ("Angry", True),
    ]  # fmt: skip
    assert not saved.context["tabs"].can_save
    assert browser.get(results_url(project, "?sentiment=neutral")).context["tabs"].can_save
    edit = saved.context["tabs"].views[1].edit_path
    assert browser.post(edit, {"name": "Furious"}, follow=True).context["tabs"].views[1].name == "Furious"
    assert SavedView.objects.get().query == "sentiment=negative&sort=date"
    answer = browser.post(f"{edit}delete/", follow=True)
    assert (said(answer), SavedView.objects.count()) == (
        ["The view “Furious” is deleted. Its reviews are still there."], 0,
    )  # fmt: skip


def test_a_name_that_is_taken_and_one_view_too_many_are_refused(
    browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = f"{reverse('results:view_create', args=[project.pk])}?sentiment=negative"
    browser.post(create, {"name": "Angry"})
    assert "has a view of that name already" in browser.post(create, {"name": "Angry"}).content.decode()
    monkeypatch.setattr(saving, "MOST", 1)
    assert "at most 1 views" in browser.post(create, {"name": "Calm"}).content.decode()
    assert SavedView.objects.count() == 1


def test_a_view_whose_target_is_gone_says_so(browser: Client, project: Project, steam: Target) -> None:
    saving.save(saving.new_view(project, name="Steam", query=f"target_id={steam.pk}"))
    steam.delete()
    answer = browser.get(results_url(project, f"?{SavedView.objects.get().query}"))
    assert (answer.status_code, "This project has no target" in answer.content.decode()) == (422, True)


# Older versions


def test_differences_are_marked_in_what_a_review_said_before(browser: Client, steam: Target) -> None:
    (review,) = make_results(steam, make_item("a", "Boils fast. I love <it>."))
    store(steam, make_item("a", "Boils slowly. I love it."))
    html = browser.get(review_url(review)).content.decode()
    assert "Boils<del> fast.</del><ins> slowly.</ins> I love<del> &lt;it&gt;.</del><ins> it.</ins>" in html


def test_the_pieces_give_both_texts_back_and_very_long_ones_are_not_compared() -> None:
    before, after = "One two\n\nthree, four.", "One 2\n\nthree, five. Six."
    found = list(pieces(before, after))
    assert "".join(piece.text for piece in found if piece.kind != "ins") == before
    assert "".join(piece.text for piece in found if piece.kind != "del") == after
    assert list(pieces("", "New.")) == [Piece("ins", "New.")]
    assert list(pieces("word " * 2001, "other")) == [Piece("", "word " * 2001)]

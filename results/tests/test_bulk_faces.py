"""Changes of many reviews on pages and at the API: asked for, watched, and undone."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.tests.factories import api_of, browser_of
from projects.models import Target
from results import bulk, changes
from results.models import BulkChange, Change, Result
from results.tests.factories import make_bulk_change, make_items, make_results, make_target

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "BATCH", 4)
    monkeypatch.setattr("results.bulk.asking.AT_ONCE", 4)


@pytest.fixture
def target() -> Target:
    target = make_target()
    make_results(target, *make_items(10, text="positive joy"))
    return target


@pytest.fixture
def api(target: Target) -> APIClient:
    return api_of(target.owner)


@pytest.fixture
def browser(target: Target) -> Client:
    return browser_of(target.owner)


def path(target: Target, rest: str) -> str:
    return f"/api/v1/projects/{target.project_id}/results{rest}"


def page(target: Target) -> str:
    return reverse("results:result_list", args=[target.project_id])


def work(turns: int = 1000) -> None:
    """So many batches, or all."""
    while turns and bulk.make_next(should_leave=lambda: True):
        turns -= 1


def sentiments() -> set[str | None]:
    return set(Result.objects.values_list("sentiment", flat=True))


# At the API


def test_more_than_fit_into_a_request_are_accepted_watched_and_undone(api: APIClient, target: Target) -> None:
    asked = api.post(path(target, "/labels?sentiment=positive"), {"sentiment": "negative"}, format="json")
    made, order = asked.json(), BulkChange.objects.get()
    assert (asked.status_code, asked["Location"]) == (202, path(target, f"/changes/{order.pk}"))
    assert made == {
        **made, "id": str(order.pk), "kind": "labels", "query": "sentiment=positive", "state": "waiting", "total": 10,
        "done": 0, "changed": 0, "undo_id": None, "finished_at": None, "description": "Labelling 0 of 10 reviews …",
    }  # fmt: skip
    refused = api.delete(path(target, "?confirm=true"))
    assert (refused.status_code, refused.json()["detail"]) == (409, bulk.asking.BUSY)
    work(1)
    half = api.get(asked["Location"]).json()
    assert (half["done"], half["description"], half["undo_id"]) == (4, "Labelling 4 of 10 reviews …", None)
    assert api.post(path(target, f"/undo/{order.change_id}")).status_code == 409
    work()
    done = api.get(asked["Location"]).json()
    assert (done["state"], done["changed"], done["undo_id"]) == ("done", 10, str(order.change_id))
    assert (done["description"], bool(done["finished_at"]), sentiments()) == (
        "10 reviews labelled negative.", True, {"negative"},
    )  # fmt: skip
    undone = api.post(path(target, f"/undo/{done['undo_id']}"))
    assert (undone.status_code, undone.json()["kind"]) == (202, "undo")
    work()
    assert api.get(undone["Location"]).json()["description"] == "10 reviews are as before."
    listed = api.get(path(target, "/changes")).json()
    assert [(one["kind"], one["undo_id"]) for one in listed["items"]] == [
        ("undo", None), ("labels", str(order.change_id)),
    ]  # fmt: skip
    assert sentiments() == {"positive"}


def test_all_are_deleted_by_a_worker_and_few_at_once(api: APIClient, target: Target) -> None:
    asked = api.delete(path(target, "?confirm=true"))
    assert (asked.status_code, asked.json()["kind"], Result.objects.count()) == (202, "deletion", 10)
    work()
    assert api.get(asked["Location"]).json()["description"] == "10 reviews deleted."
    make_results(target, *make_items(4))
    assert api.delete(path(target, "?confirm=true")).json()["deleted"] == 4


def test_those_that_are_named_are_labelled_at_once(api: APIClient, target: Target) -> None:
    named = [str(pk) for pk in Result.objects.values_list("pk", flat=True)]
    answer = api.post(path(target, "/labels"), {"sentiment": "neutral", "result_ids": named}, format="json")
    assert (answer.status_code, answer.json()["labelled"]) == (200, 10)


def test_a_request_that_is_sent_again_asks_for_nothing_more(api: APIClient, target: Target) -> None:
    labels, once = path(target, "/labels?sentiment=positive"), {"Idempotency-Key": "label"}
    answers = [api.post(labels, {"sentiment": "negative"}, format="json", headers=once) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert BulkChange.objects.count() == 1


# On pages


def ask(browser: Client, target: Target, **said: Any) -> str:
    path = reverse("results:result_bulk", args=[target.project_id])
    answer = browser.post(f"{path}?sentiment=positive", {"all": "yes", **said}, follow=True)
    return str(answer.content.decode())


def line(content: str) -> str:
    """What stands over the list, in words."""
    found = re.search(r'<ul class="alerts" data-messages>\s*<li(.*?)</ul>', content, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", f"<{found[1]}").split()) if found else ""


def test_the_list_says_how_far_it_has_come_and_offers_the_way_back(browser: Client, target: Target) -> None:
    content = ask(browser, target, action="label", sentiment="negative")
    assert line(content) == "Labelling 0 of 10 reviews … See how far it has come"
    polled = re.search(r'hx-get="([^"]+)" hx-trigger="every 2s"', content)
    assert polled
    work(1)
    fragment = browser.get(polled[1], headers={"HX-Request": "true"})
    assert "Labelling 4 of 10 reviews" in fragment.content.decode()
    assert ("HX-Trigger" in fragment, 'max="10" value="4"' in fragment.content.decode()) == (False, True)
    assert browser.get(polled[1])["Location"] == page(target)
    changes_page = browser.get(reverse("results:change_list", args=[target.project_id])).content.decode()
    assert ("Under way" in changes_page, "/undo/" in changes_page) == (True, False)
    work()
    fragment = browser.get(polled[1], headers={"HX-Request": "true"})
    assert fragment["HX-Trigger"] == '{"reviews-changed": {}}'
    assert ("every 2s" in fragment.content.decode(), "data-undo" in fragment.content.decode()) == (False, True)
    content = browser.get(page(target)).content.decode()
    assert line(content) == "10 reviews labelled negative. Undo"
    undo = re.search(r'action="([^"]+/undo/)" data-undo', content)
    assert undo
    assert line(browser.post(undo[1], follow=True).content.decode()).startswith("Undoing 0 of 10 reviews …")
    work()
    assert "10 reviews are as before." in line(browser.get(page(target)).content.decode())


def test_a_second_one_is_refused_in_words_and_an_old_one_is_not_shown(browser: Client, target: Target) -> None:
    ask(browser, target, action="delete")
    content = ask(browser, target, action="label", sentiment="negative")
    assert f"Nothing was changed. {bulk.asking.BUSY}" in content
    work()
    order = BulkChange.objects.get()
    assert "10 reviews deleted." in line(browser.get(page(target)).content.decode())
    BulkChange.objects.update(finished_at=order.created_at - 2 * changes.KEPT_FOR)
    assert line(browser.get(page(target)).content.decode()) == ""


def test_scripts_are_led_to_the_list_or_told_why_not(browser: Client, target: Target) -> None:
    ask(browser, target, action="delete")
    work()
    undo = reverse("results:change_undo", args=[target.project_id, Change.objects.get().pk])
    assert browser.post(undo, headers={"HX-Request": "true"})["HX-Redirect"] == page(target)
    again = browser.post(undo, headers={"HX-Request": "true"})
    assert (again.status_code, bulk.asking.UNDER_WAY in again["HX-Trigger"]) == (204, True)


def test_one_whose_number_nobody_knows_says_how_many_it_has_done(target: Target) -> None:
    assert str(make_bulk_change(target.project, done=1500)) == "Deleting reviews, 1,500 so far"

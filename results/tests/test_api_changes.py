"""Labels, undo and saved views over HTTP."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.tests.factories import api_of
from projects.models import Target
from results.models import Change, Result, SavedView
from results.tests.factories import make_item, make_results, make_target, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def target() -> Target:
    return make_target()


@pytest.fixture
def api(target: Target) -> APIClient:
    return api_of(target.owner)


@pytest.fixture
def reviews(target: Target) -> list[Result]:
    return make_results(
        target, *(make_item(n, text) for n, text in enumerate(["positive joy", "positive", "negative"]))
    )


def path(target: Target, rest: str = "") -> str:
    return f"/api/v1/projects/{target.project_id}/{rest}"


def label_path(review: Result) -> str:
    return f"/api/v1/projects/{review.project_id}/results/{review.pk}/label"


def shown(answer: Any) -> tuple[Any, ...]:
    said = answer.json()
    return said["analysis"]["sentiment"]["label"], said["analysis"]["emotions"]["primary"], said["label_source"]


def test_a_label_is_put_counted_and_given_back(api: APIClient, target: Target, reviews: list[Result]) -> None:
    answer = api.put(label_path(reviews[0]), {"sentiment": "negative", "emotion": "anger"}, format="json")
    assert (answer.status_code, shown(answer)) == (200, ("negative", "anger", "human"))
    correction = answer.json()["correction"]
    assert correction.pop("corrected_at")
    assert correction == {
        "sentiment": "negative", "emotion": "anger", "engine_sentiment": "positive", "engine_emotion": "joy",
    }  # fmt: skip
    summary = api.get(path(target, "results/analytics/summary")).json()
    assert summary["sentiment_distribution"] == {**summary["sentiment_distribution"], "positive": 1, "negative": 2}
    assert api.get(path(target, "results?label_source=human")).json()["total"] == 1
    lines = b"".join(api.get(path(target, "results/export?format=csv&label_source=human"))).decode().splitlines()
    assert ("negative" in lines[1], "human" in lines[1], len(lines)) == (True, True, 2)
    assert shown(api.put(label_path(reviews[0]), {"sentiment": None}, format="json")) == ("positive", "anger", "human")
    assert shown(api.delete(label_path(reviews[0]))) == ("positive", "joy", "model")
    assert api.delete(label_path(reviews[0])).json()["undo_id"] is None


@pytest.mark.parametrize("body", [{}, {"sentiment": "furious"}, {"sentiment": 1}, {"emotion": ""}, {"colour": "red"}])
def test_a_label_nobody_knows_is_refused(api: APIClient, reviews: list[Result], body: Any) -> None:
    assert api.put(label_path(reviews[0]), body, format="json").status_code == 422
    assert not Change.objects.exists()


def test_three_classes_refuse_the_labels_of_five(api: APIClient, target: Target, reviews: list[Result]) -> None:
    target.project.adjust({"analysis": {"sentiment_classes": 3}})
    target.project.save()
    answer = api.put(label_path(reviews[0]), {"sentiment": "very_positive"}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/sentiment")


def test_a_review_that_waits_is_refused_with_the_reason(api: APIClient, target: Target) -> None:
    (pk,) = store(target, make_item("new")).new
    answer = api.put(label_path(Result.objects.get(pk=pk)), {"sentiment": "positive"}, format="json")
    assert (answer.status_code, "waits for the engine" in answer.content.decode()) == (422, True)


def test_many_are_labelled_by_filter_or_by_name(api: APIClient, target: Target, reviews: list[Result]) -> None:
    labels = path(target, "results/labels")
    answer = api.post(f"{labels}?sentiment=positive", {"sentiment": "neutral"}, format="json").json()
    assert (answer["labelled"], answer["passed_over"]) == (2, 0)
    named = {"sentiment": "negative", "result_ids": [str(review.pk) for review in reviews]}
    assert api.post(f"{labels}?sentiment=neutral", named, format="json").json()["labelled"] == 2
    foreign = make_results(make_target(), make_item("1", "positive"))[0]
    answer = api.post(labels, {"sentiment": "neutral", "result_ids": [str(foreign.pk)]}, format="json").json()
    assert answer == {"labelled": 0, "passed_over": 0, "undo_id": None}
    assert api.post(labels, {"sentiment": "neutral"}, format="json").status_code == 422


def test_deletions_and_labels_are_listed_and_undone(api: APIClient, target: Target, reviews: list[Result]) -> None:
    labelled = api.post(path(target, "results/labels?sentiment=positive"), {"sentiment": "neutral"}, format="json")
    deleted = api.delete(path(target, "results?sentiment=neutral&confirm=true")).json()
    one = api.delete(path(target, f"results/{reviews[2].pk}")).json()
    assert (deleted["deleted"], one["deleted"], Result.objects.count()) == (2, 1, 0)
    listed = api.get(path(target, "results/undo")).json()["items"]
    assert [(change["kind"], change["description"]) for change in listed] == [
        ("deletion", "1 review deleted"), ("deletion", "2 reviews deleted"), ("labels", "2 reviews labelled neutral"),
    ]  # fmt: skip
    undo = [path(target, f"results/undo/{pk}") for pk in (deleted["undo_id"], labelled.json()["undo_id"])]
    assert [api.post(address).json() for address in undo] == [{"undone": 2, "passed_over": 0}] * 2
    assert list(Result.objects.values_list("sentiment", flat=True)) == ["positive", "positive"]
    assert api.post(undo[0]).status_code == 404
    assert api.get(path(target, "results/undo")).json()["total"] == 1


def test_a_view_is_saved_changed_and_deleted(api: APIClient, target: Target) -> None:
    views = path(target, "views")
    made = api.post(views, {"name": "Angry", "query": "?sort=date&emotion=anger&language="}, format="json")
    assert (made.status_code, made.json()["query"]) == (201, "emotion=anger&sort=date")
    one = f"{views}/{made.json()['id']}"
    assert api.put(one, {"name": "Furious"}, format="json").json() == {**made.json(), "name": "Furious"}
    assert api.get(views).json()["items"] == [api.get(one).json()]
    assert (api.delete(one).status_code, SavedView.objects.count()) == (204, 0)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Angry", "query": ""}, "/name"),
        ({"name": "", "query": ""}, "/name"),
        ({"name": "Odd", "query": "emotion=boredom"}, "/query"),
        ({"name": "Odd", "query": "cursor=x"}, "/query"),
        ({"name": "Odd", "query": f"target_id={'5f' * 12}"}, "/query"),
    ],
)
def test_a_view_that_cannot_be_shown_or_told_apart_is_refused(
    api: APIClient, target: Target, body: Any, pointer: str
) -> None:
    api.post(path(target, "views"), {"name": "Angry", "query": "emotion=anger"}, format="json")
    answer = api.post(path(target, "views"), body, format="json")
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert SavedView.objects.count() == 1

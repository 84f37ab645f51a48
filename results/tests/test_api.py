import csv
import io
from typing import Any

import pytest
from bson import ObjectId
from django.test import Client
from rest_framework.test import APIClient

from accounts.tests.answers import pointers
from accounts.tests.factories import api_of, make_user
from projects.models import Project, Target
from projects.tests.factories import make_project
from results import counting
from results.counting import Counts
from results.models import DailyRollup, Result
from results.tests.factories import (
    make_item,
    make_items,
    make_results,
    make_target,
    store,
)
from results.tests.paths import path_of
from results.tests.slow import SOME, search_slowly

pytestmark = pytest.mark.django_db


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["content"]["platform_id"] for item in answer.json()["items"]]


# Shapes


def test_an_analysed_review_has_the_shape_of_the_contract(api: APIClient, project: Project, steam: Target) -> None:
    job_id = ObjectId()
    item = make_item(
        title="So good", text="positive joy", author="Ann", url="https://example.com/1", rating=4, rating_max=5,
        segments={"early_access": True},
    )  # fmt: skip
    (result,) = make_results(steam, item, job_id=job_id)
    body = api.get(path_of(project, result.pk)).json()
    assert {body.pop("created_at")[-1], body.pop("updated_at")[-1]} == {"Z"}
    assert body["analysis"]["sentiment"].pop("analyzed_at").endswith("Z")
    assert body == {
        "id": str(result.pk),
        "project_id": str(project.pk),
        "target_id": str(steam.pk),
        "job_id": str(job_id),
        "platform": "steam",
        "language": "en",
        "word_count": 2,
        "state": "analysed",
        "content": {
            "text": "positive joy",
            "title": "So good",
            "author": "Ann",
            "rating": 4.0,
            "rating_max": 5.0,
            "date": "2026-03-02T12:30:00.000Z",
            "url": "https://example.com/1",
            "platform_id": "1",
            "segments": {"early_access": True},
        },
        "analysis": {
            "engine": "scripted-1",
            "sentiment": {
                "label": "positive",
                "score": 0.5,
                "confidence": 0.8,
                "scores": {
                    "very_positive": 0.1,
                    "positive": 0.6,
                    "neutral": 0.1,
                    "negative": 0.1,
                    "very_negative": 0.1,
                },
            },
            "emotions": {
                "model": "ekman",
                "primary": "joy",
                "primary_score": 0.7,
                "detected": [{"emotion": "joy", "score": 0.7}, {"emotion": "surprise", "score": 0.4}],
            },
            "aspects": [],
            "summary": None,
            "insights": [],
        },
        "label_source": "model",
        "correction": None,
        "missing_since": None,
    }


def test_a_review_that_waits_has_no_sentiment(api: APIClient, project: Project, steam: Target) -> None:
    store(steam, make_item())
    (body,) = api.get(path_of(project)).json()["items"]
    assert (body["state"], body["analysis"]["sentiment"], body["label_source"]) == ("pending", None, None)
    assert body["analysis"]["emotions"] == {"model": "ekman", "primary": None, "primary_score": None, "detected": []}
    assert (body["language"], body["job_id"], body["analysis"]["engine"]) == (None, None, None)


def test_with_three_classes_labels_and_scores_are_merged(api: APIClient, project: Project, steam: Target) -> None:
    project.adjust({"analysis": {"sentiment_classes": 3}})
    project.save()
    (result,) = make_results(steam, make_item(text="very_negative"))
    sentiment = api.get(path_of(project, result.pk)).json()["analysis"]["sentiment"]
    assert (sentiment["label"], sentiment["scores"]) == ("negative", {"positive": 0.2, "neutral": 0.1, "negative": 0.7})


# Lists


def test_a_list_comes_in_pages(api: APIClient, project: Project, steam: Target) -> None:
    store(steam, *make_items(5))
    answer = api.get(path_of(project), {"page": "2", "page_size": "2"})
    assert ids(answer) == ["2", "1"]
    assert {**answer.json(), "items": []} == {"items": [], "total": 5, "page": 2, "page_size": 2, "pages": 3}
    assert 'page=1&page_size=2>; rel="prev"' in answer["Link"]
    assert ids(api.get(path_of(project), {"limit": "1", "sort": "date"})) == ["0"]


def test_a_list_comes_in_slices_by_cursor(api: APIClient, project: Project, steam: Target) -> None:
    store(steam, *make_items(5))
    first = api.get(path_of(project), {"cursor": "", "page_size": "2"})
    second = api.get(path_of(project), {"cursor": first.json()["next_cursor"], "page_size": "2"})
    third = api.get(path_of(project), {"cursor": second.json()["next_cursor"], "page_size": "2"})
    assert [ids(one) for one in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert (first.json()["previous_cursor"], third.json()["next_cursor"]) == (None, None)
    assert ids(api.get(path_of(project), {"cursor": second.json()["previous_cursor"], "page_size": "2"})) == ["4", "3"]
    assert second["Link"].count("rel=") == 2
    assert "Link" not in api.get(path_of(project), {"cursor": "", "page_size": "5"})
    assert first.json()["page_size"] == 2


def test_a_list_is_filtered(api: APIClient, project: Project, steam: Target) -> None:
    make_results(steam, make_item("a", "positive joy"), make_item("b", "negative anger"))
    answer = api.get(path_of(project), {"sentiment": "negative", "emotion": "anger", "search": "anger"})
    assert (ids(answer), answer.json()["total"]) == (["b"], 1)


def test_a_total_that_takes_too_long_is_not_known(
    api: APIClient, project: Project, steam: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(steam, *make_items(3))
    monkeypatch.setattr(counting, "counts", lambda project, asked: Counts())
    answer = api.get(path_of(project), {"page_size": "2"})
    assert (answer.json()["total"], answer.json()["pages"], len(answer.json()["items"])) == (None, None, 2)
    assert 'rel="next"' in answer["Link"]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"colour": "red"}, ["/colour"]),
        ({"sentiment": "great", "emotion": "hope"}, ["/emotion", "/sentiment"]),
        ({"sort": "score"}, ["/sort"]),
        ({"cursor": "x"}, ["/cursor"]),
        ({"cursor": "", "page": "1"}, ["/cursor"]),
        ({"page": "0"}, ["/page"]),
        ({"page_size": "101"}, ["/page_size"]),
    ],
)
def test_what_is_wrong_with_a_query_is_pointed_at(
    api: APIClient, project: Project, query: dict[str, str], wrong: list[str]
) -> None:
    assert pointers(api.get(path_of(project), query)) == wrong


@pytest.mark.parametrize("query", [{}, {"cursor": ""}, {"search": "number"}])
def test_a_list_takes_the_same_queries_however_long(
    api: APIClient, project: Project, steam: Target, query: dict[str, str], django_assert_num_queries: Any
) -> None:
    store(steam, *make_items(3))
    api.get(path_of(project), query)  # the first visit is noted
    queries = 4 if "cursor" in query else 5  # session, user, project, reviews and, for numbered pages, their count
    with django_assert_num_queries(queries):
        api.get(path_of(project), query)
    store(steam, *make_items(60))
    with django_assert_num_queries(queries):
        api.get(path_of(project), query)


# Deletion


def test_a_review_is_deleted_with_its_figures(api: APIClient, project: Project, steam: Target) -> None:
    doomed, kept = make_results(steam, *make_items(2))
    assert api.delete(path_of(project, doomed.pk)).json()["deleted"] == 1
    assert [result.pk for result in Result.objects.all()] == [kept.pk]
    assert DailyRollup.objects.all().tally().total == 1
    assert api.get(path_of(project, doomed.pk)).status_code == 404


def test_all_reviews_are_deleted_when_that_is_confirmed(api: APIClient, project: Project, steam: Target) -> None:
    store(steam, *make_items(3))
    elsewhere = make_target(make_project(project.owner))
    store(elsewhere, *make_items(2))
    assert pointers(api.delete(path_of(project))) == ["/confirm"]
    assert Result.objects.count() == 5
    answer = api.delete(f"{path_of(project)}?confirm=true")
    assert (answer.status_code, answer.json()["deleted"]) == (200, 3)
    assert {result.target_id for result in Result.objects.all()} == {elsewhere.pk}


def test_only_what_the_filter_finds_is_deleted(api: APIClient, project: Project, steam: Target) -> None:
    make_results(steam, make_item("a", "positive"), make_item("b", "negative"), make_item("c", "neutral noise"))
    assert api.delete(f"{path_of(project)}?confirm=true&sentiment=negative").json()["deleted"] == 1
    assert api.delete(f"{path_of(project)}?confirm=true&search=noise").json()["deleted"] == 1
    assert pointers(api.delete(f"{path_of(project)}?confirm=true&sentimen=negative")) == ["/sentimen"]
    assert Result.objects.get().external_id == "a"


# Export


def test_an_export_streams_what_the_filter_finds(api: APIClient, project: Project, steam: Target) -> None:
    make_results(steam, make_item("a", "positive"), make_item("b", "negative"))
    answer: Any = api.get(path_of(project, "export"), {"format": "csv", "sentiment": "negative", "fields": "text"})
    assert (answer.status_code, answer.streaming) == (200, True)
    assert f"{project.name.lower().replace(' ', '-')}_results_" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [["text"], ["negative"]]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("format=pdf", ["/format"]),
        ("fields=secret", ["/fields"]),
        ("emotion=hope", ["/emotion"]),
        ("page=1", ["/page"]),
    ],
)
def test_an_export_that_cannot_be_is_refused_before_it_starts(
    api: APIClient, project: Project, query: str, wrong: list[str]
) -> None:
    assert pointers(api.get(f"{path_of(project, 'export')}?{query}")) == wrong


# Whose it is

ROUTES = [
    ("get", ""),
    ("delete", "?confirm=true"),
    ("get", "/{result}"),
    ("delete", "/{result}"),
    ("get", "/analytics/summary"),
    ("get", "/analytics/sentiment-timeline"),
    ("get", "/analytics/emotions"),
    ("get", "/analytics/platforms"),
    ("get", "/export"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_stranger_gets_404_as_for_what_is_missing(project: Project, steam: Target, method: str, path: str) -> None:
    (result,) = make_results(steam, make_item())
    stranger = api_of(make_user())
    theirs = getattr(stranger, method)(path_of(project) + path.format(result=result.pk))
    nowhere = getattr(stranger, method)(f"/api/v1/projects/{ObjectId()}/results" + path.format(result=ObjectId()))
    assert (theirs.status_code, nowhere.status_code) == (404, 404)
    differs = {"instance", "request_id"}
    assert {k: v for k, v in theirs.json().items() if k not in differs} == {
        k: v for k, v in nowhere.json().items() if k not in differs
    }
    assert Result.objects.count() == 1


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("post", "/../../../analyze")])
def test_an_anonymous_caller_gets_401(project: Project, method: str, path: str) -> None:
    url = "/api/v1/analyze" if "analyze" in path else path_of(project) + path.format(result=ObjectId())
    assert getattr(Client(), method)(url).status_code == 401


@pytest.mark.parametrize("query", [{}, {"cursor": ""}])
def test_a_search_that_takes_too_long_is_broken_off(
    api: APIClient, project: Project, steam: Target, monkeypatch: pytest.MonkeyPatch, query: dict[str, str]
) -> None:
    make_results(steam, *make_items(SOME))
    search_slowly(monkeypatch)
    answer = api.get(path_of(project), {"search": "fast", **query})
    assert (answer.status_code, answer.json()["code"]) == (503, "FINDING_TIMEOUT")
    assert "a rarer word" in answer.json()["detail"]


def test_a_review_is_not_found_through_another_project_of_its_owner(
    api: APIClient, project: Project, steam: Target
) -> None:
    (result,) = make_results(steam, make_item())
    other = make_project(project.owner)
    assert api.get(path_of(other, result.pk)).status_code == 404


def test_a_malformed_id_is_404(api: APIClient, project: Project) -> None:
    assert api.get(path_of(project, "123")).status_code == 404

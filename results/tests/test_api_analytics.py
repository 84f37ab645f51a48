from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.tests.answers import pointers
from projects.models import Project, Target
from results.tests.factories import (
    START,
    make_item,
    make_items,
    make_results,
)
from results.tests.paths import path_of
from results.tests.slow import SOME, count_slowly

pytestmark = pytest.mark.django_db


def test_the_figures_are_there(api: APIClient, project: Project, steam: Target) -> None:
    make_results(
        steam, make_item("a", "positive joy"), make_item("b", "negative", published_at=START + timedelta(days=9))
    )
    analytics = path_of(project, "analytics")
    assert api.get(f"{analytics}/summary").json()["total_results"] == 2
    timeline = api.get(f"{analytics}/sentiment-timeline?interval=month").json()
    assert [(point["date"], point["count"]) for point in timeline] == [("2026-03-01", 2)]
    assert [one["emotion"] for one in api.get(f"{analytics}/emotions?date_to=2026-03-02").json()] == ["joy"]
    assert [one["platform"] for one in api.get(f"{analytics}/platforms").json()] == ["steam"]


def test_figures_take_every_filter_and_say_what_they_were_counted_from(
    api: APIClient, project: Project, steam: Target
) -> None:
    make_results(
        steam, make_item("a", "positive joy"), make_item("b", "negative", published_at=START + timedelta(hours=11))
    )
    analytics = path_of(project, "analytics")
    known, counted = api.get(f"{analytics}/summary"), api.get(f"{analytics}/summary?sentiment=negative&search=negative")
    assert (known.json()["counted_from"], known["X-Counted-From"]) == ("rollups", "rollups")
    assert (counted.json()["counted_from"], counted["X-Counted-From"]) == ("reviews", "reviews")
    assert (counted.json()["total_results"], counted.json()["avg_sentiment_score"]) == (1, -0.5)
    local = api.get(f"{analytics}/sentiment-timeline?tz=Asia/Tokyo")
    assert [point["date"] for point in local.json()] == ["2026-03-02", "2026-03-03"]
    assert (local["X-Time-Zone"], local["X-Counted-From"]) == ("Asia/Tokyo", "reviews")


def test_a_summary_has_the_days_before_beside_it(api: APIClient, project: Project, steam: Target) -> None:
    make_results(
        steam,
        make_item("a", "negative"),
        make_item("b", "positive", published_at=START + timedelta(days=1)),
        make_item("c", "neutral", published_at=START + timedelta(days=1)),
    )
    query = "date_from=2026-03-03&date_to=2026-03-03&compare=previous"
    found = api.get(f"{path_of(project, 'analytics')}/summary?{query}").json()
    assert (found["total_results"], found["previous"]["total_results"]) == (2, 1)
    assert found["change"] == {"total_results": 1, "avg_sentiment_score": 0.7561, "avg_rating": None}


def test_too_many_reviews_to_count_are_said_to_be(
    api: APIClient, project: Project, steam: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_results(steam, *make_items(SOME, text="positive"))
    count_slowly(monkeypatch)
    answer = api.get(f"{path_of(project, 'analytics')}/summary?language=en")
    assert (answer.status_code, answer.json()["code"]) == (503, "COUNTING_TIMEOUT")
    assert "Narrow its days" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("summary?sentiment=good", ["/sentiment"]),
        ("summary?compare=previous", ["/compare"]),
        ("summary?compare=next&date_from=2026-03-02", ["/compare"]),
        ("sentiment-timeline?tz=Kettle/Moon", ["/tz"]),
        ("sentiment-timeline?interval=decade", ["/interval"]),
        ("sentiment-timeline?interval=hour", ["/interval"]),
        ("emotions?interval=day", ["/interval"]),
        ("platforms?platform=ebay", ["/platform"]),
    ],
)
def test_figures_point_at_what_they_cannot_answer(
    api: APIClient, project: Project, path: str, wrong: list[str]
) -> None:
    assert pointers(api.get(path_of(project, "analytics", path))) == wrong

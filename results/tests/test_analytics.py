from copy import copy
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from projects.models import Project
from projects.tests.factories import make_project
from results import analytics
from results.counting import Period
from results.filters import ResultFilter
from results.tests.factories import START, make_item, make_results, make_target, store
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUMMARY_FUNCTIONS = (analytics.summary, analytics.sentiment_timeline, analytics.emotions, analytics.platforms)


@pytest.fixture(scope="module")
def scene(db: None) -> Project:
    """Made once: the tests of this module only read. START is a Monday, half past twelve."""
    project = make_project()
    steam, reddit = make_target(project, "steam"), make_target(project, "reddit")
    make_results(
        steam,
        make_item("a", "very_positive joy", rating=5, rating_max=5),
        make_item("b", "positive joy", published_at=START + HOUR, rating=8, rating_max=10),
        make_item("c", "unsupported_language", published_at=START + 2 * HOUR),
        make_item("d", "negative anger", published_at=START + 7 * DAY),
    )
    make_results(reddit, make_item("e", "very_negative anger", published_at=START + 40 * DAY))
    store(reddit, make_item("f", published_at=START + 40 * DAY))
    store(make_target(), make_item("foreign"))
    return project


@pytest.fixture
def project(scene: Project) -> Project:
    return copy(scene)


def asked(project: Project, query: str) -> ResultFilter:
    return ResultFilter.parse(project, QueryDict(query))


def test_the_summary(project: Project) -> None:
    assert analytics.summary(project, ResultFilter()) == {
        "total_results": 6,
        "sentiment_distribution": {
            "very_positive": 1,
            "positive": 1,
            "neutral": 0,
            "negative": 1,
            "very_negative": 1,
        },
        "avg_sentiment_score": 0.0,
        "avg_rating": 4.5,
        "platforms": {"reddit": 2, "steam": 4},
        "date_range": {"earliest": "2026-03-02", "latest": "2026-04-11"},
        "not_analysed": {"pending": 1, "unsupported_language": 1},
        "human_labels": 0,
        "counted_from": "rollups",
    }


def test_the_summary_of_nothing_says_so(project: Project) -> None:
    found = analytics.summary(project, ResultFilter(platform=("imdb",)))
    assert (found["total_results"], found["avg_sentiment_score"], found["avg_rating"]) == (0, None, None)
    assert (found["platforms"], found["not_analysed"]) == ({}, {})
    assert found["date_range"] == {"earliest": None, "latest": None}


def test_with_three_classes_there_are_three_labels(project: Project) -> None:
    project.adjust({"analysis": {"sentiment_classes": 3}})
    three = {"positive": 2, "neutral": 0, "negative": 2}
    assert analytics.summary(project, ResultFilter())["sentiment_distribution"] == three


@pytest.mark.parametrize(
    ("interval", "points"),
    [
        ("day", [("2026-03-02", 3, 2, 0, 0.7), ("2026-03-09", 1, 0, 1, -0.5), ("2026-04-11", 2, 0, 1, -0.9)]),
        ("week", [("2026-03-02", 3, 2, 0, 0.7), ("2026-03-09", 1, 0, 1, -0.5), ("2026-04-06", 2, 0, 1, -0.9)]),
        ("month", [("2026-03-01", 4, 2, 1, 0.3), ("2026-04-01", 2, 0, 1, -0.9)]),
    ],
)
def test_the_timeline(project: Project, interval: Period, points: list[tuple[str, int, int, int, float]]) -> None:
    assert analytics.sentiment_timeline(project, ResultFilter(), interval) == [
        {"date": date, "avg_score": score, "count": count, "positive": positive, "neutral": 0, "negative": negative}
        for date, count, positive, negative, score in points
    ]


def test_the_timeline_by_hour_counts_reviews(project: Project) -> None:
    day = asked(project, "date_from=2026-03-02&date_to=2026-03-02&platform=steam")
    points = analytics.sentiment_timeline(project, day, "hour")
    assert [(p["date"], p["count"], p["positive"], p["avg_score"]) for p in points] == [
        ("2026-03-02T12:00:00Z", 1, 1, 0.9),
        ("2026-03-02T13:00:00Z", 1, 1, 0.5),
        ("2026-03-02T14:00:00Z", 1, 0, None),
    ]


@pytest.mark.parametrize("query", ["", "date_from=2026-03-02", "date_from=2026-01-01&date_to=2026-03-02"])
def test_hours_are_refused_over_a_long_time(project: Project, query: str) -> None:
    with pytest.raises(ValidationError, match="at most 31 days apart"):
        analytics.sentiment_timeline(project, asked(project, query), "hour")


def test_emotions_come_most_frequent_first(project: Project) -> None:
    assert analytics.emotions(project, ResultFilter(platform=("steam",))) == [
        {"emotion": "joy", "avg_score": 0.7, "count": 2},
        {"emotion": "anger", "avg_score": 0.7, "count": 1},
    ]


def test_platforms_come_with_most_reviews_first(project: Project) -> None:
    found = analytics.platforms(project, ResultFilter())
    assert [(p["platform"], p["count"], p["avg_score"], p["avg_rating"]) for p in found] == [
        ("steam", 4, 0.3, 4.5),
        ("reddit", 2, -0.9, None),
    ]
    assert found[1]["sentiment_distribution"]["very_negative"] == 1


def test_dates_platforms_and_targets_narrow_everything(project: Project) -> None:
    target = project.targets.get(platform="steam")
    query = f"date_from=2026-03-03&date_to=2026-04-30&platform=steam&target_id={target.pk}"
    narrowed = asked(project, query)
    assert analytics.summary(project, narrowed)["total_results"] == 1
    assert [point["date"] for point in analytics.sentiment_timeline(project, narrowed)] == ["2026-03-09"]
    assert [one["emotion"] for one in analytics.emotions(project, narrowed)] == ["anger"]
    assert [one["count"] for one in analytics.platforms(project, narrowed)] == [1]


@pytest.mark.parametrize("figures", SUMMARY_FUNCTIONS)
def test_figures_take_few_queries_whatever_there_is(
    project: Project, figures: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(2):
        figures(project, ResultFilter())

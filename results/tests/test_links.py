from datetime import UTC, datetime

import pytest
from bson import ObjectId
from django.http import QueryDict

from projects.models import Project
from results.filters import ResultFilter
from results.links import period_link, reviews_link

PROJECT = Project(pk=ObjectId(), config={"analysis": {"sentiment_classes": 5}})


def query_of(asked: str, **more: object) -> str | None:
    """The query of a link from a page with the filter ``asked`` to what else is asked for; None without a link."""
    url = reviews_link(PROJECT, ResultFilter.parse(PROJECT, QueryDict(asked)))(**more)
    return url.partition("?")[2].replace("%3A", ":") if url else None


@pytest.mark.parametrize(
    ("asked", "more", "query"),
    [
        ("", {}, ""),
        ("", {"sentiment": "positive", "emotion": ""}, "sentiment=positive"),
        ("sentiment=positive,negative", {"sentiment": "negative"}, "sentiment=negative"),
        ("sentiment=positive", {"sentiment": ("positive", "very_positive")}, "sentiment=positive"),
        ("sentiment=positive", {"sentiment": "negative"}, None),
        ("emotion=joy", {"sentiment": "negative"}, "emotion=joy&sentiment=negative"),
        ("rating_min=4.2", {"rating_min": "3.5", "rating_max": "4.49"}, "rating_min=4.2&rating_max=4.49"),
        ("rating_max=4", {"rating_min": "4.5"}, None),
        ("aspect=story", {"aspect": "story:negative"}, "aspect=story:negative"),
        ("aspect=story:positive", {"aspect": "story:negative"}, None),
        ("date_from=2026-03-02", {"date_to": datetime(2026, 3, 1, tzinfo=UTC).date()}, None),
        (
            "date_from=2026-03-02&date_to=2026-03-08",
            {"date_from": datetime(2026, 3, 3, 12, tzinfo=UTC), "date_to": datetime(2026, 3, 9, tzinfo=UTC).date()},
            "date_from=2026-03-03T12:00:00Z&date_to=2026-03-08",
        ),
    ],
)
def test_a_link_stays_within_the_filter_of_its_page(asked: str, more: dict[str, object], query: str | None) -> None:
    assert query_of(asked, **more) == query


def test_a_day_of_another_zone_is_from_its_midnight_to_the_next() -> None:
    link = period_link(reviews_link(PROJECT), "America/New_York")
    march = datetime(2026, 3, 8, tzinfo=UTC).date(), datetime(2026, 3, 9, tzinfo=UTC).date()  # clocks go forward
    assert link(*march).partition("?")[2].replace("%3A", ":") == (
        "date_from=2026-03-08T05:00:00Z&date_to=2026-03-09T03:59:59.999000Z"
    )

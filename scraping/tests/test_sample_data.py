"""The sample file tells the story its README promises, in reviews that are all different."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parent.parent / "sample" / "reviews.jsonl"
KEYS = {
    "id",
    "platform",
    "days_ago",
    "hour",
    "minute",
    "author",
    "title",
    "text",
    "rating",
    "rating_max",
    "url",
}
BAD_RELEASE = range(55, 76)  # days ago
WORST_RATING = 2  # of 5: this and less counts as negative
SHARED_RUN = 8  # words

Review = dict[str, Any]


@pytest.fixture(scope="module")
def reviews() -> list[Review]:
    return [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def negative_share(reviews: list[Review]) -> float:
    ratings: list[int] = [review["rating"] for review in reviews if review["rating"] is not None]
    return sum(rating <= WORST_RATING for rating in ratings) / len(ratings)


def test_there_are_about_400_reviews(reviews):
    assert 380 <= len(reviews) <= 420


def test_every_review_has_the_same_fields(reviews):
    assert all(set(review) == KEYS for review in reviews)
    assert all(review["text"].strip() and review["author"].strip() for review in reviews)
    assert all(review["url"] == "" for review in reviews)


def test_the_platforms_keep_their_balance(reviews):
    counts = Counter(review["platform"] for review in reviews)
    expected = {"steam": 160, "reddit": 110, "youtube": 80, "trustpilot": 50}
    assert set(counts) == set(expected)
    assert all(abs(counts[platform] - expected[platform]) <= 10 for platform in expected)


def test_the_dates_fill_twelve_months_and_end_today(reviews):
    days = [review["days_ago"] for review in reviews]
    assert all(type(day) is int for day in days)
    assert min(days) == 0
    assert 360 <= max(days) <= 365
    assert {day // 30 for day in days} == set(range(13))
    assert all(0 <= review["hour"] <= 23 and 0 <= review["minute"] <= 59 for review in reviews)


def test_nothing_is_dated_in_the_future(reviews):
    today = [review for review in reviews if review["days_ago"] == 0]
    assert all((review["hour"], review["minute"]) == (0, 0) for review in today)


def test_the_lines_are_in_the_order_of_time(reviews):
    moments = [(-review["days_ago"], review["hour"], review["minute"]) for review in reviews]
    assert moments == sorted(moments)


def test_ratings_are_as_the_platform_gives_them(reviews):
    allowed: dict[str, set[int | None]] = {
        "steam": {1, 5},
        "trustpilot": {1, 2, 3, 4, 5},
        "reddit": {None},
        "youtube": {None},
    }
    assert all(review["rating"] in allowed[review["platform"]] for review in reviews)
    assert all(review["rating_max"] == (review["rating"] and 5) for review in reviews)


def test_only_platforms_with_titles_have_titles(reviews):
    assert not any(review["title"] for review in reviews if review["platform"] in {"steam", "youtube"})
    assert all(review["title"] for review in reviews if review["platform"] == "trustpilot")


def test_ids_are_unique(reviews):
    assert len({review["id"] for review in reviews}) == len(reviews)


def test_no_two_texts_are_alike(reviews):
    normalised = Counter(" ".join(words(review["text"])) or review["text"] for review in reviews)
    assert [text for text, count in normalised.items() if count > 1] == []


def test_no_two_reviews_share_a_run_of_eight_words(reviews):
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for review in reviews:
        said = words(f"{review['title']} {review['text']}")
        for start in range(len(said) - SHARED_RUN + 1):
            owners[tuple(said[start : start + SHARED_RUN])].add(review["id"])
    assert {" ".join(run): ids for run, ids in owners.items() if len(ids) > 1} == {}


def test_lengths_range_from_a_few_words_to_a_page(reviews):
    lengths = sorted(len(review["text"].split()) for review in reviews)
    assert lengths[len(lengths) // 10] <= 8
    assert 120 <= lengths[-1] <= 150
    assert sum(length >= 60 for length in lengths) >= 20


def test_some_texts_say_nothing_in_words_and_some_carry_entities(reviews):
    assert 3 <= sum(not words(review["text"]) for review in reviews) <= 5
    assert sum(bool(re.search(r"&(#\d+|\w+);", review["author"] + review["text"])) for review in reviews) >= 3


def test_the_broken_release_shows_in_the_ratings(reviews):
    during = [review for review in reviews if review["days_ago"] in BAD_RELEASE]
    otherwise = [review for review in reviews if review["days_ago"] not in BAD_RELEASE]
    assert negative_share(during) > 0.6
    assert negative_share(otherwise) < 0.3
    assert len(during) >= 70

from copy import copy
from datetime import UTC, date, datetime, timedelta

import pytest
from bson import ObjectId
from django.core.exceptions import ValidationError
from django.http import QueryDict

from projects.models import Project, Target
from projects.tests.factories import make_project
from results import filters
from results.chips import chips
from results.counting import counts
from results.filters import ResultFilter
from results.models import Result
from results.tests.factories import START, make_item, make_results, make_target, store
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module

JOB = ObjectId()


def parse(project: Project, query: str) -> ResultFilter:
    return ResultFilter.parse(project, QueryDict(query))


def found(project: Project, query: str) -> list[str]:
    rows = parse(project, query).queryset(project)
    return sorted(rows.values_list("external_id", flat=True))


@pytest.fixture(scope="module")
def scene(db: None) -> Project:
    """Reviews on two platforms, and somebody else's. Made once: the tests of this module only read."""
    project = make_project()
    steam, reddit = make_target(project, "steam", label="The game"), make_target(project, "reddit")
    make_results(
        steam,
        make_item("a", "very_positive joy battery", title="Battery life", rating=5, rating_max=5),
        make_item("b", "positive batteries", rating=6, rating_max=10, published_at=START + timedelta(days=1)),
        make_item("c", "negative anger", rating=1, rating_max=5, published_at=START + timedelta(days=2)),
        make_item("d", "unsupported_language", published_at=START + timedelta(days=3)),
        job_id=JOB,
    )
    make_results(reddit, make_item("r", "very_negative disgust life", published_at=START + timedelta(days=2)))
    store(reddit, make_item("waiting", "positive", published_at=START + timedelta(days=9)))
    store(make_target(), make_item("foreign", "very_positive joy battery life"))
    return project


@pytest.fixture
def project(scene: Project) -> Project:
    return copy(scene)


@pytest.fixture
def steam(project: Project) -> Target:
    return Target.objects.get(project=project, platform="steam")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["a", "b", "c", "d", "r", "waiting"]),
        ("search=&sentiment=&date_from=", ["a", "b", "c", "d", "r", "waiting"]),
        ("sentiment=very_positive", ["a"]),
        ("sentiment=positive", ["b"]),
        ("sentiment=negative&sentiment=very_negative", ["c", "r"]),
        ("sentiment=negative,very_negative", ["c", "r"]),
        ("platform=reddit", ["r", "waiting"]),
        ("platform=reddit&sentiment=negative", []),
        ("platform=amazon", []),
        ("emotion=anger,disgust", ["c", "r"]),
        ("language=de", ["d"]),
        ("state=pending", ["waiting"]),
        ("state=analysed&platform=steam", ["a", "b", "c"]),
        ("rating_min=3", ["a", "b"]),
        ("rating_min=3&rating_max=3", ["b"]),
        ("min_confidence=0.5", ["a", "b", "c", "r"]),
        ("min_confidence=0.9", []),
        ("date_from=2026-03-04", ["c", "d", "r", "waiting"]),
        ("date_to=2026-03-03", ["a", "b"]),
        ("date_from=2026-03-03&date_to=2026-03-03", ["b"]),
        ("date_from=2026-03-02T12:30:00Z&date_to=2026-03-02T12:30:00Z", ["a"]),
        ("date_from=2026-03-02T14:30:01%2B02:00&date_to=2026-03-03", ["b"]),
        ("search=battery", ["a", "b"]),
        ("search=battery life", ["a"]),
        ('search="life battery"', []),
        ('search="battery life"', ["a"]),
        ("search=life -battery", ["r"]),
        ("search=life&platform=reddit", ["r"]),
        ("search=nothing", []),
    ],
)
def test_a_filter_finds_what_it_says(project: Project, query: str, ids: list[str]) -> None:
    assert found(project, query) == ids


def test_reviews_are_found_by_target_and_by_job(project: Project, steam: Target) -> None:
    assert found(project, f"job_id={JOB}") == ["a", "b", "c", "d"]
    assert found(project, f"target_id={steam.pk}") == ["a", "b", "c", "d"]
    assert found(project, f"target_id={steam.pk}&platform=reddit") == []


def test_with_three_classes_a_side_covers_its_extremes(project: Project) -> None:
    project.adjust({"analysis": {"sentiment_classes": 3}})
    assert found(project, "sentiment=positive") == ["a", "b"]
    assert counts(project, parse(project, "")).labels == {"positive": 2, "neutral": 0, "negative": 2}
    assert counts(project, parse(project, "search=battery")).labels == {"positive": 2, "neutral": 0, "negative": 0}
    with pytest.raises(ValidationError, match="“very_positive” is not one of positive, neutral, negative"):
        parse(project, "sentiment=very_positive")


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        ("colour=red", "colour", "There is no such query parameter."),
        ("sentiment=great", "sentiment", "“great” is not one of very_positive"),
        ("platform=steam,ebay", "platform", "“ebay” is not one of"),
        ("emotion=hope", "emotion", "“hope” is not one of"),
        ("state=lost", "state", "“lost” is not one of"),
        ("language=english", "language", "“english” is not a language code"),
        ("rating_min=six", "rating_min", "Use a number from 0 to 5."),
        ("rating_max=nan", "rating_max", "Use a number from 0 to 5."),
        ("min_confidence=1.5", "min_confidence", "Use a number from 0 to 1."),
        ("rating_min=4&rating_max=3", "rating_max", "This is less than rating_min."),
        ("date_from=yesterday", "date_from", "“yesterday” is not a date"),
        ("date_from=2026-02-30", "date_from", "“2026-02-30” is not a date"),
        ("date_to=0001-01-01", "date_to", "“0001-01-01” is not a date"),
        ("date_from=2026-03-02&date_to=2026-03-01", "date_to", "This is before date_from."),
        ("date_from=2026-03-02&date_from=2026-03-03", "date_from", "Give this once."),
        ("job_id=1", "job_id", "“1” is not an id"),
        ("target_id=0123456789abcdef01234567", "target_id", "This project has no target 0123456789abcdef01234567."),
        ("search=" + "x" * 201, "search", "at most 200 characters"),
        ("search=-this", "search", "Name a word to search for"),
        ("search=The -good", "search", "besides those to leave out and those that every text has"),
        ("search=!!! 😀", "search", "Name a word to search for"),
    ],
)
def test_what_is_wrong_is_named(project: Project, query: str, name: str, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        parse(project, query)
    assert list(error.value.message_dict) == [name]
    assert message in error.value.message_dict[name][0]


def test_a_strangers_target_is_answered_like_a_missing_one(project: Project) -> None:
    stranger = Target.objects.exclude(project=project).get()
    with pytest.raises(ValidationError, match=f"This project has no target {stranger.pk}"):
        parse(project, f"target_id={stranger.pk}")


def test_parameters_of_the_caller_are_left_to_it(project: Project) -> None:
    query = QueryDict("page=2&platform=steam")
    assert ResultFilter.parse(project, query, beside={"page"}) == ResultFilter(platform=("steam",))
    with pytest.raises(ValidationError, match="no such query parameter"):
        ResultFilter.parse(project, QueryDict("search=x"), only=filters.COUNTED_BY_DAY)


@pytest.mark.parametrize(
    "hostile", ['{"$ne": null}', "$where", '" || true', "battery'; drop", "\\", '"', "a" * 200, "💥 \u202e", "-- -"]
)
def test_what_people_search_for_is_only_ever_a_string(project: Project, steam: Target, hostile: str) -> None:
    query = QueryDict(mutable=True)
    query["search"] = hostile
    try:
        asked = ResultFilter.parse(project, query)
    except ValidationError:
        return
    assert list(asked.queryset(project)) in ([], list(Result.objects.filter(project=project)))


def test_a_filter_and_its_query_say_the_same(project: Project, steam: Target) -> None:
    query = (
        f"sentiment=very_positive&sentiment=neutral&platform=steam&target_id={steam.pk}&language=en&state=analysed"
        "&rating_min=3.5&rating_max=4&min_confidence=0.5&search=battery+life"
        "&date_from=2026-03-01&date_to=2026-03-05T12%3A30%3A00Z"
    )
    asked = parse(project, query)
    assert asked.query == query
    assert parse(project, asked.query) == asked
    assert ResultFilter().query == ""
    assert ResultFilter().is_empty
    assert not asked.is_empty


def test_chips_name_each_part_and_drop_it(project: Project, steam: Target) -> None:
    query = f"sentiment=positive,neutral&target_id={steam.pk}&rating_min=4&date_from=2026-03-01&date_to=2026-03-02"
    asked = parse(project, query)
    shown = {(chip.label, chip.value): parse(project, chip.query) for chip in chips(asked, project)}
    assert shown == {
        ("Sentiment", "Positive"): asked.without("sentiment", value="positive"),
        ("Sentiment", "Neutral"): asked.without("sentiment", value="neutral"),
        ("Target", "The game"): asked.without("target_id"),
        ("Date", "2026-03-01 to 2026-03-02"): asked.without("date_from", "date_to"),
        ("Rating", "from 4 of 5"): asked.without("rating_min", "rating_max"),
    }


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("date_from=2026-03-01", "since 2026-03-01"),
        ("date_to=2026-03-01", "until 2026-03-01"),
        ("date_from=2026-03-01&date_to=2026-03-01", "2026-03-01"),
        ("rating_min=3.5&rating_max=4.49", "3.5 to 4.49 of 5"),
        ("min_confidence=0.5", "from 50%"),
        ("search=battery", "battery"),
        ("emotion=joy", "Joy"),
        ("state=no_text", "No text"),
        ("platform=imdb", "IMDb"),
    ],
)
def test_chips_say_it_in_words(project: Project, query: str, words: str) -> None:
    assert [chip.value for chip in chips(parse(project, query), project)] == [words]


def test_a_day_ends_with_the_day_in_utc() -> None:
    asked = ResultFilter(date_from=date(2026, 3, 1), date_to=date(2026, 3, 1))
    assert (asked.start, asked.end) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "before"),
    [
        (
            "date_from=2026-03-08&date_to=2026-03-09&platform=steam",
            "platform=steam&date_from=2026-03-06&date_to=2026-03-07",
        ),
        (
            "date_from=2026-03-08T12:00:00Z&date_to=2026-03-08T12:59:59.999Z",
            "date_from=2026-03-08T11%3A00%3A00Z&date_to=2026-03-08T11%3A59%3A59.999000Z",
        ),
    ],
)
def test_before_is_as_long_just_before(project: Project, query: str, before: str) -> None:
    earlier = parse(project, query).before()
    assert earlier
    assert earlier.query == before
    assert earlier.end == parse(project, query).start


@pytest.mark.parametrize("query", ["", "date_to=2026-03-09", "date_from=2999-01-01"])
def test_without_a_length_there_is_no_before(project: Project, query: str) -> None:
    assert parse(project, query).before() is None

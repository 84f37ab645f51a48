from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import api_of, browser_of
from projects.models import Project, Target
from projects.tests.factories import make_project
from results.tests.factories import START, make_item, make_results, make_target
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module
from results.tests.slow import count_slowly

DAY = timedelta(days=1)


def fill(target: Target, moods: dict[str, int], *, after: timedelta) -> None:
    texts = [mood for mood, number in moods.items() for _ in range(number)]
    make_results(target, *(
        make_item(f"{target.pk}{after}{n}", text, published_at=START + after, rating=n % 5 + 1, rating_max=5)
        for n, text in enumerate(texts)
    ))  # fmt: skip


@pytest.fixture(scope="module")
def project(db: None) -> Project:
    """Made once: the tests of this module only read."""
    project = make_project(name="Kettles")
    old, new, few = (make_target(project, "steam", label=name) for name in ("Old", "New", "Few"))
    reddit = make_target(project, "reddit", label="Thread")
    fill(old, {"very_positive joy": 40, "negative anger": 10}, after=0 * DAY)
    fill(new, {"positive joy": 15, "very_negative anger": 30, "neutral fear": 5}, after=7 * DAY)
    fill(few, {"negative": 3}, after=7 * DAY)
    fill(reddit, {"positive": 20, "negative": 12}, after=7 * DAY)
    fill(reddit, {"positive": 18, "negative": 14}, after=0 * DAY)
    return project


@pytest.fixture
def browser(project: Project) -> Client:
    return browser_of(project.owner)


def compared(project: Project, **query: Any) -> Any:
    return api_of(project.owner).get(f"/api/v1/projects/{project.pk}/results/analytics/compare", query)


def ids(project: Project, *labels: str) -> str:
    by_label = {target.label: str(target.pk) for target in project.targets.all()}
    return ",".join(by_label[label] for label in labels)


def test_targets_are_compared_with_the_first(project: Project) -> None:
    found = compared(project, target_id=ids(project, "Old", "New", "Few")).json()
    assert (found["by"], found["counted_from"]) == ("targets", "rollups")
    assert [(part["name"], part["total_results"]) for part in found["parts"]] == [("Old", 50), ("New", 50), ("Few", 3)]
    assert found["parts"][0]["positive"] == {"share": 0.8, "low": 0.6696, "high": 0.8876}
    assert found["parts"][1]["emotions"]["anger"] == 30
    new, few = found["differences"]
    assert new == {
        "key": found["parts"][1]["key"],
        "total_results": 0,
        "avg_sentiment_score": -1.0088,
        "avg_rating": 0.0,
        "positive_share": -0.5,
        "negative_share": 0.4,
        "positive_is_certain": True,
        "negative_is_certain": True,
        "verdict": "Fewer are positive: 30% (19% to 44%) against 80% (67% to 89%), more than chance explains. "
        "More are negative: 60% (46% to 72%) against 20% (11% to 33%), more than chance explains.",
    }
    assert few["verdict"] == "Fewer than 20 reviews with a label on one side: too few to say anything."
    assert (few["negative_share"], few["negative_is_certain"]) == (0.8, False)


def test_periods_are_compared_with_the_days_before_or_with_others(project: Project) -> None:
    week = {"by": "periods", "date_from": "2026-03-09", "date_to": "2026-03-15", "platform": "reddit"}
    found = compared(project, **week).json()
    names = [(part["key"], part["name"], part["total_results"]) for part in found["parts"]]
    assert names == [("other", "Mar 2, 2026 to Mar 8, 2026", 32), ("asked", "Mar 9, 2026 to Mar 15, 2026", 32)]
    assert found["differences"][0]["verdict"] == "What differs may well be chance."
    other = compared(project, **week, other_from="2026-03-02", other_to="2026-03-02", search="positive").json()
    assert [part["total_results"] for part in other["parts"]] == [18, 20]
    assert other["counted_from"] == "reviews"


def test_those_with_most_reviews_come_where_none_is_named(project: Project) -> None:
    assert [part["name"] for part in compared(project).json()["parts"]] == ["Thread", "Old", "New", "Few"]
    empty = compared(make_project(project.owner)).json()
    assert (empty["parts"], empty["differences"]) == ([], [])
    found = compared(project, by="platforms").json()
    assert [(part["key"], part["total_results"]) for part in found["parts"]] == [("steam", 103), ("reddit", 64)]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"by": "moods"}, "/by"),
        ({"by": "periods"}, "/date_from"),
        ({"by": "periods", "other_from": "soon"}, "/other_from"),
        ({"by": "periods", "other_from": "2026-03-02", "other_to": "2026-03-01"}, "/other_to"),
        ({"by": "platforms", "platform": "steam"}, "/platform"),
        ({"by": "platforms", "other_from": "2026-03-02"}, "/by"),
    ],
)
def test_what_cannot_be_compared_is_named(project: Project, query: dict[str, str], pointer: str) -> None:
    answer = compared(project, **query)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize("query", ["", "?by=targets", "?by=periods"])
def test_the_page_asks_what_to_compare(project: Project, browser: Client, query: str) -> None:
    answer = browser.get(reverse("results:compare", args=[project.pk]) + query)
    assert (answer.status_code, "parts" in answer.context) == (200, False)


@pytest.mark.parametrize(
    "query",
    [
        "by=targets&target_id={old}&target_id={new}",
        "by=targets&target_id={old}&target_id={new}&target_id={few}&sentiment=negative,very_negative",
        "by=platforms",
        "by=periods&date_from=2026-03-09&date_to=2026-03-15&emotion=joy,anger",
    ],
)
def test_every_mark_of_the_page_opens_exactly_its_reviews(project: Project, browser: Client, query: str) -> None:
    old, new, few = ids(project, "Old", "New", "Few").split(",")
    answer = browser.get(f"{reverse('results:compare', args=[project.pk])}?{query.format(old=old, new=new, few=few)}")
    parts, sides = answer.context["parts"], answer.context["sides"]
    for part, url in parts:
        assert total(browser, url) == part.tally.total
    for row in sides.rows:
        assert total(browser, row.url) == int(row.cells[0])
    for mark in sides.marks:
        assert mark.label.endswith(f", {total(browser, mark.url)} reviews"), mark
    emotions = answer.context["emotions"]
    for number, (part, _) in enumerate(parts):
        if len(parts) == 2:  # an emotion in a row, a part in a column
            counted = [total(browser, row.urls[number]) for row in emotions.rows]
        else:
            counted = [total(browser, url) for url in emotions.rows[number].urls]
        assert counted == [n for emotion, n in part.tally.emotions.items() if emotion != "neutral"]


def total(browser: Client, url: str) -> int:
    if not url:
        return 0
    found: int = browser.get(url).context["overview"].total
    return found


def test_the_page_says_what_is_wrong_and_what_takes_too_long(
    project: Project, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = reverse("results:compare", args=[project.pk])
    one = browser.get(page, {"target_id": ids(project, "Old")})
    assert (one.status_code, one.context["problems"]) == (422, ["Target: Choose 2 to 5 to compare."])
    count_slowly(monkeypatch)
    slow = browser.get(page, {"by": "platforms", "language": "en"})
    assert "Narrow its days" in slow.context["problems"][0]

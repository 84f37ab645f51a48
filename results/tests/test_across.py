"""Whole projects side by side."""

from typing import Any

import pytest
from bson import ObjectId
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import api_of, browser_of, make_user
from projects.models import Project
from projects.tests.factories import make_project
from results.models import Result
from results.tests.factories import make_target
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module
from results.tests.test_comparing import DAY, fill, total

PAGE, PATH = "/projects/compare/", "/api/v1/projects/compare"


@pytest.fixture(scope="module")
def projects(db: None) -> list[Project]:
    """Kettles, Pans (in three labels) and Lids (archived), made once: the tests of this module only read."""
    kettles = make_project(name="Kettles")
    pans = make_project(kettles.owner, name="Pans", sentiment_classes=3)
    lids = make_project(kettles.owner, name="Lids")
    fill(make_target(kettles, "steam"), {"very_positive joy": 40, "negative anger": 10}, after=0 * DAY)
    fill(make_target(kettles, "reddit"), {"negative anger": 4}, after=7 * DAY)
    fill(make_target(pans, "steam"), {"positive joy": 15, "very_negative anger": 30, "neutral fear": 5}, after=0 * DAY)
    fill(make_target(lids, "steam"), {"positive": 3}, after=0 * DAY)
    lids.archive()
    Result.objects.filter(project_id=pans.pk).update(engine="llm:groq/qwen")
    return [kettles, pans, lids]


@pytest.fixture
def browser(projects: list[Project]) -> Client:
    return browser_of(projects[0].owner)


def ids(projects: list[Project]) -> str:
    return ",".join(str(project.pk) for project in projects)


def compared(projects: list[Project], **query: Any) -> Any:
    return api_of(projects[0].owner).get(PATH, {"project_id": ids(projects), **query})


def test_projects_are_compared_with_the_first(projects: list[Project]) -> None:
    found = compared(projects, date_to="2026-03-08").json()
    assert (found["by"], found["counted_from"]) == ("projects", "rollups")
    parts = [(part["name"], part["total_results"], part["sentiment_distribution"]) for part in found["parts"]]
    assert parts == [
        ("Kettles", 50, {"positive": 40, "neutral": 0, "negative": 10}),
        ("Pans", 50, {"positive": 15, "neutral": 5, "negative": 30}),
        ("Lids", 3, {"positive": 3, "neutral": 0, "negative": 0}),
    ]
    pans, lids = found["differences"]
    assert pans["key"] == str(projects[1].pk)
    assert (pans["positive_share"], pans["positive_is_certain"]) == (-0.5, True)
    assert pans["verdict"].startswith("Fewer are positive: 30% (19% to 44%) against 80% (67% to 89%)")
    assert lids["verdict"] == "Fewer than 20 reviews with a label on one side: too few to say anything."
    assert found["notices"] == [
        "Kettles and Lids have five labels and the others three: all are shown in three.",
        "Kettles and Lids were read by scripted-1; Pans was read by llm:groq/qwen: "
        "what differs may be the engines' doing.",
    ]


def test_what_is_alike_needs_no_notice_and_keeps_its_labels(projects: list[Project]) -> None:
    found = compared([projects[2], projects[0]], platform="steam").json()
    assert [(part["name"], part["total_results"]) for part in found["parts"]] == [("Lids", 3), ("Kettles", 50)]
    assert found["parts"][1]["sentiment_distribution"]["very_positive"] == 40
    assert found["notices"] == []


def test_what_cannot_be_compared_is_named(projects: list[Project]) -> None:
    stranger, nowhere = make_project(), ObjectId()
    own = ids(projects[:2])
    for query, said in (
        ({"project_id": ids(projects[:1])}, {"/project_id": "Choose 2 to 5 to compare."}),
        ({"project_id": f"{own},{stranger.pk}"}, {"/project_id": f"You have no project {stranger.pk}."}),
        ({"project_id": f"{own},{nowhere}"}, {"/project_id": f"You have no project {nowhere}."}),
        ({"project_id": "kettles"}, {"/project_id": "“kettles” is not an id: ids have 24 hexadecimal digits."}),
        (
            {"project_id": own, "date_from": "2026-03-01T12:00:00Z"},
            {"/date_from": "Use a whole day, such as 2026-03-01."},
        ),
        ({"project_id": own, "date_to": ""}, {"/date_to": "Say something, or leave it out."}),
        ({"project_id": own, "search": "lid"}, {"/search": "There is no such query parameter."}),
    ):
        answer = api_of(projects[0].owner).get(PATH, query)
        errors = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
        assert (answer.status_code, errors) == (422, said)


def test_however_many_projects_there_are_the_database_is_asked_as_often(
    projects: list[Project], django_assert_num_queries: Any
) -> None:
    browser, own = browser_of(projects[0].owner), ids(projects)
    browser.get(PAGE)
    counted = []
    for chosen in (ids(projects[:2]), own):
        with django_assert_num_queries(1000, exact=False) as asked:
            browser.get(PAGE, {"project_id": chosen})
        counted.append(len(asked))
    assert counted[0] == counted[1] < 12


def test_every_mark_of_the_page_opens_its_reviews_in_its_own_project(projects: list[Project], browser: Client) -> None:
    for chosen in (projects[:2], projects):
        context = browser.get(PAGE, {"project_id": ids(chosen), "date_to": "2026-03-08"}).context
        for (part, url), project in zip(context["parts"], chosen, strict=True):
            assert (total(browser, url), str(project.pk) in url) == (part.tally.total, True)
        for mark in context["sides"].marks:
            assert mark.label.endswith(f", {total(browser, mark.url)} reviews"), mark
        assert context["sides"].marks
        for number, (part, _) in enumerate(context["parts"]):
            rows = context["emotions"].rows
            urls = [row.urls[number] for row in rows] if len(chosen) == 2 else rows[number].urls
            felt = [n for emotion, n in part.tally.emotions.items() if emotion != "neutral"]
            assert [total(browser, url) for url in urls] == felt


def test_the_page_offers_ones_own_projects(projects: list[Project], browser: Client) -> None:
    make_project(name="Somebody else's")
    page = browser.get(PAGE)
    assert [project.name for project in page.context["others"]] == ["Lids", "Pans", "Kettles"]
    assert "parts" not in page.context
    one = browser.get(PAGE, {"project_id": ids(projects[:1])})
    assert "Choose another project to compare “Kettles” with." in one.content.decode()
    found = browser.get(PAGE, {"project_id": ids(projects[:1]), "search": "lid"})
    assert [project.name for project in found.context["chosen"] + found.context["others"]] == ["Kettles", "Lids"]
    many = [make_project(owner) for owner in [make_user()] * 6]
    ticked = browser_of(many[0].owner).get(PAGE, {"project_id": ids(many)})
    assert (ticked.status_code, ticked.context["problems"]) == (422, ["Choose 2 to 5 to compare."])
    assert ticked.context["chosen"] == many
    wrong = browser.get(PAGE, {"project_id": str(ObjectId())})
    assert (wrong.status_code, wrong.context["problems"][0][:19]) == (422, "You have no project")
    assert "No projects yet" in browser_of(make_user()).get(PAGE).content.decode()


def test_ways_lead_to_the_page(projects: list[Project], browser: Client) -> None:
    assert f'href="{PAGE}"' in browser.get("/projects/").content.decode()
    one = browser.get(reverse("results:compare", args=[projects[0].pk])).content.decode()
    assert f'href="{PAGE}?project_id={projects[0].pk}"' in one

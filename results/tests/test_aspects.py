import json
import re
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any

import pytest
from bson import ObjectId
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import api_of, browser_of
from projects.config import Config, defaults
from projects.declarations import overlay
from projects.models import Project
from projects.tests.factories import make_project
from results import ingest, paging
from results.analysis.aspects import Finder
from results.analysis.lexicon import lexicon_of
from results.analysis.packs import get_pack
from results.aspects import aspects_of, finder_for, read_aspect
from results.aspects_counted import AspectCounting
from results.counting import Reviews
from results.filters import ResultFilter
from results.models import Result
from results.tests.factories import START, ScriptedEngine, make_item, make_target, store
from sentimatrix_studio.mongo.transaction import in_transaction

FINDER = Finder(lexicon_of(get_pack("game").aspects), ScriptedEngine())
SAID = [
    *(
        "positive story but negative crash",
        "very_positive story",
        "negative crash",
        "very_negative crash. neutral price",
    ),
    *("neutral", "positive music", "very_positive music and story", "unsupported_language story", "negative price"),
]


def wanting(**analysis: Any) -> Config:
    return overlay(defaults(), {"analysis": {"aspects": True, **analysis}})


def make_aspects(project: Project | None = None, texts: list[str] = SAID) -> Project:
    """Reviews of two platforms, a day apart, searched for the aspects of games."""
    project = project or make_project(config=wanting(aspect_pack="game"))
    for number, platform in enumerate(("steam", "reddit")):
        items = [
            make_item(n, text, published_at=START + timedelta(days=n))
            for n, text in enumerate(texts)
            if n % 2 == number
        ]
        pending = store(make_target(project, platform), *items).pending
        findings = ingest.analyse(pending, ScriptedEngine(), aspects=FINDER)
        in_transaction(partial(ingest.record, findings))
    return project


@pytest.fixture
def project(db: None) -> Project:
    return make_aspects()


def figures(project: Project, **query: Any) -> dict[str, dict[str, Any]]:
    answer = api_of(project.owner).get(f"/api/v1/projects/{project.pk}/results/analytics/aspects", query)
    assert answer.status_code == 200, answer.content
    return {one["aspect"]: one for one in answer.json()}


def listed(project: Project, **query: Any) -> list[dict[str, Any]]:
    answer = api_of(project.owner).get(f"/api/v1/projects/{project.pk}/results", {"page_size": 100, **query})
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    assert answer.json()["total"] == len(items)
    return items


def test_impact_is_what_the_mean_loses_without_those_that_mention_it(project: Project) -> None:
    for query in ({}, {"platform": "steam"}, {"date_from": "2026-03-03"}, {"state": "analysed"}):
        scored = [one for one in listed(project, **query) if one["analysis"]["sentiment"]]
        found = figures(project, **query)
        assert {one["aspect"] for it in scored for one in it["analysis"]["aspects"]} == set(found)
        for aspect, said in found.items():
            mentions = [aspect in [one["aspect"] for one in it["analysis"]["aspects"]] for it in scored]
            scores = [it["analysis"]["sentiment"]["score"] for it in scored]
            rest = [score for score, does in zip(scores, mentions, strict=True) if not does]
            without = sum(scores) / len(scores) - sum(rest) / len(rest)
            assert said["impact"] == pytest.approx(without, abs=1e-9)
            assert said["count"] == sum(mentions)


def test_figures_name_the_sides_and_quote_what_most_say(project: Project) -> None:
    story, stability = (figures(project)[name] for name in ("story", "stability"))
    assert [story[name] for name in ("count", "positive", "neutral", "negative", "avg_score")] == [3, 3, 0, 0, 0.7667]
    assert [one["quote"] for one in story["quotes"]] == ["very_positive music and story", "very_positive story"]
    assert stability["impact"] < 0 < story["impact"]
    quoted = (
        api_of(project.owner).get(f"/api/v1/projects/{project.pk}/results/{stability['quotes'][0]['result_id']}").json()
    )
    assert stability["quotes"][0]["quote"] in quoted["content"]["text"]


def test_the_impact_of_what_every_review_mentions_is_unknown(db: None) -> None:
    assert figures(make_aspects(texts=["positive story", "negative story"]))["story"]["impact"] is None


def test_a_filter_that_roll_ups_do_not_know_is_counted_alike(project: Project) -> None:
    everything = AspectCounting(project, ResultFilter())
    looked_at = AspectCounting(project, ResultFilter(state=("analysed", "unsupported_language")))
    assert everything.tally() == looked_at.tally()
    assert everything.tally_by_platform() == looked_at.tally_by_platform()
    assert everything.tally_by_period("week") == looked_at.tally_by_period("week")


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        ("stability", [SAID[0], SAID[2], SAID[3]]),
        ("price:negative", [SAID[8]]),
        ("price:neutral,stability:positive", [SAID[3]]),
        ("price:negative,story", [SAID[0], SAID[1], SAID[6], SAID[8]]),
        ("nothing", []),
    ],
)
def test_reviews_are_filtered_by_aspect_and_by_what_they_say_of_it(
    project: Project, asked: str, texts: list[str]
) -> None:
    assert sorted(one["content"]["text"] for one in listed(project, aspect=asked)) == sorted(texts)
    export = api_of(project.owner).get(
        f"/api/v1/projects/{project.pk}/results/export", {"format": "jsonl", "aspect": asked}
    )
    rows = [json.loads(line) for line in b"".join(export).decode().splitlines()]
    assert sorted(row["text"] for row in rows) == sorted(texts)
    assert all(row["aspects"] for row in rows)


def test_an_odd_aspect_is_refused_and_never_an_operator(project: Project) -> None:
    for odd in ("x" * 41, "story:bad", "a:b:negative"):
        answer = api_of(project.owner).get(f"/api/v1/projects/{project.pk}/results", {"aspect": odd})
        assert answer.json()["errors"][0]["pointer"] == "/aspect", odd
    assert listed(project, aspect="$ne") == []


def test_a_page_of_an_aspect_reads_hardly_more_than_itself(db: None) -> None:
    project = make_aspects(texts=["neutral", "positive story", "negative crash"] * 60)
    for asked in ("story", "story:positive"):
        rows = ResultFilter.parse(project, QueryDict(f"aspect={asked}")).queryset(project)
        plan = json.loads(paging.ordered(rows, None)[:21].explain(verbosity="executionStats"))
        assert plan["executionStats"]["totalDocsExamined"] <= 21
    assert Reviews(project, ResultFilter(aspect=("story",))).tally().total == 60


def test_every_mark_of_the_page_opens_exactly_its_reviews(project: Project) -> None:
    client = browser_of(project.owner)
    page = client.get(reverse("results:aspects", args=[project.pk])).content.decode()
    assert "What is praised" in page
    assert "“very_positive story”" in page
    marks = re.findall(r'<a href="([^"]+)"[^>]*><title>([^<]+)</title>', page)
    impact = {label: url for url, label in marks if "Impact in points" in label}
    assert len(impact) == len(figures(project))
    for label, url in impact.items():
        assert reviews_at(client, url) == int(re.findall(r"Reviews (\d+)", label)[0]), label
    for url, label in marks:
        if counted := re.search(r"(\d+) reviews$", label):
            assert reviews_at(client, url) == int(counted[1]), label


def reviews_at(client: Client, url: str) -> int:
    return client.get(unescape(url)).content.decode().count('class="review"')


def test_the_page_says_how_to_turn_aspects_on_and_to_have_reviews_read_again(db: None) -> None:
    off, on = make_project(), make_project(config=wanting())
    for project, title in ((off, "Aspects are off"), (on, "No aspects found yet")):
        page = browser_of(project.owner).get(reverse("results:aspects", args=[project.pk])).content.decode()
        assert title in page
        assert reverse("scraping:reanalyse", args=[project.pk]) in page
    wrong = browser_of(on.owner).get(reverse("results:aspects", args=[on.pk]), {"aspect": "story:bad"})
    assert wrong.status_code == 422


def test_the_list_offers_the_aspects_of_the_project_and_says_what_is_asked_for(project: Project) -> None:
    url = reverse("results:result_list", args=[project.pk])
    page = browser_of(project.owner).get(url, {"aspect": "battle pass:negative"}).content.decode()
    assert "Battle pass, negative" in page
    assert "Stability" in page


def test_a_review_shows_what_it_says_of_which_aspect(project: Project) -> None:
    result = Result.objects.get(project=project, text=SAID[0])
    page = browser_of(project.owner).get(reverse("results:result_detail", args=[project.pk, result.pk]))
    assert "<mark>negative crash</mark>" in page.content.decode()


def test_own_aspects_stand_beside_the_packs_or_take_their_place() -> None:
    line = "Battle pass: battle pass, pass; not boarding pass, pass out"
    aspect = read_aspect(line)
    assert (aspect.name, aspect.terms) == ("Battle pass", ("battle pass", "pass"))
    assert aspect.excludes == ("boarding pass", "pass out")
    project = Project(config=wanting(aspect_pack="game", own_aspects=[line, "Story: saga"]))
    found = {it.name: it.terms for it in aspects_of(project)}
    assert found["Story"] == ("saga",)
    assert "story" not in found
    assert len(found) == len(get_pack("game").aspects) + 1
    assert finder_for(Project(config=wanting(aspects=False))) is None


@pytest.mark.parametrize(
    ("line", "is_right"),
    [
        ("Maps: map, level; not level up", True),
        ("Maps", False),
        ("Maps:", False),
        ("Maps: ; not x", False),
        (": x", False),
    ],
)
def test_own_aspects_are_checked_alike_by_page_and_api(db: None, line: str, is_right: bool) -> None:
    project = make_project()
    body = {"config": {"analysis": {"own_aspects": [line]}}}
    answer = api_of(project.owner).put(f"/api/v1/projects/{project.pk}", body)
    assert answer.status_code == (200 if is_right else 422)
    assert ObjectId.is_valid(answer.json().get("id", "")) == is_right

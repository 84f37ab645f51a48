from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from bson import ObjectId
from django.db import connection

from accounts.models import AuditEntry
from accounts.tests.answers import pointers
from accounts.tests.factories import api_of, make_user
from projects import config
from projects.choices import ProjectStatus
from projects.models import Project, Target
from projects.presets import SYSTEM
from projects.tests.factories import make_preset, make_project, make_target, settings
from projects.tests.paths import PROJECTS, path_of

pytestmark = pytest.mark.django_db

PORTAL = "https://store.steampowered.com/app/620/Portal_2/?l=german"
POST = "https://old.reddit.com/r/steam/comments/abc123/title/"


def test_a_project_is_made_with_its_defaults():
    user = make_user()
    answer = api_of(user).post(PROJECTS, {"name": "  Kettle ", "description": "Boils"})
    assert answer.status_code == 201
    body = answer.json()
    assert ObjectId.is_valid(body.pop("id"))
    assert body.pop("created_at").endswith("Z")
    assert body.pop("updated_at").endswith("Z")
    assert body == {
        "name": "Kettle",
        "description": "Boils",
        "status": "active",
        "preset": "standard",
        "product": {"name": "", "category": None, "description": "", "website": "", "competitors": []},
        "config": config.defaults(),
        "notices": [],
        "stats": {
            "total_targets": 0,
            "total_results": 0,
            "total_jobs": 0,
            "avg_sentiment": None,
            "sentiment_distribution": dict.fromkeys(
                ["very_positive", "positive", "neutral", "negative", "very_negative"], 0
            ),
            "last_scrape_at": None,
            "last_analysis_at": None,
        },
        "archived_at": None,
    }
    assert Project.objects.get().owner_id == user.pk


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "x", "description": "y" * 501}, "/description"),
        ({"name": "x", "colour": "red"}, "/colour"),
        ({"name": "x", "id": "5f0000000000000000000000"}, "/id"),
        ({"name": "x", "owner": "5f0000000000000000000000"}, "/owner"),
        ({"name": "x", "status": "error"}, "/status"),
        ({"name": "x", "config": None}, "/config"),
        ({"name": "x", "config": {"colour": {}}}, "/config/colour"),
        ({"name": "x", "config": {"limits": None}}, "/config/limits"),
        ({"name": "x", "config": {"limits": {"depth": 1}}}, "/config/limits/depth"),
        ({"name": "x", "config": {"limits": {"max_reviews_per_target": 9}}}, "/config/limits/max_reviews_per_target"),
        ({"name": "x", "config": {"limits": {"max_requests_per_day": 100.5}}}, "/config/limits/max_requests_per_day"),
        ({"name": "x", "config": {"limits": {"rate_limit_delay": 10.1}}}, "/config/limits/rate_limit_delay"),
        ({"name": "x", "config": {"llm": {"temperature": 2.1}}}, "/config/llm/temperature"),
        ({"name": "x", "config": {"llm": {"max_tokens": "500"}}}, "/config/llm/max_tokens"),
        ({"name": "x", "config": {"analysis": {"sentiment_classes": 4}}}, "/config/analysis/sentiment_classes"),
        ({"name": "x", "config": {"analysis": {"engine": None}}}, "/config/analysis/engine"),
        ({"name": "x", "config": {"analysis": {"aspects": 1}}}, "/config/analysis/aspects"),
        ({"name": "x", "config": {"scrapers": {"platforms": ["steam", "file"]}}}, "/config/scrapers/platforms/1"),
        ({"name": "x", "config": {"scrapers": {"country": "deu"}}}, "/config/scrapers/country"),
        ({"name": "x", "preset": "gone"}, "/preset"),
        ({"name": "x", "preset": None}, "/preset"),
        ({"name": "x", "preset": "custom"}, "/config"),
        ({"name": "x", "product": {"category": "toys"}}, "/product/category"),
        ({"name": "x", "product": {"website": "javascript:alert(1)"}}, "/product/website"),
        ({"name": "x", "product": {"competitors": ["a", 1]}}, "/product/competitors/1"),
        ({"name": "x", "platform_links": {"steam": [{"label": "x"}]}}, "/platform_links/steam/0/url"),
        ({"name": "x", "platform_links": {"file": []}}, "/platform_links/file"),
        (["x"], ""),
    ],
)
def test_a_bad_project_is_refused_by_the_name_of_the_field(body, pointer):
    assert pointers(api_of(make_user()).post(PROJECTS, body)) == [pointer]
    assert not Project.objects.exists()


def test_a_change_leaves_what_it_does_not_name():
    project = make_project(name="Old", description="Stays", sentiment_classes=5)
    answer = api_of(project.owner).put(path_of(project), {"name": "New", "config": {"analysis": {"sentiment": False}}})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["description"]) == ("New", "Stays")
    assert answer.json()["config"]["analysis"] == {**config.defaults()["analysis"], "sentiment": False}


def test_a_project_takes_the_settings_of_its_preset():
    user = make_user()
    api, own = api_of(user), make_preset(user, config=settings(sentiment_classes=3))
    starter, mine, changed = (
        api.post(PROJECTS, {"name": "x", **said}).json()
        for said in (
            {"preset": "starter"},
            {"preset": str(own.pk)},
            {"preset": "starter", "config": {"limits": {"max_reviews_per_target": 60}}},
        )
    )
    assert (starter["preset"], starter["config"]) == ("starter", SYSTEM["starter"].config)
    assert (mine["preset"], mine["config"]) == (str(own.pk), own.config)
    assert changed["preset"] == "custom"
    assert changed["config"]["limits"] == {**SYSTEM["starter"].config["limits"], "max_reviews_per_target": 60}
    foreign = make_preset()
    assert pointers(api.post(PROJECTS, {"name": "x", "preset": str(foreign.pk)})) == ["/preset"]


def test_a_project_is_given_back_as_it_was_read():
    project = make_project()
    api = api_of(project.owner)
    api.put(path_of(project), {"preset": "budget", "product": {"name": "Kettle", "competitors": ["Pot", "Pot", "Urn"]}})
    read = api.get(path_of(project)).json()
    assert (read["preset"], read["product"]["competitors"]) == ("budget", ["Pot", "Urn"])
    writable = {name: read[name] for name in ("name", "description", "status", "preset", "product", "config")}
    again = api.put(path_of(project), writable).json()
    assert {name: again[name] for name in writable} == writable
    assert api.put(path_of(project), {"preset": "custom"}).json()["config"] == read["config"]


def test_a_project_says_what_its_settings_want_in_vain():
    notices = api_of(make_user()).post(PROJECTS, {"name": "x", "preset": "advanced"}).json()["notices"]
    assert notices == ["Wants ScraperAPI and its key: collects directly until you enter one under “API keys”."]


def test_links_become_targets():
    user = make_user()
    links = {
        "steam": [{"url": PORTAL, "label": "Portal 2", "language": "de"}, {"url": "store.steampowered.com/app/730"}],
        "google": [{"url": "https://maps.google.com/?cid=12345678", "language": "fr"}],
    }
    made = api_of(user).post(PROJECTS, {"name": "x", "platform_links": links}).json()
    assert made["stats"]["total_targets"] == 3
    found = {target.external_id: (target.label, target.options) for target in Target.objects.filter(owner=user)}
    assert found == {"620": ("Portal 2", {"language": "de"}), "730": ("", {}), "cid:12345678": ("", {"language": "fr"})}


def test_one_bad_link_makes_no_project():
    links = {
        "amazon": [{"url": PORTAL}],
        "steam": [{"url": PORTAL, "country": "de"}, {"url": "https://store.steampowered.com/"}],
        "reddit": [{"url": POST, "client_secret": "x"}],
    }
    answer = api_of(make_user()).post(PROJECTS, {"name": "x", "platform_links": links})
    assert pointers(answer) == [
        "/platform_links/amazon/0/url",
        "/platform_links/reddit/0/client_secret",
        "/platform_links/steam/0/country",
        "/platform_links/steam/1/url",
    ]
    assert not Project.objects.exists()
    project = make_project()
    later = {"platform_links": {"steam": [{"label": "x"}]}}
    assert pointers(api_of(project.owner).put(path_of(project), later)) == ["/platform_links"]


def test_a_bad_change_changes_nothing():
    project = make_project(name="Old")
    before = Project.objects.values().get()
    assert pointers(api_of(project.owner).put(path_of(project), {"name": "New", "description": None})) == [
        "/description"
    ]
    assert Project.objects.values().get() == before


def test_deleting_archives_and_a_change_of_status_restores():
    project = make_project()
    api = api_of(project.owner)
    assert api.delete(path_of(project)).status_code == 204
    archived = api.get(path_of(project)).json()
    assert archived["status"] == "archived"
    assert archived["archived_at"].endswith("Z")
    restored = api.put(path_of(project), {"status": "active"}).json()
    assert (restored["status"], restored["archived_at"]) == ("active", None)


def test_a_project_deleted_for_good_is_gone_at_once():
    project, other = make_project(), make_project()
    target = make_target(project)
    api = api_of(project.owner)
    assert api.delete(path_of(project) + "?permanent=true").status_code == 204
    assert list(Project.objects.all()) == [other]
    assert list(Project.everything.leaving()) == [project]
    for path in (path_of(project), path_of(project, "targets"), path_of(project, "targets", target.pk)):
        assert api.get(path).status_code == 404
    assert AuditEntry.objects.get(event="project.deleted").user_id == project.owner_id


def test_a_word_that_is_no_yes_deletes_nothing():
    project = make_project()
    assert pointers(api_of(project.owner).delete(path_of(project) + "?permanent=1")) == ["/permanent"]
    project.refresh_from_db()
    assert project.status == ProjectStatus.ACTIVE


def test_the_list_is_ones_own_in_pages_newest_first():
    user = make_user()
    projects = [make_project(user) for _ in range(5)]
    make_project()
    answer = api_of(user).get(PROJECTS, {"page": 2, "page_size": 2})
    body = answer.json()
    assert [item["id"] for item in body.pop("items")] == [str(projects[2].pk), str(projects[1].pk)]
    assert body == {"total": 5, "page": 2, "page_size": 2, "pages": 3}
    links = answer["Link"].split(", ")
    assert [link.partition("; rel=")[2] for link in links] == ['"first"', '"prev"', '"next"', '"last"']
    assert links[2] == f'<http://testserver{PROJECTS}?page=3&page_size=2>; rel="next"'


def test_the_list_is_filtered_by_status_and_words():
    user = make_user()
    kettle = make_project(user, name="Kettle (v2.0)")
    make_project(user, name="Kettle", status=ProjectStatus.ARCHIVED)
    make_project(user, name="Toaster")
    names = [
        item["id"] for item in api_of(user).get(PROJECTS, {"search": "KETTLE (", "status": "active"}).json()["items"]
    ]
    assert names == [str(kettle.pk)]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("page=0", "/page"), ("page=x", "/page"), ("page_size=101", "/page_size"), ("limit=0", "/limit"),
     ("status=gone", "/status"), ("sort=name", "/sort"), ("permanent=true", "/permanent")],
)  # fmt: skip
def test_a_bad_query_is_refused_by_the_name_of_the_parameter(query, pointer):
    assert pointers(api_of(make_user()).get(f"{PROJECTS}?{query}")) == [pointer]


def test_limit_is_another_name_for_the_size_of_a_page():
    user = make_user()
    make_project(user)
    assert api_of(user).get(PROJECTS, {"limit": 7}).json()["page_size"] == 7


def test_requests_are_counted_exactly_and_by_day(monkeypatch):
    project = make_project(config=settings(limits={"max_requests_per_day": 10}))

    def ask(_):
        try:
            return Project.objects.get(pk=project.pk).count_request()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(ask, range(15))) == 10
    monkeypatch.setattr("projects.models.projects.timezone.now", lambda: datetime(2999, 1, 1, tzinfo=UTC))
    assert project.count_request()

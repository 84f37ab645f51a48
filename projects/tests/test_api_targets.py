from concurrent.futures import ThreadPoolExecutor

import pytest
from bson import ObjectId
from django.db import connection

from accounts.tests.answers import pointers
from accounts.tests.factories import api_of
from projects.choices import TargetStatus
from projects.models import Project, Target
from projects.options import Wanted
from projects.platforms import detect
from projects.tests.factories import make_project, make_target
from projects.tests.paths import path_of

pytestmark = pytest.mark.django_db
PORTAL = "https://store.steampowered.com/app/620/Portal_2/?l=german"
POST = "https://old.reddit.com/r/steam/comments/abc123/title/"


def test_a_target_is_made_from_its_address():
    project = make_project()
    answer = api_of(project.owner).post(path_of(project, "targets"), {"url": PORTAL, "label": "Portal 2"})
    assert answer.status_code == 201
    body = answer.json()
    assert ObjectId.is_valid(body.pop("id"))
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "project_id": str(project.pk),
        "url": "https://store.steampowered.com/app/620/",
        "label": "Portal 2",
        "platform": "steam",
        "detected_type": "game",
        "external_id": "620",
        "options": {},
        "status": "active",
        "error_message": "",
        "coverage": {"collected": 0, "reported_total": None, "outcome_code": None},
        "stats": {"results_count": 0, "last_scraped_at": None, "last_result_date": None},
    }


def test_a_target_that_is_already_there_is_returned_as_it_is():
    project = make_project()
    api = api_of(project.owner)
    first = api.post(path_of(project, "targets"), {"url": PORTAL, "label": "Portal 2"}).json()
    again = api.post(path_of(project, "targets"), {"url": PORTAL, "label": "Other", "options": {"language": "en"}})
    assert (again.status_code, again.json()) == (200, first)
    assert Target.objects.count() == 1


def test_many_targets_come_back_in_the_order_given():
    project, other = make_project(), make_project()
    make_target(other, platform="reddit", detected_type="post", external_id="abc123")
    api = api_of(project.owner)
    api.post(path_of(project, "targets"), {"url": POST})
    body = {"urls": [PORTAL, POST, "trustpilot.com/review/a.example", PORTAL], "options": {"language": "de"}}
    answer = api.post(path_of(project, "targets", "bulk"), body)
    assert answer.status_code == 201
    assert [target["external_id"] for target in answer.json()] == ["620", "abc123", "a.example", "620"]
    assert [target["options"] for target in answer.json()] == [
        {"language": "de"},
        {},
        {"language": "de"},
        {"language": "de"},
    ]
    assert project.targets.count() == 3


def test_one_bad_line_stores_nothing_and_every_bad_line_is_named():
    project = make_project()
    urls = [PORTAL, "https://evilamazon.com/dp/B000000000", POST, "http://169.254.169.254/", None]
    answer = api_of(project.owner).post(path_of(project, "targets", "bulk"), {"urls": urls})
    assert pointers(answer) == ["/urls/1", "/urls/3", "/urls/4"]
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"urls": []}, "/urls"),
        ({"urls": [PORTAL] * 501}, "/urls"),
        ({"urls": [PORTAL], "options": {"depth": 3}}, "/options/depth"),
        ({"urls": [PORTAL, POST], "options": {"country": "de"}}, "/options/country"),
        ({"urls": [PORTAL, POST], "options": {"language": "klingon"}}, "/options/language"),
        ({"urls": [PORTAL], "label": "x"}, "/label"),
        ({"urls": PORTAL}, "/urls"),
    ],
)
def test_a_bad_bulk_is_refused(body, pointer):
    project = make_project()
    assert pointers(api_of(project.owner).post(path_of(project, "targets", "bulk"), body)) == [pointer]


def test_an_address_is_checked_without_adding_it():
    project = make_project()
    check = path_of(project, "targets", "check")
    api = api_of(project.owner)
    portal = {"platform": "steam", "detected_type": "game", "external_id": "620", "options": {}}
    portal["url"] = "https://store.steampowered.com/app/620/"
    assert api.post(check, {"url": PORTAL}).json() == {**portal, "already_there": False, "notices": []}
    assert not Target.objects.exists()
    make_target(project, external_id="620")
    assert api.post(check, {"url": PORTAL}).json() == {**portal, "already_there": True, "notices": []}
    assert pointers(api.post(check, {"url": "https://example.org/"})) == ["/url"]


def test_a_target_is_labelled_and_paused():
    target = make_target(options={"language": "de"})
    api, path = api_of(target.owner), path_of(target.project, "targets", target.pk)
    assert api.put(path, {"label": "New", "status": "paused"}).status_code == 200
    target.refresh_from_db()
    assert (target.label, target.status, target.options) == ("New", TargetStatus.PAUSED, {"language": "de"})
    assert api.put(path, {"options": {"language": "fr"}}).json()["options"] == {"language": "fr"}
    assert api.put(path, {"options": {"language": ""}}).json()["options"] == {}


def test_how_a_file_is_read_is_not_changed_behind_its_back():
    options = {"format": "csv", "quote": "", "platform": "trustpilot"}
    target = make_target(platform="trustpilot", detected_type="file", options=options)
    api, path = api_of(target.owner), path_of(target.project, "targets", target.pk)
    assert pointers(api.put(path, {"options": {"country": "de"}})) == ["/options/country"]
    assert api.put(path, {"label": "Mine", "options": {}}).status_code == 200
    target.refresh_from_db()
    assert (target.label, target.options) == ("Mine", options)


@pytest.mark.parametrize("name", ["country", "sort_by", "client_id"])
def test_a_target_takes_no_option_its_platform_does_not_understand(name):
    target = make_target()
    path = path_of(target.project, "targets", target.pk)
    assert pointers(api_of(target.owner).put(path, {"options": {name: "de"}})) == [f"/options/{name}"]
    assert pointers(api_of(target.owner).put(path, {"options": {"language": "english"}})) == ["/options/language"]


@pytest.mark.parametrize("body", [{"url": PORTAL}, {"platform": "reddit"}, {"status": "error"}, {"label": None}])
def test_what_makes_a_target_what_it_is_cannot_change(body):
    target = make_target()
    before = Target.objects.values().get()
    assert pointers(api_of(target.owner).put(path_of(target.project, "targets", target.pk), body)) == [
        f"/{next(iter(body))}"
    ]
    assert Target.objects.values().get() == before


def test_a_target_is_deleted():
    target = make_target()
    other = make_target(target.project)
    assert api_of(target.owner).delete(path_of(target.project, "targets", target.pk)).status_code == 204
    assert list(Target.objects.all()) == [other]


def test_a_target_is_only_found_in_its_project():
    target = make_target()
    other = make_project(target.owner)
    assert api_of(target.owner).get(path_of(other, "targets", target.pk)).status_code == 404


def test_two_at_once_add_the_same_target_once():
    project = make_project()

    def add(_):
        try:
            wanted = [Wanted(detect(PORTAL)), Wanted(detect(POST))]
            return Project.objects.get(pk=project.pk).add_targets(wanted)[0].target.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(add, range(8)))) == 1
    assert project.targets.count() == 2

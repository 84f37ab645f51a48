from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.tests.factories import api_of, browser_of
from projects.models import Project
from projects.tests.factories import make_project
from results import marking
from results.models import Marker
from results.tests.factories import START, make_item, make_results, make_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """Three reviews in the week before the second Monday of March, two good ones in the week from then on."""
    project = make_project()
    moods = {-7: "negative", -6: "negative", -1: "positive", 0: "positive", 6: "very_positive", 7: "negative"}
    make_results(make_target(project), *(
        make_item(days, mood, published_at=START + timedelta(days=7 + days)) for days, mood in moods.items()
    ))  # fmt: skip
    return project


def make_marker(project: Project, name: str = "Version 2", day: date = date(2026, 3, 9)) -> Marker:
    return Marker.objects.create(owner_id=project.owner_id, project=project, name=name, day=day)


def test_a_marker_is_set_moved_and_deleted(project: Project) -> None:
    api, markers = api_of(project.owner), f"/api/v1/projects/{project.pk}/markers"
    made = api.post(markers, {"name": "Sale", "day": "2026-03-12"}, content_type="application/json")
    assert (made.status_code, made.json()["day"]) == (201, "2026-03-12")
    make_marker(project)
    assert [one["name"] for one in api.get(markers).json()["items"]] == ["Version 2", "Sale"]
    one = f"{markers}/{made.json()['id']}"
    assert api.put(one, {"day": "2026-03-01"}, content_type="application/json").json()["name"] == "Sale"
    assert [found["name"] for found in api.get(markers).json()["items"]] == ["Sale", "Version 2"]
    assert (api.delete(one).status_code, api.get(one).status_code, Marker.objects.count()) == (204, 404, 1)


@pytest.mark.parametrize(
    "body", [{"name": " ", "day": "2026-03-12"}, {"name": "x", "day": "1024-03-12"}, {"name": "x"}]
)
def test_a_marker_has_a_name_and_a_day_of_our_times(project: Project, body: dict[str, str]) -> None:
    answer = api_of(project.owner).post(f"/api/v1/projects/{project.pk}/markers", body, content_type="application/json")
    assert (answer.status_code, Marker.objects.count()) == (422, 0)


def test_a_project_has_so_many_markers_at_most(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "MOST", 1)
    make_marker(project)
    body = {"name": "Sale", "day": "2026-03-12"}
    answer = api_of(project.owner).post(f"/api/v1/projects/{project.pk}/markers", body, content_type="application/json")
    assert (answer.status_code, "at most 1 markers" in answer.json()["errors"][0]["detail"]) == (422, True)
    page = browser_of(project.owner).post(reverse("results:marker_create", args=[project.pk]), body)
    assert (page.status_code, "at most 1 markers" in page.content.decode()) == (422, True)


def test_its_effect_is_what_was_said_before_and_after(project: Project) -> None:
    marker = make_marker(project)
    path = f"/api/v1/projects/{project.pk}/markers/{marker.pk}/effect"
    found = api_of(project.owner).get(path, {"days": 7}).json()
    assert [(part["name"], part["total_results"]) for part in found["parts"]] == [
        ("Mar 2, 2026 to Mar 8, 2026", 3),
        ("Mar 9, 2026 to Mar 15, 2026", 2),
    ]
    assert found["differences"][0]["negative_share"] == -0.6667
    assert api_of(project.owner).get(path, {"days": 0}).status_code == 422


def test_markers_are_drawn_on_the_timeline_and_lead_to_before_and_after(project: Project) -> None:
    make_marker(project)
    make_marker(project, "Last week's", date(2026, 3, 16))
    make_marker(project, "Long ago", date(2020, 1, 1))
    browser = browser_of(project.owner)
    for unit in ("day", "week"):
        answer = browser.get(reverse("results:analytics", args=[project.pk]), {"unit": unit})
        pins = answer.context["report"].timeline.pins
        assert [(pin.label, pin.day) for pin in pins] == [("Version 2", "Mar 9, 2026"), ("Last week's", "Mar 16, 2026")]
    parts = browser.get(pins[0].url).context["parts"]
    assert [part.tally.total for part, _ in parts] == [3, 3]


def test_the_pages_set_change_and_delete_markers(project: Project) -> None:
    browser, pages = browser_of(project.owner), reverse("results:marker_list", args=[project.pk])
    assert "No markers yet" in browser.get(pages).content.decode()
    created = browser.post(reverse("results:marker_create", args=[project.pk]), {"name": "Sale", "day": "2026-03-12"})
    assert created["Location"] == pages
    marker = Marker.objects.get()
    edit = reverse("results:marker_edit", args=[project.pk, marker.pk])
    assert 'value="2026-03-12"' in browser.get(edit).content.decode()
    assert browser.post(edit, {"name": "", "day": "soon"}).status_code == 422
    browser.post(edit, {"name": "Summer sale", "day": "2026-03-13"})
    html = browser.get(pages).content.decode()
    assert "Summer sale" in html
    assert "Mar 13, 2026" in html
    browser.post(reverse("results:marker_delete", args=[project.pk, marker.pk]))
    assert Marker.objects.count() == 0

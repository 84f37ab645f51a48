"""Exports in the background, as their owner meets them: at the API and on the pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.factories import api_of, browser_of
from projects.models import Project
from projects.tests.factories import make_project
from results.exports import making
from results.exports.background import MOST_UNFINISHED
from results.models import Export
from results.tests.factories import make_export, make_items, make_results, make_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    cache.clear()
    project = make_project(name="Kettle")
    make_results(make_target(project), *make_items(3, text="negative anger"))
    return project


@pytest.fixture
def api(project: Project) -> APIClient:
    return api_of(project.owner)


@pytest.fixture
def browser(project: Project) -> Client:
    return browser_of(project.owner)


def path(project: Project) -> str:
    return f"/api/v1/projects/{project.pk}/results/exports"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_program_orders_waits_and_fetches(project: Project, api: APIClient) -> None:
    said = {"format": "csv", "fields": ["text"], "bom": False}
    ordered = api.post(f"{path(project)}?rating_min=2&sentiment=negative", said)
    assert ordered.status_code == 202
    one = ordered.json()
    assert (one["state"], one["url"], one["size"], one["format"]) == ("waiting", None, None, "csv")
    assert one["query"] == "sentiment=negative&rating_min=2&format=csv&bom=false&delimiter=%2C&fields=text"
    making.make_next()
    done = api.get(f"{path(project)}/{one['id']}").json()
    assert (done["state"], done["project_id"]) == ("ready", str(project.pk))
    file = api.get(done["url"])
    content = body(file)
    assert (file["Content-Type"], file["Content-Disposition"]) == (
        "text/csv; charset=utf-8",
        f'attachment; filename="{done["filename"]}"',
    )
    assert content == b"text\r\nnegative anger\r\nnegative anger\r\n"
    assert done["size"] == len(content)
    assert api.get(path(project)).json()["items"] == [done]
    assert api.delete(f"{path(project)}/{one['id']}").status_code == 204
    assert api.get(done["url"]).status_code == 404


def test_a_link_is_its_owners_and_expires(project: Project, api: APIClient) -> None:
    one = make_export(project, b"secret")
    url = api.get(f"{path(project)}/{one.pk}").json()["url"]
    assert body(api.get(url)) == b"secret"
    assert APIClient().get(url).status_code == 401
    assert api_of(make_project().owner).get(url).status_code == 404
    assert api.get(f"{path(project)}/{one.pk}/file/{make_export(project).key}").status_code == 404
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get(url).status_code == 404
    assert api.get(f"{path(project)}/{one.pk}").json()["url"] is None


def test_the_same_request_again_orders_nothing(project: Project, api: APIClient) -> None:
    first, second = (api.post(path(project), {}, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert Export.objects.count() == 1
    assert api.post(path(project), {"format": "json"}, headers={"Idempotency-Key": "k"}).status_code == 422


@pytest.mark.parametrize(
    ("query", "said", "pointer"),
    [
        ("", {"format": "pdf"}, "/format"),
        ("", {"fields": ["secret"]}, "/fields/0"),
        ("", {"delimiter": "|"}, "/delimiter"),
        ("?sentiment=angry", {}, "/sentiment"),
        ("", {"filters": {}}, "/filters"),
    ],
)
def test_what_is_wrong_with_an_order_is_named(
    project: Project, api: APIClient, query: str, said: dict[str, Any], pointer: str
) -> None:
    answer = api.post(path(project) + query, said)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not Export.objects.exists()


def test_one_too_many_is_a_conflict(project: Project, api: APIClient, browser: Client) -> None:
    codes = [api.post(path(project), {}).status_code for _ in range(MOST_UNFINISHED + 1)]
    assert codes == [202] * MOST_UNFINISHED + [409]
    page = browser.post(reverse("results:export_create", args=[project.pk]), {"format": "csv"}, follow=True)
    assert "5 exports are being made already" in page.content.decode()


def test_a_person_orders_waits_and_fetches(project: Project, browser: Client) -> None:
    menu = browser.get(reverse("results:result_list", args=[project.pk]), {"platform": "steam"}).content.decode()
    assert "Have it made in the background" not in menu  # not for three reviews
    create = reverse("results:export_create", args=[project.pk])
    page = browser.post(f"{create}?platform=steam", {"format": "jsonl"}, follow=True).content.decode()
    assert "A worker makes the file." in page
    assert ("Platform: Steam" in page, "Waiting" in page, 'hx-trigger="every 3s"' in page) == (True, True, True)
    making.make_next()
    page = browser.get(reverse("results:export_list", args=[project.pk])).content.decode()
    assert ("Ready" in page, "every 3s" in page) == (True, False)
    one = Export.objects.get()
    link = reverse("results:export_file", args=[project.pk, one.pk, one.key])
    assert link in page
    assert body(browser.get(link)).count(b"\n") == 3
    Export.objects.update(expires_at=timezone.now())
    assert "This link has expired." in browser.get(link, follow=True).content.decode()
    browser.post(reverse("results:export_delete", args=[project.pk, one.pk]))
    assert not Export.objects.exists()


def test_the_menu_offers_it_for_many(project: Project, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("results.views.lists.WORTH_IT", 3)
    page = browser.get(reverse("results:result_list", args=[project.pk]), {"platform": "steam"}).content.decode()
    assert "Have it made in the background" in page
    assert f'action="{reverse("results:export_create", args=[project.pk])}?platform=steam"' in page


def test_a_long_list_asks_the_database_as_often_as_a_short_one(
    project: Project, browser: Client, django_assert_num_queries: Any
) -> None:
    address = reverse("results:export_list", args=[project.pk])
    make_export(project)
    browser.get(address)
    with django_assert_num_queries(6):
        browser.get(address)
    for _ in range(5):
        make_export(project)
    with django_assert_num_queries(6):
        browser.get(address)

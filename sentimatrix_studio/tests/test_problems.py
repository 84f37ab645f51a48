"""What the API answers when something is wrong, and what every answer carries."""

import json
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import path
from rest_framework import serializers

from accounts.tests.factories import api_of, browser_of, make_user
from projects.tests.factories import make_project, make_target
from sentimatrix_studio import rest, urls
from sentimatrix_studio.problems import MEDIA_TYPE
from sentimatrix_studio.tests.routes import routes

PROJECTS = "/api/v1/projects"


def broken(request):
    raise RuntimeError("the password is sesame")


class BrokenView(rest.View):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request):
        return broken(request)


# The site map of the tests that need something broken.
handler500 = urls.handler500
urlpatterns = [path("api/broken", broken), path("api/broken-view", BrokenView.as_view()), *urls.urlpatterns]


def check(answer, status: int, code: str):
    """The problem as a dictionary."""
    assert (answer.status_code, answer["Content-Type"]) == (status, MEDIA_TYPE)
    body = answer.json()
    assert {"type", "title", "status", "detail", "instance", "code", "request_id"} <= set(body)
    assert (body["status"], body["code"], body["request_id"]) == (status, code, answer["X-Request-ID"])
    return body


# Shapes


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/projects", f"{PROJECTS}/xyz"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_unknown_path_is_a_problem_whatever_the_method(where, method):
    answer = getattr(Client(enforce_csrf_checks=where.startswith("/api/v1/")), method)(where)
    assert check(answer, 404, "NOT_FOUND")["instance"] == where


@pytest.mark.django_db
def test_a_missing_row_is_a_problem():
    path_of_nothing = f"{PROJECTS}/{'5f' * 12}"
    body = check(api_of(make_user()).get(path_of_nothing), 404, "NOT_FOUND")
    assert body["instance"] == path_of_nothing


@pytest.mark.django_db
def test_a_wrong_method_is_a_problem_that_names_the_right_ones():
    answer = api_of(make_user()).patch(PROJECTS, {})
    check(answer, 405, "METHOD_NOT_ALLOWED")
    assert "GET, POST" in answer["Allow"]


@pytest.mark.django_db
def test_what_is_not_json_is_a_problem():
    api = api_of(make_user())
    check(api.post(PROJECTS, "{", content_type="application/json"), 400, "VALIDATION_ERROR")
    check(api.post(PROJECTS, "name=x", content_type="application/x-www-form-urlencoded"), 415, "UNSUPPORTED_MEDIA_TYPE")
    check(api.get(PROJECTS, headers={"Accept": "text/html"}), 406, "NOT_ACCEPTABLE")


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_a_problem():
    body = json.dumps({"name": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    check(api_of(make_user()).post(PROJECTS, body, content_type="application/json"), 413, "TOO_LARGE")


@pytest.mark.parametrize("where", ["/api/broken", "/api/broken-view"])
def test_an_unexpected_error_says_nothing_of_the_inside(where, settings, caplog):
    settings.ROOT_URLCONF = __name__
    answer = Client(raise_request_exception=False).get(where)
    check(answer, 500, "INTERNAL_ERROR")
    assert b"sesame" not in answer.content
    assert "sesame" in caplog.text


@pytest.mark.django_db
def test_an_unexpected_error_of_a_page_is_a_page(settings, monkeypatch):
    monkeypatch.setattr("sentimatrix_studio.dashboard.page.project_rows", broken)
    answer = Client(raise_request_exception=False)
    answer.force_login(make_user())
    page = answer.get("/dashboard/")
    assert (page.status_code, page["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert b"sesame" not in page.content


@pytest.mark.django_db
def test_every_invalid_value_has_its_pointer():
    body = {"name": "", "config": {"analysis": {"sentiment_classes": 7, "a/b~c": 1}}}
    problem = check(api_of(make_user()).post(PROJECTS, body), 422, "VALIDATION_ERROR")
    assert [error["pointer"] for error in problem["errors"]] == [
        "/name",
        "/config/analysis/sentiment_classes",
        "/config/analysis/a~1b~0c",
    ]
    assert problem["detail"] == "3 values are not valid."


# Every route


@pytest.mark.django_db
def test_every_endpoint_refuses_a_query_parameter_it_does_not_know():
    project = make_project(make_user(is_staff=True))
    api, wrong = api_of(project.owner), {}
    endpoints = [route for route in routes() if route.is_api and route.name != "api:unknown"]
    for route in endpoints:
        for method in route.methods:
            answer = getattr(api, method)(f"{route.path(dict.fromkeys(route.parameters, project.pk))}?nonsense=1")
            if answer.status_code != 422 or answer.json()["errors"][0]["pointer"] != "/nonsense":
                wrong[route.name, method] = answer.status_code
    assert len(endpoints) > 25
    assert wrong == {}


# What every answer carries


@pytest.mark.django_db
def test_every_answer_carries_a_request_id():
    browser = browser_of(make_user())
    given = [browser.get(where)["X-Request-ID"] for where in ("/dashboard/", "/nothing/", PROJECTS, "/health/live")]
    assert len(set(given)) == 4
    assert {len(request_id) for request_id in given} == {32}


@pytest.mark.parametrize("sent", ["abc-123", "01J9.x_y", "a" * 64])
def test_a_sane_request_id_is_echoed(client, sent):
    assert client.get("/health/live", headers={"X-Request-ID": sent})["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", ["", "a" * 65, "a b", "<script>", "a\nb", "ä"])
def test_a_strange_request_id_is_replaced(client, sent):
    assert len(client.get("/health/live", headers={"X-Request-ID": sent})["X-Request-ID"]) == 32


@pytest.mark.django_db
def test_times_are_utc_whatever_the_zone_of_the_reader():
    user = make_user(timezone="Asia/Tokyo", created_at=datetime(2026, 3, 2, 12, 30, 1, 500_000, tzinfo=UTC))
    assert api_of(user).get("/api/v1/auth/me").json()["created_at"] == "2026-03-02T12:30:01.500Z"


@pytest.mark.django_db
def test_pages_show_times_in_the_zone_of_the_reader():
    for zone, words in (("Asia/Tokyo", "Mar 2, 2026, 21:30 JST"), ("UTC", "Mar 2, 2026, 12:30 UTC")):
        user = make_user(timezone=zone)
        make_target(make_project(user), last_scraped_at=datetime(2026, 3, 2, 12, 30, tzinfo=UTC))
        assert words in browser_of(user).get("/projects/").content.decode()


# The pieces


class Inner(rest.Serializer):
    known = serializers.IntegerField(required=False)
    fixed = serializers.IntegerField(read_only=True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"unknown": 1}, "There is no such field."),
        ({"fixed": 1}, "This cannot be set."),
        ({"known": None}, "This field may not be null."),
    ],
)
def test_fields_that_cannot_be_are_refused(data, words):
    serializer = Inner(data=data)
    assert not serializer.is_valid()
    assert list(serializer.errors.values()) == [[words]]


@pytest.mark.parametrize("value", ["5f", "x" * 24, 12, None, ["5f" * 12]])
def test_what_is_not_an_id_is_refused(value):
    class Named(rest.Serializer):
        id = rest.IdField()

    assert not Named(data={"id": value}).is_valid()

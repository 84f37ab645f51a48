"""What people see when something is wrong; what programs read is in test_problems.py."""

import json
from typing import Any, NoReturn

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.urls import path
from pymongo.errors import ServerSelectionTimeoutError
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.tests.factories import api_of, browser_of, make_user
from projects.tests.factories import make_project
from sentimatrix_studio import failures, urls
from sentimatrix_studio.asgi import application
from sentimatrix_studio.door import FRAME, MARK, Door
from sentimatrix_studio.problems import MEDIA_TYPE

IMPORT = "/api/v1/projects/" + "5f" * 12 + "/results/import"


def no_valkey(request: Any) -> NoReturn:
    raise RedisConnectionError("redis://:sesame@10.0.0.5 does not answer")


def no_database(request: Any) -> NoReturn:
    raise DatabaseError from ServerSelectionTimeoutError("mongodb://sesame@10.0.0.5 does not answer")


# The site map of the tests that need something broken.
handler500 = urls.handler500
BROKEN = [("no-valkey", no_valkey), ("no-database", no_database)]
urlpatterns = [path(f"{where}{name}", view) for where in ("", "api/") for name, view in BROKEN] + urls.urlpatterns


# Pages


@pytest.mark.django_db
def test_a_page_that_is_not_there_looks_like_the_others():
    answer = Client().get("/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page" in answer.content.decode()


@pytest.mark.django_db
def test_a_method_a_page_does_not_know_is_a_page_that_names_those_it_knows():
    answer = browser_of(make_user()).post("/dashboard/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert "This is not done here" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_a_page():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.c"})
    assert answer.status_code == 403
    assert "This is not allowed" in answer.content.decode()


@pytest.mark.django_db
def test_who_asks_for_costly_pages_too_often_is_told_to_wait(settings):
    settings.COSTLY_PAGES = "1/h"
    project = make_project()
    browser = browser_of(project.owner)
    cache.clear()
    export = f"/projects/{project.pk}/results/export/"
    first, second = browser.get(export), browser.get(export)
    assert (first.status_code, second.status_code) == (200, 429)
    assert "That was a little too often" in second.content.decode()
    assert int(second["Retry-After"]) > 0
    assert browser_of(make_user()).get(export).status_code == 404


@pytest.mark.parametrize("name", ["no-valkey", "no-database"])
def test_a_part_that_does_not_answer_is_said_to_be_back_soon(name, settings):
    settings.ROOT_URLCONF = __name__
    page = Client(raise_request_exception=False).get(f"/{name}")
    assert (page.status_code, page["Retry-After"]) == (503, failures.WAITS[503])
    assert "Back in a moment" in page.content.decode()
    problem = Client(raise_request_exception=False).get(f"/api/{name}")
    assert (problem.status_code, problem["Content-Type"]) == (503, MEDIA_TYPE)
    assert (problem.json()["code"], problem["Retry-After"]) == ("SERVICE_UNAVAILABLE", failures.WAITS[503])
    assert b"sesame" not in page.content + problem.content


# Bodies that are too large


def sent(
    path: str, *chunks: bytes, length: int | None = None, asgi: Any = application
) -> tuple[int, dict[str, str], bytes, int]:
    """Status, headers and body of the answer, and how many of the chunks were asked for."""
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}

    async def conversation() -> tuple[int, dict[str, str], bytes, int]:
        site = ApplicationCommunicator(asgi, scope)
        for number, chunk in enumerate(chunks, 1):
            await site.send_input({"type": "http.request", "body": chunk, "more_body": number < len(chunks)})
        start, body = await site.receive_output(timeout=60), await site.receive_output(timeout=60)
        told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        left: int = site.input_queue.qsize()
        await site.wait()
        return start["status"], told, body["body"], len(chunks) - left

    return async_to_sync(conversation)()


@pytest.mark.django_db
def test_a_body_that_announces_too_much_is_not_read():
    status, headers, body, read = sent("/api/v1/auth/login", b"{", b"}", length=10 * 2**30)
    assert (status, json.loads(body)["code"], read) == (413, "TOO_LARGE", 0)
    assert headers["connection"] == "close"
    assert headers["x-request-id"] == json.loads(body)["request_id"]
    assert "ratelimit" in headers


@pytest.mark.django_db
def test_a_body_that_says_nothing_of_its_length_is_cut_off():
    chunk = b" " * (2 * 2**20)
    status, _, body, read = sent("/api/v1/auth/login", *[chunk] * 6)
    assert (status, json.loads(body)["code"], read) == (413, "TOO_LARGE", 3)


@pytest.mark.django_db
def test_people_get_a_page_about_it():
    status, headers, body, _ = sent("/accounts/login/", b"x", length=10 * 2**30)
    assert (status, headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert b"That is too large" in body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "largest"),
    [
        (IMPORT, "UPLOAD_MAX_BYTES"),
        ("/projects/new/sources/", "UPLOAD_MAX_BYTES"),
        ("/api/v1/auth/login", "DATA_UPLOAD_MAX_MEMORY_SIZE"),
    ],
)
def test_what_is_just_small_enough_gets_in(path, largest):
    most = getattr(settings, largest) + (FRAME if largest == "UPLOAD_MAX_BYTES" else 0)
    scopes: list[Any] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        scopes.append(scope)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    for length in (most, most + 1):
        sent(path, b"x", length=length, asgi=Door(inside))
    assert [MARK in scope for scope in scopes] == [False, True]


@pytest.mark.django_db
def test_a_body_django_finds_too_large_is_said_to_be(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    page = Client().post("/accounts/login/", "login=" + "x" * 200, "application/x-www-form-urlencoded")
    assert page.status_code == 413
    problem = api_of(make_user()).post(
        "/api/v1/projects", json.dumps({"name": "x" * 200}), content_type="application/json"
    )
    assert (problem.status_code, problem.json()["code"]) == (413, "TOO_LARGE")

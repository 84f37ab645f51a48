"""Lines of the log: what they hold, and what they must not."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from pymongo.errors import AutoReconnect
from structlog.contextvars import bound_contextvars

from accounts.tests.factories import api_of, browser_of, make_user
from projects.tests.factories import make_target
from scraping import runner
from scraping.tests.factories import ScriptedSource
from sentimatrix_studio import logs
from sentimatrix_studio.urls import handler404, handler500  # noqa: F401  used by Django

logger = logging.getLogger("tests.lines")
ESCAPE = "\x1b[31m\u202e"


def broken(request: HttpRequest) -> HttpResponse:
    password = "a local variable"  # noqa: F841  of those a traceback must not show
    raise ValueError("it broke\n2026-01-01 INFO forged: line")


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns = [path("api/broken", broken, name="broken"), path("api/missing", missing, name="missing")]


class Kept(logging.Handler):
    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


@contextmanager
def kept(formatter: logging.Formatter | None = None) -> Iterator[Kept]:
    """All that is logged meanwhile, as JSON unless told otherwise."""
    handler = Kept(formatter or logs.json_lines())
    logging.getLogger().addHandler(handler)
    try:
        yield handler
    finally:
        logging.getLogger().removeHandler(handler)


def line_of(event: str, *values: object, **extra: object) -> dict[str, Any]:
    with kept() as log:
        logger.warning(event, *values, extra=extra)
    (line,) = log.read()
    return line


def test_a_line_says_when_how_bad_where_and_what():
    line = line_of("%d of %d", 1, 2, number=3, thing=object())
    assert list(line) == ["timestamp", "level", "logger", "event", "number", "request_id"]
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["logger"], line["event"]) == ("warning", "tests.lines", "1 of 2")


def test_a_line_about_earlier_wishes_names_their_request():
    with bound_contextvars(job_id="5f", request_id="abc"):
        line = line_of("collected")
    assert (line["job_id"], line["request_id"]) == ("5f", "abc")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("password=hunter2 for ada", "password=[redacted] for ada"),
        ("{'password': 'hunter2', 'name': 'ada'}", "{'password': [redacted], 'name': 'ada'}"),
        ('{"api_key": "hunter two", "n": 1}', '{"api_key": [redacted], "n": 1}'),
        ("X-Auth-Token: hunter2", "X-Auth-Token: [redacted]"),
        ("Authorization: Bearer hunter2-hunter2", "Authorization: [redacted]"),
        ("sent Bearer hunter2-hunter2 along", "sent Bearer [redacted] along"),
        ("mongodb://ada:hunter2@db:27017/?x=1", "mongodb://[redacted]@db:27017/?x=1"),
        ("key smx_hunter2hunter2 is bad", "key [redacted] is bad"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOjF9.c2ln-nat_ure", "[redacted]"),
        ("whsec_aHVudGVyMg== gsk_hunter2hunter2 sk-hunter2hunter2", "[redacted] [redacted] [redacted]"),
        ("/accounts/password/reset/key/5-abc/ and /accounts/confirm-email/xyz/",
         "/accounts/password/reset/key/[redacted]/ and /accounts/confirm-email/[redacted]/"),
        ("The tokens of ada are gone.", "The tokens of ada are gone."),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_left_out(said, written):
    assert line_of(said)["event"] == written


def test_a_value_is_left_out_by_its_name():
    line = line_of("tried", api_key="hunter2", sessionCookie="hunter2", place="https://ada:hunter2@site")
    assert (line["api_key"], line["sessionCookie"], line["place"]) == (
        "[redacted]",
        "[redacted]",
        "https://[redacted]@site",
    )


def test_a_long_text_takes_neither_room_nor_time():
    started = time.process_time()
    for piece in ("a-", "token", "://", "x", "eyJ-"):
        assert len(line_of(piece * 100_000)["event"]) <= logs.LONGEST
    assert time.process_time() - started < 1


def test_scraped_text_cannot_write_lines_of_its_own():
    said = f"review: {ESCAPE}\r\n2026-01-01T00:00:00Z INFO     root: all is well"
    with kept() as as_json, kept(logs.text_lines()) as as_text:
        logger.warning(said)
        try:
            raise ValueError(said)
        except ValueError:
            logger.exception("failed")
    assert [line.count("\n") for line in as_json.lines] == [0, 0]
    assert as_json.read()[0]["event"] == said
    first, second = as_text.lines
    assert "\n" not in first
    assert all(line.startswith("    ") for line in second.split("\n")[1:])
    assert not any(sign in line for line in as_text.lines for sign in (*ESCAPE[:1], "\u202e", "\r"))


def test_a_traceback_comes_with_no_variables(client, settings):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    with kept() as log:
        answer = client.get("/api/broken?token=in-the-query", headers={"X-Request-ID": "abc-123"})
    assert answer.status_code == 500
    error, access = log.read()
    assert (error["logger"], error["event"]) == ("django.request", "Internal Server Error: /api/broken")
    assert "ValueError: it broke" in error["exception"]
    assert "a local variable" not in error["exception"].replace('password = "a local variable"', "")
    assert error["request_id"] == access["request_id"] == "abc-123"
    assert "in-the-query" not in "".join(log.lines)


def test_each_request_has_one_line_that_names_its_route_only(client, settings):
    settings.ROOT_URLCONF = __name__
    with kept() as log:
        client.get("/api/missing?secret=1")
        client.generic("BREW", "/api/nowhere")
    found, nowhere = log.read()
    assert found.pop("ms") >= 0
    del found["timestamp"], found["request_id"]
    assert found == {
        "level": "info", "logger": "access", "event": "request", "method": "GET", "route": "missing", "status": 404,
    }  # fmt: skip
    assert (nowhere["method"], nowhere["route"]) == ("OTHER", "-")


@pytest.mark.django_db
def test_the_line_of_a_request_says_who_asked_by_id():
    user = make_user()
    with kept() as log:
        browser_of(user).get("/dashboard/")
        api_of(user).get("/api/v1/auth/me")
    assert [line["user_id"] for line in log.read() if line["logger"] == "access"] == [str(user.pk)] * 2
    assert user.email not in "".join(log.lines)


@pytest.mark.django_db
def test_the_id_of_a_request_goes_with_its_job_into_every_line_of_the_worker(monkeypatch):
    def fail() -> None:
        logger.info("on the way")
        raise RuntimeError("broken")

    monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: True)
    monkeypatch.setattr("scraping.runner.PAUSES", (timedelta(0), timedelta(0)))
    monkeypatch.setattr("scraping.collecting.get_source", lambda target: ScriptedSource(fail))
    monkeypatch.setattr("scraping.heartbeat.TICK", 0.01)
    monkeypatch.setattr("scraping.heartbeat.LOOK_EVERY", 0.0)
    monkeypatch.setattr("scraping.leases.is_held", Mock(side_effect=AutoReconnect("away")))
    project = make_target().project
    path = f"/api/v1/projects/{project.pk}/scrape"
    job = api_of(project.owner).post(path, {}, headers={"X-Request-ID": "abc-123"}).json()
    with kept() as log:
        runner.work()
    lines = log.read()
    assert {"on the way", "The database does not answer: away"} <= {line["event"] for line in lines}
    assert any("RuntimeError: broken" in line.get("exception", "") for line in lines)
    assert {(line["job_id"], line["request_id"]) for line in lines} == {(job["id"], "abc-123")}

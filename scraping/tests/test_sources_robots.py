"""What robots.txt says is done, without one everything may be read, and what cannot be told is not guessed."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from bson import ObjectId
from django.core.management import call_command
from django.db import connection

from accounts.models import AuditEntry
from integrations.outbound import OutboundRefused, Response
from projects.models import Target
from projects.tests.factories import make_project, make_target
from scraping import cluster, collecting, runner
from scraping.models import Job
from scraping.sources import robots
from scraping.sources.base import Page, Request
from scraping.sources.fetch import LONGEST_ANSWER, Fetcher
from scraping.sources.outcomes import Outcome, SourceError
from tests.standins.visits import Clock, OwnPace

RULES = """
User-agent: *
Disallow: /private/
Disallow: /*?sort=
Crawl-delay: 7

User-agent: SentimatrixStudio
Allow: /private/reviews/
Disallow: /private/
Crawl-delay: 3
"""


@dataclass
class Site:
    """Stands in for the network: one answer for robots.txt, and a good one for all else."""

    text: str = RULES
    status: int = 200
    refusal: OutboundRefused | None = None
    kind: str = "text/plain"
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, **options: Any) -> Response:
        return self.request("GET", url)

    def request(self, method: str, url: str, **options: Any) -> Response:
        self.asked.append(url)
        if not url.endswith("/robots.txt"):
            return Response(200, httpx.Headers(), b"a page", url)
        if self.refusal:
            raise self.refusal
        return Response(self.status, httpx.Headers({"content-type": self.kind}), self.text.encode(), url)


@pytest.fixture
def host() -> str:
    """One that nothing is known about yet."""
    return f"{ObjectId()}.example.org"


def rule(site: Site, url: str) -> robots.Rule:
    return robots.rule(url, site, lambda: None)  # type: ignore[arg-type]


def test_the_rules_for_us_are_found_and_the_file_is_read_once(host):
    site = Site()
    assert rule(site, f"https://{host}/reviews") == robots.Rule(True, 3.0)
    assert rule(site, f"https://{host}/private/reviews/1") == robots.Rule(True, 3.0)
    assert rule(site, f"https://{host}/private/else") == robots.Rule(False, 3.0)
    assert site.asked == [f"https://{host}/robots.txt"]


def test_who_calls_himself_otherwise_is_under_the_rules_for_all(host, settings):
    settings.USER_AGENT = "Another/1.0"
    site = Site()
    assert rule(site, f"https://{host}/private/reviews/1") == robots.Rule(False, 7.0)
    assert rule(site, f"https://{host}/reviews?sort=new") == robots.Rule(False, 7.0)


@pytest.mark.parametrize("site", [Site(status=404), Site(status=403), Site("<!doctype html><p>Hi", kind="text/html")])
def test_without_rules_everything_may_be_read(site, host):
    assert rule(site, f"https://{host}/private/else") == robots.ANYTHING


@pytest.mark.parametrize(
    ("site", "code"),
    [
        (Site(status=503), Outcome.NETWORK),
        (Site(status=429), Outcome.NETWORK),
        (Site(refusal=OutboundRefused("timeout", "example.org did not answer.", can_retry=True)), Outcome.TIMEOUT),
    ],
)
def test_where_it_cannot_be_told_nothing_is_read_and_it_is_asked_again_later(site, code, host):
    for _ in range(2):
        with pytest.raises(SourceError) as error:
            rule(site, f"https://{host}/reviews")
        assert (error.value.code, error.value.can_retry) == (code, True)
    assert len(site.asked) == 2


def test_what_is_made_for_programs_and_what_the_operator_overrides_is_not_asked_about(host, settings):
    settings.IGNORE_ROBOTS = [host]
    site = Site()
    for url in (
        f"https://{host}/private/else",
        "https://api.steampowered.com/x",
        "https://oauth.reddit.com/comments/1",
    ):
        assert rule(site, url).is_allowed
    assert site.asked == []
    rule(site, f"https://api.steampowered.com.{host}/x")
    assert len(site.asked) == 1


def test_valkey_may_be_away(host, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    site = Site()
    assert not rule(site, f"https://{host}/private/else").is_allowed


def test_the_pause_a_site_asks_for_is_kept_from_the_answer_on(host):
    clock = Clock()
    pace = OwnPace(clock)
    fetch = Fetcher(outbound=Site(), clock=clock, sleep=clock.sleep, make_pace=pace, rule=robots.rule)  # type: ignore[arg-type]
    fetch.get(f"https://{host}/1")
    fetch.get(f"https://{host}/2")
    assert pace.rates[f"robots/{host}"] == (1 / 3, 1)
    assert pace.holds == [(f"robots/{host}", seconds) for seconds in (LONGEST_ANSWER, 3.0)] * 2
    assert sum(clock.slept) == 3.0


class PageSource:
    platform = "steam"
    newest_first = True

    def __init__(self, url: str) -> None:
        self.url = url

    def pages(self, request: Request, fetch: Fetcher):
        fetch.get(self.url)
        yield Page([], "")


@pytest.mark.django_db
def test_a_disallowed_page_is_not_asked_for_and_the_target_says_so(host, monkeypatch):
    monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: True)
    site = Site()
    monkeypatch.setattr("scraping.sources.fetch.Outbound", lambda: site)
    monkeypatch.setattr(collecting, "get_source", lambda target: PageSource(f"https://{host}/private/else"))
    project = make_project()
    make_target(project)
    job = Job.objects.start(project)
    runner.work()
    job.refresh_from_db()
    assert (job.status, Target.objects.get().outcome_code) == ("failed", "robots_disallowed")
    assert site.asked == [f"https://{host}/robots.txt"]


@pytest.mark.django_db
def test_a_worker_that_is_to_ignore_them_says_so_in_the_audit_log(settings, monkeypatch):
    monkeypatch.setattr(cluster, "run", lambda: None)
    monkeypatch.setattr(connection, "close_pool", lambda: None)
    for hosts in ([], ["a.example.org", "b.example.org"]):
        settings.IGNORE_ROBOTS = hosts
        call_command("worker")
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.details) == ("robots.ignored", {"hosts": "a.example.org, b.example.org"})

"""Whole jobs with keys of their owners, over the ways that projects choose; nothing is replaced but the sites."""

import logging

import pytest
from django.db import connection

from integrations.models import Credential, Event
from integrations.tests.factories import make_credential
from projects.choices import Platform, TargetType
from projects.models import Target
from projects.tests.factories import make_project, make_target
from projects.tests.factories import settings as project_settings
from scraping import access
from scraping.choices import JobStatus
from scraping.models import Job, LogLine, Step
from scraping.tests.factories import make_company, run
from tests.standins.trustpilot import DOMAIN
from tests.standins.youtube import VIDEO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_bell")]
KEY, BAD = "good-canary-0123456789", "bad-canary-0123456789"
SITE, SERVICE = "www.trustpilot.com", "api.scraperapi.com"


def company(**scrapers) -> Target:
    return make_company(make_project(config=project_settings(analyse=False, scrapers=scrapers)), DOMAIN)


def video() -> Target:
    fields = {"platform": Platform.YOUTUBE, "detected_type": TargetType.VIDEO, "external_id": VIDEO}
    return make_target(make_project(analyse=False), **fields)


def log(job: Job) -> str:
    return " ".join(LogLine.objects.filter(job=job).values_list("message", flat=True))


def test_pages_come_through_the_service_of_the_project_with_its_owners_key(standins):
    standins.trustpilot.count = 5
    target = company(commercial_provider="scraperapi", country="de")
    make_credential(target.project.owner, "scraperapi", api_key=KEY)
    job = run(target)
    assert (job.status, job.new, job.credits_used) == (JobStatus.COMPLETED, 5, 1)
    assert "Its pages come through ScraperAPI." in log(job)
    assert standins.services.asked[0]["country_code"] == "de"
    paths = [seen.path for seen in standins.asked(SITE) if seen.path != "/robots.txt"]
    assert paths == [f"/review/{DOMAIN}"]  # by the service, which is led to the same stand-in
    assert Credential.objects.get().last_used is not None


def test_without_its_key_pages_are_asked_for_directly_and_the_log_says_so(standins):
    standins.trustpilot.count = 5
    job = run(company(commercial_provider="scraperapi"))
    assert (job.status, job.new, job.credits_used) == (JobStatus.COMPLETED, 5, 0)
    assert "There is no key for ScraperAPI, so its pages are asked for directly." in log(job)
    assert standins.asked(SERVICE) == []


def test_a_refused_key_of_a_service_is_told_to_its_owner_once_and_shown_nowhere(standins):
    target = company(commercial_provider="scraperapi")
    make_credential(target.project.owner, "scraperapi", api_key=BAD)
    standins.services.mode = "lying"
    for _ in range(2):
        job = run(target)
        assert (job.status, target.outcome_code) == (JobStatus.FAILED, "invalid_key")
    assert Credential.objects.get().is_valid is False
    assert list(Event.objects.filter(name="key.refused").values_list("facts__provider", flat=True)) == ["scraperapi"]
    said = [
        log(job),
        target.error_message,
        str(Step.objects.values_list("message")),
        str(Event.objects.values("facts")),
    ]
    assert "canary" not in " ".join(said)


def test_a_key_that_travels_in_an_address_and_is_repeated_in_errors_is_neither_kept_nor_logged(standins, caplog):
    caplog.set_level(logging.DEBUG)
    target = company(commercial_provider="scrapingbee")
    make_credential(target.project.owner, "scrapingbee", api_key=BAD)
    assert run(target).status == JobStatus.FAILED
    assert standins.asked("app.scrapingbee.com")[0].query["api_key"] == BAD
    database = connection.database  # type: ignore[attr-defined]
    kept = [str(row) for name in database.list_collection_names() for row in database[name].find()]
    assert "canary" not in caplog.text + " ".join(kept)


def test_a_key_that_is_used_up_stays_valid(standins):
    target = company(commercial_provider="scraperapi")
    make_credential(target.project.owner, "scraperapi", api_key=KEY)
    standins.services.mode = "used up"
    run(target)
    assert (target.outcome_code, Credential.objects.get().is_valid) == ("quota_exceeded", None)
    assert not Event.objects.filter(name="key.refused").exists()


def test_a_platforms_own_key_goes_to_the_platform_alone(standins):
    target = video()
    target.project.adjust({"scrapers": {"commercial_provider": "scraperapi"}})
    target.project.save_said()
    for provider in ("youtube", "scraperapi"):
        make_credential(target.project.owner, provider, api_key=KEY)
    standins.youtube.threads = 3
    assert run(target).status == JobStatus.COMPLETED
    assert {seen.host for seen in standins.requests} == {"www.googleapis.com"}


def test_a_refused_key_of_a_platform_is_told_as_well_and_none_at_all_says_what_is_needed(standins):
    target = video()
    run(target)
    assert (target.outcome_code, Event.objects.filter(name="key.refused").count()) == ("invalid_key", 0)
    assert "Enter one for YouTube" in target.error_message
    make_credential(target.project.owner, "youtube", api_key=BAD)
    run(target)
    assert Event.objects.get(name="key.refused").facts["name"] == "YouTube"


def test_a_site_that_turns_us_away_comes_with_other_ways(standins):
    standins.trustpilot.mode = "captcha"
    target = company()
    run(target)
    assert target.outcome_code == "captcha"
    assert target.error_message.endswith(access.OTHER_WAYS)


def test_a_project_that_wants_scripts_run_is_told_where_there_is_no_browser(standins, settings):
    settings.CHROMIUM = ""
    standins.trustpilot.count = 2
    job = run(company(render_js=True))
    assert (job.status, job.new) == (JobStatus.COMPLETED, 2)
    assert access.NO_BROWSER in log(job)

"""Whole jobs, from the click to the stored review, with nothing replaced but the sites."""

import pytest

from projects.choices import Platform, TargetStatus, TargetType
from projects.models import Target
from projects.tests.factories import make_project, make_target
from results.models import Result
from scraping import runner
from scraping.choices import JobStatus
from scraping.models import Job, LogLine
from tests.standins.reddit import POST
from tests.standins.steam import TOTAL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    """The test is the worker."""
    monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: True)


def game() -> Target:
    return make_target(make_project(analyse=False), external_id="440")


def post() -> Target:
    return make_target(
        make_project(analyse=False),
        platform=Platform.REDDIT,
        detected_type=TargetType.POST,
        external_id=POST,
        url=f"https://www.reddit.com/comments/{POST}/",
    )


def run(target: Target) -> Job:
    job = Job.objects.start(target.project, [target])
    runner.work()
    job.refresh_from_db()
    target.refresh_from_db()
    return job


def test_a_game_is_collected_to_its_last_review(standins):
    target = game()
    job = run(target)
    assert (job.status, job.new, job.requests_made) == (JobStatus.COMPLETED, TOTAL, 3)
    assert Result.objects.filter(target=target).count() == TOTAL
    assert (target.status, target.reported_total, target.outcome_code) == (TargetStatus.ACTIVE, TOTAL, "ok")


def test_running_again_adds_nothing(standins):
    target = game()
    run(target)
    job = run(target)
    assert (job.new, job.updated, job.unchanged) == (0, 0, TOTAL)


def test_the_log_says_that_the_feed_was_read(standins):
    job = run(post())
    assert (job.status, job.new) == (JobStatus.COMPLETED, 5)
    assert [line.message for line in LogLine.objects.filter(job=job) if "its feed was read instead" in line.message]


def test_a_captcha_fails_the_job_and_says_what_to_do(standins):
    standins.steam.mode = "captcha"
    target = game()
    job = run(target)
    assert (job.status, job.new) == (JobStatus.FAILED, 0)
    assert target.outcome_code == "captcha"
    assert target.error_message == (
        "The site asked for a proof of being human. "
        "Run again in some hours or from another network, or export the reviews and import the file."
    )


def test_a_wait_that_the_site_asks_for_delays_the_job_and_no_more(standins):
    standins.steam.service = "rate limited once"
    job = run(game())
    assert (job.status, job.new) == (JobStatus.COMPLETED, TOTAL)
    asked = standins.asked("api.steampowered.com")
    assert asked[1].at - asked[0].at >= 2.0

"""Whole jobs, from the click to the stored review, with nothing replaced but the sites."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Credential
from integrations.tests.factories import make_credential
from projects.choices import Platform, TargetStatus, TargetType
from projects.models import Project, Target
from projects.tests.factories import make_project, make_target
from results.models import Result
from scraping import progress, runner
from scraping.choices import JobStatus
from scraping.models import Job, LogLine, Step
from scraping.tests.factories import make_company, run
from tests.standins.reddit import CLIENT, POST, SECRET
from tests.standins.steam import TOTAL
from tests.standins.trustpilot import DOMAIN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_bell")]


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


def company() -> Target:
    return make_company(make_project(analyse=False), DOMAIN)


def test_a_game_is_collected_to_its_last_review(standins):
    target = game()
    job = run(target)
    assert (job.status, job.new, job.requests_made) == (JobStatus.COMPLETED, TOTAL, 3)
    assert Result.objects.filter(target=target).count() == TOTAL
    assert (target.status, target.reported_total, target.outcome_code) == (TargetStatus.ACTIVE, TOTAL, "ok")


def test_running_again_adds_nothing_and_asks_little(standins):
    target = game()
    run(target)
    job = run(target)
    assert (job.new, job.updated, job.unchanged, job.requests_made) == (0, 0, 40, 2)  # two known pages are enough


def test_what_a_site_shows_to_members_only_is_left_with_a_word_in_the_log(standins):
    standins.trustpilot.mode = "walled later"
    target = company()
    job = run(target)
    assert (job.status, job.new, target.reported_total) == (JobStatus.COMPLETED, 20, 45)
    [line] = [line.message for line in LogLine.objects.filter(job=job) if "people who are signed in" in line.message]
    assert line.endswith("Trustpilot shows further pages only to people who are signed in.")
    assert Result.objects.filter(target=target, segments__verified=True).count() == 10


def test_the_log_says_that_the_feed_was_read(standins):
    job = run(post())
    assert (job.status, job.new) == (JobStatus.COMPLETED, 5)
    assert [line.message for line in LogLine.objects.filter(job=job) if "its feed was read instead" in line.message]


def test_with_a_key_of_its_owner_a_thread_is_read_as_an_app_does(standins):
    target = post()
    make_credential(target.project.owner, "reddit", client_id=CLIENT, client_secret=SECRET)
    job = run(target)
    assert (job.status, job.new) == (JobStatus.COMPLETED, 9)
    assert [seen.host for seen in standins.requests][:2] == ["www.reddit.com", "oauth.reddit.com"]
    assert len(standins.asked("www.reddit.com")) == 1
    assert Credential.objects.get().last_used is not None


def test_a_key_that_is_not_accepted_or_somebody_elses_opens_nothing(standins):
    target = post()
    make_credential(None, "reddit", client_id=CLIENT, client_secret=SECRET)
    run(target)
    assert standins.asked("oauth.reddit.com") == []
    make_credential(target.project.owner, "reddit", client_id=CLIENT, client_secret="wrong-canary-0123456789")
    job = run(target)
    assert (job.status, target.outcome_code) == (JobStatus.FAILED, "invalid_key")
    assert "canary" not in target.error_message + " ".join(line.message for line in LogLine.objects.all())


def test_a_key_that_cannot_be_read_is_done_without(standins, settings):
    target = post()
    make_credential(target.project.owner, "reddit", client_id=CLIENT, client_secret=SECRET)
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    job = run(target)
    assert (job.status, job.new) == (JobStatus.COMPLETED, 5)
    assert standins.asked("oauth.reddit.com") == []


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


def test_where_every_way_fails_the_log_names_each(standins):
    standins.steam.service, standins.steam.store = "not found", "captcha"
    job = run(game())
    logged = [line.message for line in LogLine.objects.filter(job=job).order_by("seq")]
    ways = [line for line in logged if "no such page" in line or "being human" in line]
    assert job.status == JobStatus.FAILED
    assert ways[0].endswith("Another way was tried as well.")
    assert "being human" in ways[1]


def test_a_project_that_has_sent_its_requests_of_the_day_rests_and_goes_on_tomorrow(standins, monkeypatch):
    monkeypatch.setattr(runner, "PATIENCE", timedelta(0))
    target = game()
    target.project.config["limits"]["max_requests_per_day"] = 2
    target.project.save()
    job = run(target)
    step = job.steps.get()
    assert (job.status, job.new, step.attempts, step.outcome_code) == (JobStatus.RUNNING, 40, 0, "quota_exceeded")
    midnight = (timezone.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert step.not_before is not None
    assert midnight <= step.not_before <= midnight + timedelta(minutes=1)
    said = "Paused until midnight UTC: the project has sent the 2 requests it may send in a day."
    assert progress.snapshot(job)["status_message"] == said
    Job.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert not Job.objects.overdue().exists()
    assert standins.asked("api.steampowered.com")[2:] == []

    Step.objects.update(not_before=timezone.now())  # it is tomorrow
    Project.objects.update(requests_on="2026-01-01")
    runner.work()
    job.refresh_from_db()
    assert (job.status, job.new, job.steps.get().message) == (JobStatus.COMPLETED, TOTAL, "")

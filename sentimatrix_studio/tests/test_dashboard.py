from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import api_of, browser_of, make_user
from integrations import events
from integrations.models import Event
from projects.choices import ProjectStatus, TargetStatus
from projects.models import Project, Target
from projects.tests.factories import make_project
from results.tests.factories import make_item, make_results, make_target
from scraping.choices import JobStatus
from scraping.models import Job
from sentimatrix_studio.dashboard.changes import changes

pytestmark = pytest.mark.django_db

API = "/api/v1/dashboard"
DAY = timedelta(days=1)


def fill(target: Target, moods: dict[str, int], *, days_ago: int) -> None:
    """So many reviews of each mood, all of one day."""
    noon = datetime.now(UTC).replace(hour=0, minute=1) - days_ago * DAY
    texts = [mood for mood, number in moods.items() for _ in range(number)]
    make_results(target, *(make_item(f"{days_ago}-{n}", text, published_at=noon) for n, text in enumerate(texts)))


def fail(target: Target, *, days_ago: int = 1) -> None:
    job = Job.objects.create(owner_id=target.owner_id, project_id=target.project_id, status=JobStatus.FAILED)
    about = {"job_id": str(job.pk), "project_id": str(target.project_id), "project": target.project.name}
    what = {"target_id": str(target.pk), "label": target.label, "platform": target.platform}
    events.announce(
        "target.error",
        owner_id=target.owner_id,
        project_id=target.project_id,
        cause=str(job.pk),
        data={**about, **what, "outcome_code": "captcha", "message": "The page asks for a captcha."},
    )
    Event.objects.filter(cause=str(job.pk)).update(at=datetime.now(UTC) - days_ago * DAY)
    Target.objects.filter(pk=target.pk).update(status=TargetStatus.ERROR, outcome_code="captcha")


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def kettle(user: User) -> Project:
    """Its feeling on Steam turned this week; on Reddit little was said."""
    project = make_project(user, name="Kettle")
    steam, reddit = make_target(project, "steam"), make_target(project, "reddit")
    fill(steam, {"positive": 40, "negative": 10}, days_ago=9)
    fill(steam, {"positive": 15, "negative": 35}, days_ago=2)
    fill(reddit, {"positive": 3}, days_ago=9)
    fill(reddit, {"negative": 5}, days_ago=0)
    return project


def test_the_dashboard_says_what_all_projects_add_up_to(user: User, kettle: Project) -> None:
    make_project(user, status=ProjectStatus.PAUSED)
    fill(make_target(make_project(user, status=ProjectStatus.ARCHIVED)), {"positive": 3}, days_ago=1)
    fill(make_target(make_project()), {"positive": 3}, days_ago=1)
    old = Job.objects.create(owner=user, project=kettle, status=JobStatus.COMPLETED)
    Job.objects.filter(pk=old.pk).update(created_at=datetime.now(UTC) - 2 * DAY)
    Job.objects.create(owner=user, project=kettle, status=JobStatus.RUNNING)
    fail(kettle.targets.get(platform="reddit"))
    found = api_of(user).get(API).json()
    jobs, activity = found.pop("recent_jobs"), found.pop("recent_activity")
    assert found == {
        "total_projects": 2,
        "active_projects": 1,
        "total_targets": 2,
        "total_results": 108,
        "total_scrape_jobs": 3,
        "jobs_last_24h": 2,
        "results_last_7_days": 55,
        "avg_sentiment_score": 0.037,
        "sentiment_distribution": {"positive": 58, "neutral": 0, "negative": 50},
        "platform_distribution": {"steam": 100, "reddit": 8},
    }
    assert [job["status"] for job in jobs] == ["failed", "running", "completed"]
    assert [(one["event"], one["title"]) for one in activity] == [("target.error", "Target failed: reddit page")]
    assert activity[0]["url"] == reverse("scraping:job_detail", args=[kettle.pk, jobs[0]["id"]])


def test_a_dashboard_without_projects_is_all_zero(user: User) -> None:
    found = api_of(user).get(API).json()
    assert (found["total_projects"], found["total_results"], found["avg_sentiment_score"]) == (0, 0, None)
    assert found["recent_jobs"] == found["recent_activity"] == []


def test_what_changed_this_week_is_said_in_words_with_what_is_behind_it(user: User, kettle: Project) -> None:
    found = api_of(user).get(f"{API}/summary").json()
    assert (found["this_week"]["total_results"], found["week_before"]["total_results"]) == (55, 53)
    assert found["this_week"]["sentiment_distribution"] == {"positive": 15, "neutral": 0, "negative": 40}
    (change,) = found["changes"]
    assert change["text"] == "Kettle: 73% of 55 reviews are negative, up from 19% of 53 the week before."
    assert (change["kind"], change["now"], change["before"], change["is_up"]) == ("negative", 0.7273, 0.1887, True)
    assert browser_of(user).get(change["url"]).context["overview"].total == 40


def test_a_platform_is_named_where_only_it_has_changed(user: User) -> None:
    project = make_project(user, name="Kettle")
    steam, reddit = make_target(project, "steam"), make_target(project, "reddit")
    for days_ago, number in ((9, 20), (2, 60)):
        fill(steam, {"positive": 300}, days_ago=days_ago)
        fill(reddit, {"neutral": number}, days_ago=days_ago)
    (change,) = [one for one in changes(user, [project.pk]) if one.kind == "volume" and one.platform]
    assert change.words == "Kettle on Reddit: 60 reviews, up from 20 the week before."
    assert browser_of(user).get(change.url).context["overview"].total == 60


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"positive": 19}, {"negative": 19}),  # too few to say anything
        ({"positive": 30, "negative": 20}, {"positive": 25, "negative": 25}),  # chance
        ({"positive": 25}, {"positive": 34}),  # no more than may happen
    ],
)
def test_nothing_is_claimed_on_too_few_reviews(user: User, before: dict[str, int], now: dict[str, int]) -> None:
    target = make_target(make_project(user))
    fill(target, before, days_ago=9)
    fill(target, now, days_ago=2)
    assert changes(user, [target.project_id]) == []


def test_targets_that_fail_since_this_week_come_first(user: User, kettle: Project) -> None:
    lately, long_since, mended = (make_target(kettle, "steam", label=name) for name in ("Lately", "Long", "Mended"))
    fail(lately)
    fail(long_since, days_ago=9)
    fail(long_since)
    fail(mended)
    Target.objects.filter(pk=mended.pk).update(status=TargetStatus.ACTIVE)
    first, *others = changes(user, [kettle.pk])
    assert first.words == "Kettle: “Lately” could not be read this week (captcha)."
    assert [one.kind for one in others] == ["negative"]


@pytest.mark.parametrize(("interval", "most"), [("day", 10), ("week", 3), ("month", 2)])
def test_trends_hold_every_period(user: User, kettle: Project, interval: str, most: int) -> None:
    query = {"days": "10", "interval": interval}
    sentiment = api_of(user).get(f"{API}/trends/sentiment", query).json()
    volume = api_of(user).get(f"{API}/trends/volume", query).json()
    assert sentiment["interval"] == volume["interval"] == interval
    assert [one["date"] for one in sentiment["points"]] == [one["date"] for one in volume["points"]]
    assert len(volume["points"]) in (most, most - 1)
    assert sum(one["count"] for one in volume["points"]) == 108
    assert sum(one["negative"] for one in sentiment["points"]) == 50


@pytest.mark.parametrize("query", ["days=0", "days=367", "interval=hour", "month=1"])
def test_a_trend_that_cannot_be_drawn_is_refused(user: User, query: str) -> None:
    assert api_of(user).get(f"{API}/trends/volume?{query}").status_code == 422


def test_the_dashboard_of_a_project_is_about_it_alone(user: User, kettle: Project) -> None:
    other = make_target(make_project(user))
    fill(other, {"positive": 30}, days_ago=1)
    fail(other)
    found = api_of(user).get(f"{API}/projects/{kettle.pk}").json()
    assert (found["name"], found["total_results"], found["total_targets"]) == ("Kettle", 108, 2)
    assert (len(found["changes"]), found["recent_activity"], found["recent_jobs"]) == (1, [], [])


def test_the_page_shows_changes_activity_and_one_platform_alone(user: User, kettle: Project) -> None:
    fail(kettle.targets.get(platform="reddit"))
    browser = browser_of(user)
    answer = browser.get(reverse("dashboard"))
    html = answer.content.decode()
    assert "Kettle: 73% of 55 reviews are negative" in html
    assert "Target failed: reddit page" in html
    figures = {figure.label: figure for figure in answer.context["dashboard"].figures}
    assert figures["Reviews"].note == ""  # they are all of the last thirty days
    steam = next(row for row in answer.context["dashboard"].platforms.rows if row.label == "Steam")
    alone = browser.get(steam.url).context["dashboard"]
    assert (alone.tally.total, [row.figures.tally.total for row in alone.rows]) == (100, [100])
    week = browser.get(reverse("dashboard"), {"date_from": str((datetime.now(UTC) - 6 * DAY).date())})
    assert week.context["dashboard"].figures[0].note == "+2 vs. before"


def test_words_on_the_rise_come_by_themselves_and_lead_to_their_reviews(user: User) -> None:
    target = make_target(make_project(user, name="Kettle"))
    fill(target, {"positive quick": 30}, days_ago=9)
    fill(target, {"negative leaking": 25, "positive quick": 10}, days_ago=2)
    fill(make_target(make_project(user, name="Quiet")), {"negative leaking": 5}, days_ago=2)
    browser = browser_of(user)
    assert f'hx-get="{reverse("dashboard_words")}"' in browser.get(reverse("dashboard")).content.decode()
    part = browser.get(reverse("dashboard_words"), headers={"HX-Request": "true"})
    ((row,), html) = part.context["rows"], part.content.decode()
    assert (row.project.name, "<html" in html) == ("Kettle", False)
    word = next(word for word in row.words if "leaking" in word.term)
    assert (word.count, word.before, browser.get(word.url).context["overview"].total) == (25, 0, 25)
    assert "<html" in browser.get(reverse("dashboard_words")).content.decode()


@pytest.mark.parametrize("path", [API, f"{API}/summary", f"{API}/trends/volume", "/dashboard/"])
def test_many_projects_take_as_many_questions_as_one(path: str) -> None:
    one, many = make_user(), make_user()
    for person, number in ((one, 1), (many, 4)):
        for n in range(number):
            target = make_target(make_project(person), label=f"Page {n}")
            fill(target, {"positive": 25}, days_ago=9)
            fill(target, {"negative": 25}, days_ago=1)
            fail(target)
    assert queries_of(api_of(one) if "api" in path else browser_of(one), path) == queries_of(
        api_of(many) if "api" in path else browser_of(many), path
    )


def queries_of(client: Any, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)

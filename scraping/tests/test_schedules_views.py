"""The pages of schedules; the same forms and verbs as the API's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import User
from accounts.tests.factories import browser_of, make_user
from projects.forms import ConfigForm
from projects.models import Preset, Project
from projects.presets import SYSTEM
from projects.tests.factories import make_project, make_target
from scraping.models import Job, Schedule
from scraping.schedules.views import PAGE_SIZE
from scraping.tests.factories import make_schedule

pytestmark = pytest.mark.django_db

FORM = {
    **{"frequency": "daily", "time": "09:00", "day_of_week": "0", "day_of_month": "1", "cron": ""},
    **{"timezone": "Europe/Berlin", "missed": "once", "jitter_minutes": "0", "max_retries": "3"},
}
LIST = "/schedules/"


@pytest.fixture
def user() -> User:
    return make_user(timezone="Asia/Kolkata")


@pytest.fixture
def browser(user) -> Client:
    return browser_of(user)


@pytest.fixture
def project(user) -> Project:
    return make_target(make_project(user, name="Kettles")).project


def page(project: Project, name: str = "detail") -> str:
    return reverse(f"scraping:schedule_{name}", args=[project.pk])


def test_a_form_makes_a_schedule_and_changes_it(browser, project):
    empty = browser.get(page(project)).content.decode()
    assert "Start the schedule" in empty
    assert '<option value="Asia/Kolkata" selected>' in empty
    assert browser.post(page(project), FORM).headers["Location"] == page(project)
    schedule = Schedule.objects.get()
    assert (schedule.owner_id, schedule.enabled, schedule.notify_on_failure) == (project.owner_id, True, False)
    assert schedule.next_run is not None
    browser.post(page(project), {**FORM, "frequency": "weekly", "day_of_week": "4"})
    assert "Every Friday at 09:00, Berlin time" in browser.get(page(project)).content.decode()


def test_what_is_wrong_is_said_and_nothing_kept(browser, project):
    refused = browser.post(page(project), {**FORM, "frequency": "cron", "cron": "0 0 30 2 *", "jitter_minutes": "90"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "The day of month is not one that cron understands, or never comes." in text
    assert '<details class="rules" open>' in text
    assert not Schedule.objects.exists()


def test_the_next_runs_are_shown_in_three_zones_before_anything_is_kept(browser, project):
    said = {**FORM, "frequency": "monthly", "day_of_month": "15", "time": "02:30"}
    part = browser.post(page(project, "preview"), said, headers={"HX-Request": "true"}).content.decode()
    whole = browser.post(page(project, "preview"), said).content.decode()
    for text in (part, whole):
        assert "Every month on the 15th at 02:30, Berlin time" in text
        assert text.count("02:30</td>") == 5
        assert '<th scope="col">Your time</th>' in text
    assert ("<main" in part, "<main" in whole, '<option value="15" selected>' in whole) == (False, True, True)
    wrong = browser.post(page(project, "preview"), {**said, "time": "x"}, headers={"HX-Request": "true"})
    assert (wrong.status_code, "Use hours and minutes" in wrong.content.decode()) == (200, True)
    assert not Schedule.objects.exists()


def test_a_common_schedule_fills_the_form_in(browser, project):
    text = browser.get(page(project), {"frequency": "hourly", "time": "00:20"}).content.decode()
    assert '<option value="hourly" selected>' in text
    assert "Every hour at :20, Kolkata time" in text
    nonsense = browser.get(page(project), {"frequency": "<blink>", "time": "25:99", "max_retries": "9"})
    assert (nonsense.status_code, "<blink>" in nonsense.content.decode()) == (200, False)


def test_it_is_switched_run_and_deleted(browser, project):
    make_schedule(project, next_run=now())
    browser.post(page(project, "toggle"))
    assert Schedule.objects.get().next_run is None
    started = browser.post(page(project, "run"))
    job = Job.objects.get()
    assert (started.headers["Location"], job.trigger) == (job.get_absolute_url(), "manual")
    busy = browser.post(page(project, "run"), follow=True).content.decode()
    assert "A job of this project is still running" in busy
    assert "Run by hand." in busy
    assert f'href="{job.get_absolute_url()}"' in busy
    back = f'as one of the runs of <a href="{page(project)}">the schedule</a>'
    assert back in browser.get(job.get_absolute_url()).content.decode()
    assert "The history goes with it" in browser.get(page(project, "delete")).content.decode()
    browser.post(page(project, "delete"))
    assert not Schedule.objects.exists()
    assert Job.objects.exists()
    answers = [browser.post(page(project, name)).status_code for name in ("toggle", "run", "delete")]
    assert answers == [404, 404, 404]


def test_a_schedule_that_has_paused_itself_says_so_everywhere(browser, project):
    schedule = make_schedule(project, enabled=False, consecutive_failures=3, last_status="failed", last_run=now())
    schedule.slots.create(planned_at=now(), status="failed", message="The page asks for a captcha.")
    own = browser.get(page(project)).content.decode()
    assert "has paused itself</b> after 3 failures in a row" in own
    assert "The page asks for a captcha." in own
    assert "Paused itself" in browser.get(LIST).content.decode()
    project.pause()
    assert "its planned runs are left out" in browser.get(page(project)).content.decode()


def test_the_next_run_is_shown_on_the_dashboard_and_on_its_project(browser, user, project):
    pots, soon = make_project(user, name="Pots"), now() + timedelta(hours=1)
    make_schedule(project, next_run=soon + timedelta(days=1))
    make_schedule(pots, next_run=soon)
    make_schedule(make_project(name="Somebody else's"), next_run=now())
    seen = [browser.get(path).content.decode() for path in ("/dashboard/", pots.get_absolute_url())]
    assert f'Next run: <a href="{page(pots)}">Pots</a>' in seen[0]
    assert f'<a href="{page(pots)}">Next run</a>: <time datetime="{soon:%Y-%m-%dT%H:%M}' in seen[1]
    pots.set_status("paused")
    assert f'Next run: <a href="{page(project)}">Kettles</a>' in browser.get("/dashboard/").content.decode()
    assert "Next run" not in browser.get(pots.get_absolute_url()).content.decode()


def test_the_list_shows_ones_own_the_next_first(browser, user, project, django_assert_max_num_queries):
    assert "No schedules yet" in browser.get(LIST).content.decode()
    make_schedule(project, enabled=False)
    soon = make_schedule(make_project(user, name="Pots"), next_run=now())
    make_schedule(make_project(name="Somebody else's"), next_run=now())
    text = browser.get(LIST).content.decode()
    assert text.index("Pots") < text.index("Kettles")
    assert "Somebody else" not in text
    for _ in range(5):
        make_schedule(make_project(user), next_run=now())
    with django_assert_max_num_queries(8):
        browser.get(LIST)
    soon.project.leave()
    assert "Pots" not in browser.get(LIST).content.decode()


def test_a_project_begun_with_a_preset_that_names_a_schedule_has_it(browser, user):
    for step, said in (("create", {"name": "Kettles"}), ("sources", {}), ("preset", {"preset": "advanced"})):
        browser.post(reverse(f"projects:project_{step}"), said)
    review = reverse("projects:project_review")
    assert "It runs by itself: daily at 09:00, Asia/Kolkata." in browser.get(review).content.decode()
    browser.post(review)
    schedule = Schedule.objects.get()
    assert (schedule.project.name, schedule.sentence) == ("Kettles", "Every day at 09:00, Kolkata time")


def test_a_preset_of_ones_own_says_how_often_or_not_at_all(browser, user):
    preset = Preset.copy_of(SYSTEM["advanced"], user.pk)
    preset.save()
    path = reverse("projects:preset_edit", args=[preset.pk])
    form = ConfigForm(values=preset.config)
    settings = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    said = {"name": "Mine", **settings, "schedule-frequency": "weekly", "schedule-time": "07:30"}
    assert '<option value="daily" selected>Every day</option>' in browser.get(path).content.decode()
    assert browser.post(path, said).status_code == 302
    preset.refresh_from_db()
    assert preset.schedule == {"frequency": "weekly", "time": "07:30"}
    browser.post(path, {**said, "schedule-frequency": ""})
    preset.refresh_from_db()
    assert preset.schedule is None
    assert browser.post(path, {**said, "schedule-time": "7"}).status_code == 422


def test_a_long_history_has_pages_and_asks_no_more_for_it(browser, project, django_assert_max_num_queries):
    schedule = make_schedule(project)
    for hours in range(PAGE_SIZE + 1):
        planned_at = now() - timedelta(hours=hours)
        schedule.slots.create(planned_at=planned_at, status="skipped", message="The project was paused.")
    with django_assert_max_num_queries(12):
        first = browser.get(page(project)).content.decode()
    second = browser.get(page(project), {"page": "2"}).content.decode()
    assert (first.count("The project was paused."), second.count("The project was paused.")) == (PAGE_SIZE, 1)

"""Accounts and projects that were let go of: what a worker removes, when, and after a kill."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from redis.exceptions import ConnectionError as ValkeyError

from accounts import removal as accounts_removal
from accounts.models import AuditEntry, TokenFamily, User
from accounts.tests.factories import PASSWORD, api_of, api_with, browser_of, make_token, make_user, with_password
from projects import files
from projects.models import Project
from projects.tests.factories import make_project
from results.models import Result
from scraping import collecting, leases, removal, runner, tasks
from scraping.models import Job, Step
from scraping.tests.factories import ScriptedSource, forget_uploads, make_pages, make_step, uploads
from sentimatrix_studio import bell

pytestmark = pytest.mark.django_db

ME, LOGIN = "/api/v1/auth/me", "/api/v1/auth/login"


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    heard: list[str] = []
    monkeypatch.setattr(bell, "async_task", heard.append)
    yield heard
    forget_uploads()


@pytest.fixture
def busy(monkeypatch) -> Step:
    """A step of somebody whose reviews are just being collected."""
    monkeypatch.setattr("scraping.collecting.get_source", lambda target: ScriptedSource(*make_pages(3, 3)))
    return make_step()


def test_a_worker_removes_an_account_that_was_closed_through_the_api(rings):
    user = with_password()
    text, session = make_token(user), api_of(user)
    files.save(user.pk, "not imported yet.csv", [b"text"])
    Job.objects.create(owner=user, project=make_project(user))
    assert session.delete(ME, {"password": PASSWORD}).status_code == 204
    assert rings
    assert [session.get(ME).status_code, api_with(text).get(ME).status_code] == [401, 401]
    assert session.post(LOGIN, {"email": user.email, "password": PASSWORD}).json()["code"] == "INVALID_CREDENTIALS"
    tasks.work()
    assert not any(model.objects.exists() for model in (User, Project, Job, TokenFamily))
    assert uploads() == []


def test_what_names_a_person_is_gone_at_once_and_the_address_is_free():
    user = make_user(email="anna@example.org", name="Anna")
    accounts_removal.leave(user)
    left = User.objects.get()
    assert (left.is_active, left.name, left.email) == (False, "Removed", f"{user.pk}@removed.invalid")
    assert with_password(email="anna@example.org") == authenticate(None, email="anna@example.org", password=PASSWORD)


def test_sessions_go_with_the_account_and_other_peoples_stay():
    leaving, staying = with_password(), with_password()
    for user in (leaving, staying):
        Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert Session.objects.count() == 2
    accounts_removal.leave(leaving)
    assert [session.user for session in UserSession.objects.all()] == [staying]
    assert Session.objects.count() == 1


def test_of_the_trail_only_a_number_stays_and_the_admins_log_forgets_the_address():
    administrator, user = make_user(is_staff=True, is_superuser=True), make_user(email="anna@example.org")
    path = f"/admin/accounts/user/{user.pk}/change/"
    browser_of(administrator).post(path, {"email": user.email, "name": "Anna", "timezone": "UTC", "is_active": "on"})
    assert "anna@example.org" in LogEntry.objects.get().object_repr
    accounts_removal.leave(user)
    assert removal.sweep() == 1
    assert not LogEntry.objects.exists()
    entry = AuditEntry.objects.get(event="account.deleted")
    assert (entry.user_id, entry.address, entry.salt) == (user.pk, "", "")


def test_a_removal_that_was_killed_is_taken_up_again_after_its_lease(monkeypatch):
    user, other = make_user(), make_user()
    make_project(user)
    accounts_removal.leave(user)

    def die(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(User, "delete", die)
        with pytest.raises(SystemExit):
            removal.sweep()
    assert removal.sweep() == 0
    monkeypatch.setattr("scraping.removal.timezone.now", lambda: now() + removal.LEASE)
    assert removal.is_waiting()
    assert removal.sweep() == 1
    assert list(User.objects.all()) == [other]
    assert not Project.everything.exists()


def test_one_worker_at_a_time_removes_an_account():
    accounts_removal.leave(make_user())
    assert removal._claim(User)
    assert removal._claim(User) is None
    assert not removal.is_waiting()


def test_leaving_twice_is_leaving_once():
    user = make_user()
    accounts_removal.leave(user)
    due = User.objects.get().removal_due
    accounts_removal.leave(user)
    assert User.objects.get().removal_due == due
    assert AuditEntry.objects.filter(event="account.deleted").count() == 1


def test_whoever_leaves_while_the_queue_is_away_is_found_by_the_tick(monkeypatch):
    def refuse(name):
        raise ValkeyError("Connection refused.")

    monkeypatch.setattr(bell, "async_task", refuse)
    accounts_removal.leave(make_user())
    tasks.tick()
    assert not User.objects.exists()


def test_a_project_deleted_for_good_goes_with_all_that_hangs_on_it(busy):
    busy.job.project.leave()
    tasks.work()
    assert not any(model.objects.exists() for model in (Step, Result, Job))
    assert not Project.everything.exists()
    assert User.objects.exists()


def test_a_job_of_somebody_who_leaves_ends_and_stores_nothing_more(busy, monkeypatch):
    def leave_and_go_on(visit, page):
        accounts_removal.leave(visit.target.owner)
        removal.sweep()
        keep(visit, page)

    keep = collecting.Visit._keep
    monkeypatch.setattr(collecting.Visit, "_keep", leave_and_go_on)
    runner.work()
    assert not any(model.objects.exists() for model in (User, Step, Result, Job))


def test_a_long_collection_makes_room_for_a_removal(busy, monkeypatch):
    monkeypatch.setattr(collecting, "SPELL", -1.0)
    accounts_removal.leave(make_user())
    lease = timedelta(seconds=30)
    step = leases.claim("worker", lease)
    assert step is not None
    runner.Worker(lambda: False, lease).run(step)
    busy.refresh_from_db()
    assert (busy.state, busy.collected) == ("waiting", 3)
    runner.work()
    busy.job.refresh_from_db()
    assert (busy.job.status, User.objects.count()) == ("completed", 1)

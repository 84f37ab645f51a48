import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory, override_settings
from django.urls import resolve

from accounts.tests.factories import make_user
from integrations.tests.factories import announce
from projects.tests.factories import make_project
from results.tests.factories import make_item, make_target, store
from scraping.choices import JobStatus
from scraping.models import Job
from sentimatrix_studio.context_processors import navigation

pytestmark = pytest.mark.django_db


def frame(user, path="/dashboard/"):
    request = RequestFactory().get(path)
    request.user = user
    request.resolver_match = resolve(path)
    return navigation(request)


@pytest.fixture
def project():
    project = make_project()
    store(make_target(project), make_item(1), make_item(2))
    make_target(project)
    for status in (JobStatus.RUNNING, JobStatus.FAILED, JobStatus.COMPLETED):
        Job.objects.create(owner=project.owner, project=project, status=status)
    return project


def test_the_owner_sees_what_a_project_holds(project):
    values = frame(project.owner, f"/projects/{project.pk}/")
    assert values["project_counts"]() == {"targets": 2, "results": 2, "jobs": 3}
    assert values["running_jobs"]() == 1


def test_the_bell_counts_ones_own_unread_notices_with_the_same_question(project, django_assert_num_queries):
    for name in ("job.completed", "job.failed"):
        announce(project.owner, name)
    announce(make_user(), "job.failed")
    values = frame(project.owner)
    with django_assert_num_queries(1):
        assert (values["unread_notices"](), values["running_jobs"]()) == (2, 1)
    assert frame(AnonymousUser())["unread_notices"]() == 0


def test_a_stranger_sees_nothing_of_it(project):
    values = frame(make_user(name="Eve"), f"/projects/{project.pk}/")
    assert values["project_counts"]() == {"targets": 0, "results": 0, "jobs": 0}
    assert values["running_jobs"]() == 0


def test_somebody_not_signed_in_sees_nothing_of_it(project):
    values = frame(AnonymousUser(), f"/projects/{project.pk}/")
    assert values["project_counts"]() == {"targets": 0, "results": 0, "jobs": 0}
    assert values["running_jobs"]() == 0


def test_pages_without_a_project_count_nothing(project):
    assert frame(project.owner)["project_counts"]() == {}


def test_a_page_that_shows_nothing_of_it_asks_the_database_nothing(project, django_assert_num_queries):
    with django_assert_num_queries(0):
        frame(project.owner, f"/projects/{project.pk}/")


@override_settings(SIGNUP="closed")
def test_signing_up_is_offered_as_long_as_it_is_open(project):
    assert frame(AnonymousUser())["signup_is_open"]() is False

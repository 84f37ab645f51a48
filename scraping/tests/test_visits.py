from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.tests.factories import make_project
from scraping.choices import JobStatus
from scraping.models import LastVisit
from scraping.tests.factories import make_job
from scraping.visits import SAME_VISIT, since_last_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


def visit(project):
    return since_last_visit(project.owner, project)


def go_away(project):
    visit(project)
    LastVisit.objects.filter(project=project).update(at=timezone.now() - SAME_VISIT - timedelta(minutes=1))


def test_who_comes_for_the_first_time_has_missed_nothing(project):
    assert (visit(project), visit(project)) == (None, None)
    assert LastVisit.objects.count() == 1


def test_what_jobs_found_meanwhile_is_counted_for_as_long_as_the_visit_lasts(project):
    make_job(project, status=JobStatus.COMPLETED, completed_at=timezone.now() - timedelta(days=1), new=99)
    go_away(project)
    make_job(project, status=JobStatus.PARTIAL, completed_at=timezone.now(), new=7, updated=5, missing=3)
    make_job(project, status=JobStatus.RUNNING, new=2)
    for _ in range(2):
        since = visit(project)
        assert (since.new, since.updated, since.missing) == (9, 5, 3)
    go_away(project)
    assert not visit(make_project(project.owner))


def test_the_page_of_the_project_says_it(project, client):
    client.force_login(project.owner)
    go_away(project)
    make_job(project, status=JobStatus.COMPLETED, completed_at=timezone.now(), updated=2)
    page = client.get(reverse("projects:project_detail", args=[project.pk])).content.decode()
    assert "Since your last visit" in page
    assert "nothing new, 2 updated" in page

import pytest
from django.urls import reverse

from accounts.tests.factories import browser_of, make_user
from projects.tests.factories import make_target
from scraping.choices import Level
from scraping.models import Job, LogLine, RowError
from scraping.tests.factories import make_job, make_schedule, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    job = make_job(status="running")
    step = make_step(job)
    job.change([(Level.INFO, "Started.")])
    error = RowError.objects.create(job=job, target=make_target(job.project), line=3, reason="It has no text.")
    schedule = make_schedule(job.project)
    rows = {"schedule": schedule, "slot": schedule.slots.create(planned_at=job.created_at, job=job)}
    return {"job": job, "step": step, "logline": LogLine.objects.get(), "rowerror": error, **rows}


def test_the_administrator_looks_at_all_and_changes_nothing(rows):
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    for name, row in rows.items():
        assert browser.get(reverse(f"admin:scraping_{name}_changelist")).status_code == 200
        assert browser.get(reverse(f"admin:scraping_{name}_change", args=[row.pk])).status_code == 200
        assert browser.get(reverse(f"admin:scraping_{name}_add")).status_code == 403
        assert browser.post(reverse(f"admin:scraping_{name}_change", args=[row.pk]), {}).status_code == 403


def test_the_administrator_deletes_a_job_with_all_that_hangs_on_it(rows):
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    browser.post(reverse("admin:scraping_job_delete", args=[rows["job"].pk]), {"post": "yes"})
    assert [model.objects.count() for model in (Job, LogLine, RowError)] == [0, 0, 0]


def test_others_do_not_get_in(rows):
    answer = browser_of(make_user()).get(reverse("admin:scraping_job_changelist"))
    assert answer.status_code == 302

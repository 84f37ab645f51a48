from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.tests.factories import make_user
from projects.models import Project
from results.models import DailyRollup, Result
from results.rollups import rebuild
from scraping import runner
from scraping.models import Job, JobRefused, Step
from scraping.sample import load_sample

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_bell")]


def test_the_sample_goes_through_the_whole_pipeline():
    project = load_sample(make_user())
    runner.work()
    job = Job.objects.get()
    assert (job.status, job.new, job.analysed, job.errors_count) == ("completed", 409, 409, 0)
    results = Result.objects.filter(project=project)
    assert sorted(results.values_list("platform", flat=True).distinct()) == ["reddit", "steam", "trustpilot", "youtube"]
    assert not results.filter(state__in=["pending", "failed"]).exists()
    assert results.filter(state="analysed", engine="local-1").count() > 380
    assert results.filter(platform="steam", stars__isnull=True).count() == 0
    kept = list(DailyRollup.objects.order_by("pk").values())
    rebuild(project)
    assert list(DailyRollup.objects.order_by("pk").values()) == kept


def test_loading_twice_opens_the_same_project(monkeypatch):
    user = make_user()
    first, second = load_sample(user), load_sample(user)
    assert first == second
    assert (Project.objects.count(), Job.objects.count(), Step.objects.count()) == (1, 1, 4)


def test_a_double_click_makes_one_job(monkeypatch):
    user = make_user()
    project = load_sample(user)
    monkeypatch.setattr(type(project.jobs.all()), "exists", lambda self: False)  # the second does not see it yet
    assert load_sample(user) == project
    assert (Job.objects.count(), Step.objects.count()) == (1, 4)


def test_two_people_have_samples_of_their_own():
    assert load_sample(make_user()) != load_sample(make_user())
    assert Job.objects.count() == 2


def test_the_command_says_where_the_sample_is():
    user, out = make_user(), StringIO()
    call_command("sample", user.email.upper(), stdout=out)
    assert Project.objects.get(owner=user, is_sample=True).get_absolute_url() in out.getvalue()


def test_the_command_knows_whom_it_is_for():
    with pytest.raises(CommandError, match=r"Nobody here has the address nobody@example\.com"):
        call_command("sample", "nobody@example.com")


def test_the_sample_is_not_loaded_into_one_that_is_leaving():
    user = make_user()
    load_sample(user).leave()
    with pytest.raises(JobRefused, match="still being removed"):
        load_sample(user)
    runner.sweep()
    assert load_sample(user).is_sample

"""What a language model would cost, on pages and in the API."""

from urllib.parse import urlencode

import pytest

from accounts.tests.factories import api_of
from integrations.models import Purse
from integrations.models.spending import NANO
from integrations.spending import this_month
from projects.models import Project
from results.tests.factories import make_item, make_target, store
from results.tests.test_analysis_llm import project_with

pytestmark = pytest.mark.django_db


def with_reviews(**limits: float) -> Project:
    project = project_with(**limits)
    project.config["analysis"]["engine"] = "llm"
    project.save()
    texts = [f"Review number {number} is good, and long enough to be read." for number in range(30)]
    store(make_target(project), *(make_item(number, text) for number, text in enumerate(texts)))
    return project


def asked(project: Project, **query: str):
    return api_of(project.owner).get(f"/api/v1/projects/{project.pk}/results/reanalyze/estimate?{urlencode(query)}")


def page(client, project: Project, query: str = "", **headers: str) -> str:
    client.force_login(project.owner)
    path = f"/projects/{project.pk}/results/estimate/{query}"
    return str(client.get(path, headers=headers).content.decode())


def test_the_api_estimates_what_filters_find_and_sends_nothing(standins):
    project = with_reviews()
    Purse.objects.create(owner=project.owner, of=this_month(), spent=NANO // 4)
    said = asked(project).json()
    assert (said["model"], said["reviews"], said["calls"], said["notice"]) == ("openai/gpt-4o-mini", 30, 3, "")
    assert (said["month_spent_usd"], said["month_budget_usd"], said["budget_usd"]) == (0.25, 20.0, 5.0)
    assert said["cost_usd"] == pytest.approx((said["tokens_sent"] * 0.15 + said["tokens_received"] * 0.6) / 1e6)
    assert asked(project, search="seventeen").json()["reviews"] == 0
    run = asked(project, next_run="true").json()
    assert (run["reviews"], run["cost_usd"] > 3 * said["cost_usd"] * 0.9) == (1000, True)
    assert asked(project, nonsense="1").status_code == 422
    assert standins.requests == []


def test_what_is_in_the_way_is_said(client):
    project = with_reviews(llm_budget_usd=0.0001)
    assert "more than the $0.000100 a run may cost" in asked(project).json()["notice"]
    project.config["limits"] |= {"llm_budget_usd": 5.0, "llm_monthly_usd": 0.0001}
    project.save()
    assert "of this month's budget are left" in asked(project).json()["notice"]
    project.config["llm"]["model"] = "gpt-of-tomorrow"
    project.save()
    said = asked(project).json()
    assert (said["cost_usd"], said["notice"][:20]) == (None, "Nobody knows what “g")
    assert "Unknown price" in page(client, project)
    project.config["llm"]["provider"] = None
    project.save()
    said = asked(project).json()
    assert (said["model"], said["reviews"], said["notice"][:17]) == (None, 0, "No LLM is chosen:")
    assert "No LLM is chosen" in page(client, project)


def test_the_page_shows_the_next_run_and_reading_again(client):
    project = with_reviews()
    content = page(client, project)
    assert "About $0.0" in content
    assert "All reviews there are." in content
    assert "$0.00 of $20.00 are spent" in content
    assert "The reviews your filters find." in page(client, project, "?search=number")
    client.force_login(project.owner)
    assert client.get(f"/projects/{project.pk}/results/estimate/?rating_min=x").status_code == 422


def test_before_a_run_its_cost_is_one_line_where_a_model_reads(client):
    project = with_reviews()
    line = page(client, project, **{"HX-Request": "true"})
    assert "The next run may bring 1,000 reviews, which openai/gpt-4o-mini reads for <b>about $0.0" in line
    assert "<html" not in line
    address = f'hx-get="/projects/{project.pk}/results/estimate/"'
    for where in (f"/projects/{project.pk}/", f"/projects/{project.pk}/jobs/"):
        assert address in client.get(where).content.decode()
    project.config["analysis"]["engine"] = "local"
    project.save()
    assert address not in client.get(f"/projects/{project.pk}/").content.decode()

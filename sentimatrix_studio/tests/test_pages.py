"""The pages that show something of all layers."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import browser_of, make_user
from projects.choices import ProjectStatus, TargetStatus
from projects.models import Project, Target
from projects.tests.factories import make_project, make_target
from results.analysis.engine import get_engine
from results.tests.factories import START, make_item, make_results
from scraping.choices import JobStatus
from scraping.models import Job
from sentimatrix_studio.views import EXAMPLES

pytestmark = pytest.mark.django_db

DASHBOARD, PROJECTS = reverse("dashboard"), reverse("projects:project_list")


def words_of(answer) -> str:
    assert answer.status_code == HTTPStatus.OK, answer.content
    return " ".join(answer.content.decode().split())


def page(project: Project, name: str = "project_detail") -> str:
    return reverse(f"projects:{name}", args=[project.pk])


def with_reviews(project: Project, *texts: str) -> Target:
    """A target with these reviews, one a day; the analysis says of each what its text says."""
    target = make_target(project)
    make_results(target, *(make_item(n, text, published_at=START + timedelta(n)) for n, text in enumerate(texts)))
    return target


def queries_of(browser, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == HTTPStatus.OK
    return len(queries)


# Landing and dashboard


def test_the_landing_page_offers_an_account(client, settings):
    make_user()
    assert reverse("account_signup") in words_of(client.get("/"))
    settings.SIGNUP = "closed"
    assert reverse("account_signup") not in words_of(client.get("/"))


def test_the_examples_of_the_landing_page_are_what_the_engine_says(client):
    analyses = get_engine().analyse([text for text, _, _ in EXAMPLES])
    assert [(found.sentiment, found.emotion) for found in analyses] == [said[1:] for said in EXAMPLES]
    assert words_of(client.get("/")).count("<blockquote>") == len(EXAMPLES)


def test_those_signed_in_go_from_the_landing_page_to_their_dashboard():
    assert browser_of(make_user()).get("/")["Location"] == DASHBOARD


def test_the_first_dashboard_says_what_to_do_and_offers_the_sample():
    words = words_of(browser_of(make_user()).get(DASHBOARD))
    assert "Create a project" in words
    assert f'action="{reverse("sample_load")}"' in words


def test_the_dashboard_counts_the_reviews_of_all_projects_but_archived_and_foreign_ones():
    user = make_user()
    with_reviews(make_project(user), "positive joy", "negative anger")
    with_reviews(make_project(user), "positive joy")
    with_reviews(make_project(user, status=ProjectStatus.ARCHIVED), "positive joy")
    with_reviews(make_project(), "positive joy")
    shown = browser_of(user).get(DASHBOARD).context["dashboard"]
    assert (shown.tally.total, len(shown.rows)) == (3, 2)
    assert shown.tally.polarities == {"positive": 2, "neutral": 0, "negative": 1}


def test_a_period_of_the_dashboard_holds_its_days_only():
    user = make_user()
    with_reviews(make_project(user), "positive", "positive", "negative", "negative")
    browser = browser_of(user)
    first_mark = browser.get(DASHBOARD).context["dashboard"].timeline.marks[0]
    assert first_mark.url == f"{DASHBOARD}?date_from=2026-03-02&date_to=2026-03-02"
    shown = browser.get(DASHBOARD, {"date_from": "2026-03-03", "date_to": "2026-03-04"}).context["dashboard"]
    assert shown.tally.labels["positive"] == shown.tally.labels["negative"] == 1
    assert [row.figures.tally.total for row in shown.rows] == [2]


def test_a_bar_of_the_dashboard_opens_the_reviews_it_counts():
    user = make_user()
    five, three = make_project(user, name="Five"), make_project(user, name="Three", sentiment_classes=3)
    with_reviews(five, "very_positive", "positive", "neutral")
    with_reviews(three, "very_positive", "negative")
    browser = browser_of(user)
    chart = browser.get(DASHBOARD).context["dashboard"].distribution
    counted = {(mark.row, mark.key): browser.get(mark.url).context["overview"].total for mark in chart.marks}
    rows = {row.label: number for number, row in enumerate(chart.rows)}
    assert counted == {
        (rows["Five"], "positive"): 2,
        (rows["Five"], "neutral"): 1,
        (rows["Three"], "positive"): 1,
        (rows["Three"], "negative"): 1,
    }


def test_running_jobs_are_live_on_the_dashboard():
    user = make_user()
    job = Job.objects.create(owner=user, project=make_project(user), status=JobStatus.RUNNING)
    Job.objects.create(owner=user, project=make_project(user), status=JobStatus.COMPLETED)
    words = words_of(browser_of(user).get(DASHBOARD))
    assert words.count("<live-job ") == 1
    assert f'data-job="{job.pk}"' in words


# Projects


def test_the_list_has_ones_own_projects_without_the_archived():
    user = make_user()
    mine = make_project(user)
    make_project(user, status=ProjectStatus.ARCHIVED)
    make_project()
    assert [row.project for row in browser_of(user).get(PROJECTS).context["rows"]] == [mine]


def test_the_list_finds_by_words_and_status():
    user = make_user()
    make_project(user, name="Kettle")
    archived = make_project(user, name="Old kettle", status=ProjectStatus.ARCHIVED)
    answer = browser_of(user).get(PROJECTS, {"search": "kettle", "status": "archived"})
    assert [row.project for row in answer.context["rows"]] == [archived]


def test_the_list_has_pages_that_keep_the_filter():
    user = make_user()
    for _ in range(21):
        make_project(user)
    browser = browser_of(user)
    assert 'rel="next" href="?search=Project&amp;page=2"' in words_of(browser.get(PROJECTS, {"search": "Project"}))
    second = browser.get(f"{PROJECTS}?search=Project&page=2")
    assert len(second.context["rows"]) == 1
    assert 'rel="prev" href="?search=Project&amp;page=1"' in words_of(second)


def test_an_empty_list_leads_to_the_first_project_and_an_empty_search_back_to_all():
    user = make_user()
    browser = browser_of(user)
    assert "No projects yet" in words_of(browser.get(PROJECTS))
    assert "No project matches" in words_of(browser.get(PROJECTS, {"search": "x"}))


def test_a_row_shows_what_the_project_adds_up_to():
    project = make_project()
    with_reviews(project, "positive", "negative", "very_positive")
    make_target(project)
    answer = browser_of(project.owner).get(PROJECTS)
    assert '<span class="score">+0.30<svg' in words_of(answer)
    (row,) = answer.context["rows"]
    assert (row.figures.tally.total, row.figures.targets, row.figures.jobs) == (3, 2, 0)
    assert [mark.key for mark in row.bar] == ["very_positive", "positive", "negative"]


@pytest.mark.parametrize("path", [DASHBOARD, PROJECTS])
def test_lists_of_projects_ask_the_database_as_often_for_one_as_for_many(path):
    one, many = make_user(), make_user()
    for user, number in ((one, 1), (many, 5)):
        for _ in range(number):
            with_reviews(project := make_project(user), "positive")
            Job.objects.create(owner=user, project=project, status=JobStatus.COMPLETED)
    assert queries_of(browser_of(many), path) == queries_of(browser_of(one), path) <= 24


# One project


def test_a_project_shows_its_figures_charts_and_latest_reviews():
    project = make_project(name="Kettle")
    with_reviews(project, "positive joy", "negative anger", *["neutral"] * 5)
    answer = browser_of(project.owner).get(page(project))
    words = words_of(answer)
    assert answer.context["report"].tally.total == 7
    assert answer.context["rows"].count(">neutral</a>") == 5
    assert all(title in words for title in ("Sentiment over time", "Distribution", "Emotions", "Latest reviews"))


def test_a_project_without_targets_leads_to_adding_some():
    project = make_project()
    words = words_of(browser_of(project.owner).get(page(project)))
    assert "Nothing to collect from yet" in words
    assert reverse("scraping:job_start", args=[project.pk]) not in words


def test_a_project_with_targets_can_run_unless_it_is_archived():
    project = make_target().project
    browser, start = browser_of(project.owner), reverse("scraping:job_start", args=[project.pk])
    assert start in words_of(browser.get(page(project)))
    project.archive()
    words = words_of(browser.get(page(project)))
    assert start not in words
    assert reverse("projects:project_restore", args=[project.pk]) in words


def test_a_running_job_is_live_on_the_page_of_its_project():
    project = make_target().project
    job = Job.objects.create(owner=project.owner, project=project, status=JobStatus.RUNNING)
    words = words_of(browser_of(project.owner).get(page(project)))
    assert f'data-job="{job.pk}"' in words


def test_a_failed_job_says_why_on_the_page_of_its_project():
    project = make_target().project
    failure = {"status": JobStatus.FAILED, "error_message": "Steam asks for a captcha."}
    Job.objects.create(owner=project.owner, project=project, **failure)
    assert "Steam asks for a captcha." in words_of(browser_of(project.owner).get(page(project)))


def test_the_page_of_a_project_asks_as_often_for_many_reviews_as_for_few():
    few, many = make_project(), make_project()
    with_reviews(few, "positive", "negative")
    with_reviews(many, *["positive", "negative"] * 20)
    make_target(few)
    for _ in range(5):
        make_target(many)
    assert queries_of(browser_of(many.owner), page(many)) == queries_of(browser_of(few.owner), page(few)) <= 20


# Targets


def test_targets_say_how_much_they_gave_and_what_is_wrong():
    project = make_project()
    target = with_reviews(project, "positive", "negative")
    trouble = {"status": TargetStatus.ERROR, "error_message": "Steam asks for a captcha.", "reported_total": 412}
    Target.objects.filter(pk=target.pk).update(**trouble)
    answer = browser_of(project.owner).get(page(project, "target_list"))
    words = words_of(answer)
    assert [row.collected for row in answer.context["rows"]] == [2]
    assert "of 412" in words
    assert "Steam asks for a captcha." in words


def test_a_target_leads_to_exactly_its_reviews():
    project = make_project()
    with_reviews(project, "positive")
    target = make_target(project, platform="reddit", detected_type="post")
    make_results(target, make_item(7, "positive"), make_item(8, "positive"))
    browser = browser_of(project.owner)
    rows = browser.get(page(project, "target_list")).context["rows"]
    found = {row.target.pk: browser.get(row.reviews_url).context["overview"].total for row in rows}
    assert found == {row.target.pk: row.collected for row in rows}
    assert found[target.pk] == 2


def test_the_list_of_targets_asks_as_often_for_many_as_for_one():
    one, many = make_target().project, make_project()
    for _ in range(6):
        make_target(many)
    path_of_one, path_of_many = page(one, "target_list"), page(many, "target_list")
    assert queries_of(browser_of(many.owner), path_of_many) == queries_of(browser_of(one.owner), path_of_one) <= 12

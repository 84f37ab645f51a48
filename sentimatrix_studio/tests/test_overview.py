from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import api_of
from projects.models import Project
from projects.tests.factories import make_project, make_target
from results.tests.factories import START, make_item, make_results
from scraping.choices import JobStatus
from scraping.models import Job
from sentimatrix_studio import overview

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


def make_busy_project(**fields) -> Project:
    """Two targets with three reviews on three days, a job that analysed them and one that found nothing."""
    project = make_project(**fields)
    late = make_target(project, last_scraped_at=NOON)
    early = make_target(project, platform="reddit", detected_type="post", last_scraped_at=NOON - timedelta(days=1))
    make_results(late, make_item(1, "very_positive"), make_item(2, "negative", published_at=START + timedelta(days=2)))
    make_results(early, make_item(3, "positive", published_at=START + timedelta(days=1)))
    job = {"owner": project.owner, "project": project, "status": JobStatus.COMPLETED}
    Job.objects.create(**job, analysed=3, completed_at=NOON - timedelta(hours=1))
    Job.objects.create(**job, analysed=0, completed_at=NOON)
    return project


def test_the_stats_of_a_project_are_true():
    project = make_busy_project()
    make_busy_project()
    assert api_of(project.owner).get(f"/api/v1/projects/{project.pk}").json()["stats"] == {
        "total_targets": 2,
        "total_results": 3,
        "total_jobs": 2,
        "avg_sentiment": 0.3,
        "sentiment_distribution": {
            "very_positive": 1,
            "positive": 1,
            "neutral": 0,
            "negative": 1,
            "very_negative": 0,
        },
        "last_scrape_at": "2026-03-09T12:00:00.000Z",
        "last_analysis_at": "2026-03-09T11:00:00.000Z",
    }


def test_the_stats_of_one_project_say_how_its_jobs_ended():
    project = make_busy_project()
    Job.objects.create(owner=project.owner, project=project, status=JobStatus.FAILED)
    path = f"/api/v1/projects/{project.pk}"
    api = api_of(project.owner)
    stats = api.get(f"{path}/stats").json()
    assert (stats.pop("scrape_jobs_completed"), stats.pop("scrape_jobs_failed")) == (2, 1)
    assert stats == api.get(path).json()["stats"]
    idle = make_project(project.owner)
    assert api.get(f"/api/v1/projects/{idle.pk}/stats").json()["scrape_jobs_failed"] == 0


def test_a_project_with_three_classes_counts_by_them():
    project = make_busy_project(sentiment_classes=3)
    stats = overview.project_stats([project])[project.pk]
    assert stats["sentiment_distribution"] == {"positive": 2, "neutral": 0, "negative": 1}


def test_the_stats_of_targets_are_true():
    project = make_busy_project()
    items = api_of(project.owner).get(f"/api/v1/projects/{project.pk}/targets").json()["items"]
    assert [(item["platform"], item["coverage"]["collected"], item["stats"]) for item in items] == [
        (
            "reddit",
            1,
            {"results_count": 1, "last_scraped_at": "2026-03-08T12:00:00.000Z", "last_result_date": "2026-03-03"},
        ),
        (
            "steam",
            2,
            {"results_count": 2, "last_scraped_at": "2026-03-09T12:00:00.000Z", "last_result_date": "2026-03-04"},
        ),
    ]


@pytest.mark.parametrize("path", ["/api/v1/projects", "/api/v1/projects/{}/targets"])
def test_lists_ask_the_database_as_often_for_one_as_for_many(path):
    few, many = make_busy_project(), make_busy_project()
    for _ in range(3):
        make_busy_project(owner=many.owner)
    counts = []
    for project in (few, many):
        api = api_of(project.owner)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(path.format(project.pk)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15

"""What answers show of projects and targets besides their rows. The figures come from the layers above."""

from typing import Annotated, TypedDict

from projects.choices import Platform, TargetType
from sentimatrix_studio.shapes import Count, Day, Moment, Score


class ProjectStatsJson(TypedDict):
    """Always true: counted, not stored. Sentiments are by label, as the project names them."""

    total_targets: Count
    total_results: Count
    total_jobs: Count
    avg_sentiment: Score | None
    sentiment_distribution: dict[str, Count]
    last_scrape_at: Moment | None
    last_analysis_at: Moment | None


class JobCountsJson(TypedDict):
    scrape_jobs_completed: Count
    scrape_jobs_failed: Count


class AllStatsJson(ProjectStatsJson, JobCountsJson):
    pass


class CoverageJson(TypedDict):
    """How much of what the platform reports has been collected, and how the last visit ended."""

    collected: Count
    reported_total: Count | None
    outcome_code: str | None


class TargetStatsJson(TypedDict):
    results_count: Count
    last_scraped_at: Moment | None
    last_result_date: Day | None


class DetectedJson(TypedDict):
    """What an address is; `url` is its one canonical form."""

    platform: Annotated[str, Platform]
    detected_type: Annotated[str, TargetType]
    external_id: str
    url: str
    options: dict[str, str]
    already_there: bool
    notices: list[str]

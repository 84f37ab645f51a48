"""What projects and targets add up to, over all layers.

Every function asks each collection once, however many rows it is about, and reads roll-ups, never reviews.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse

from integrations import needs
from projects.models import Project, Target
from results.analysis import choosing
from results.charts import Mark
from results.choices import State, shown_as
from results.filters import ResultFilter
from results.links import ALL, ReviewsLink, reviews_link
from results.models import DailyRollup, RollupQuerySet, TotalRollup
from results.panels import share_bar
from results.tallies import SENTIMENT, Tally
from scraping.choices import JobStatus
from scraping.models import Job
from scraping.sources.outcomes import Outcome
from sentimatrix_studio.mongo.pipelines import condition, united
from sentimatrix_studio.rest import utc


def usable_by(user_id: ObjectId) -> frozenset[str]:
    """What settings may want and this person has: keys for providers, and engines that need none."""
    return choosing.usable() | needs.keys_of(user_id)


@dataclass(frozen=True, slots=True)
class Figures:
    """What hangs on a project."""

    tally: Tally
    targets: int
    jobs: int
    last_scrape_at: datetime | None
    last_analysis_at: datetime | None  # the end of the last job that analysed something


def figures(projects: Iterable[Project], asked: ResultFilter = ALL) -> dict[ObjectId, Figures]:
    """By id; the tally is of the days and platforms asked for."""
    ids = [project.pk for project in projects]
    found: dict[ObjectId, dict[str, Any]] = {pk: {} for pk in ids}
    for row in _counted(ids, asked.rollups(*ids)):
        found[row.pop("_id")].update(row)
    return {pk: _figures(row) for pk, row in found.items()}


def _counted(ids: list[ObjectId], kept: RollupQuerySet) -> Iterable[dict[str, Any]]:
    """Rows by project with the names of ``Figures`` and of counters, all out of one question to the database."""
    of_these = {"$match": {"project_id": {"$in": ids}}}
    sums = {name: {"$sum": f"$counters.{name}"} for name in SENTIMENT}
    analysed = {"$max": {"$cond": [{"$gt": ["$analysed", 0]}, "$completed_at", None]}}
    return united(
        (kept.model, [{"$match": condition(kept)}, _by_project(**sums)]),
        (Target, [of_these, _by_project(targets={"$sum": 1}, last_scrape_at={"$max": "$last_scraped_at"})]),
        (Job, [of_these, _by_project(jobs={"$sum": 1}, last_analysis_at=analysed)]),
    )


def _by_project(**sums: Any) -> dict[str, Any]:
    return {"$group": {"_id": "$project_id", **sums}}


def _figures(row: dict[str, Any]) -> Figures:
    return Figures(
        tally=Tally({name: row[name] for name in SENTIMENT if name in row}),
        targets=row.get("targets", 0),
        jobs=row.get("jobs", 0),
        last_scrape_at=_aware(row.get("last_scrape_at")),
        last_analysis_at=_aware(row.get("last_analysis_at")),
    )


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in a list, with the small bar of its reviews."""

    project: Project
    figures: Figures
    bar: tuple[Mark, ...]
    link: ReviewsLink

    @property
    def reviews_url(self) -> str:
        return self.link()

    def link_to(self, side: str) -> str:
        """Its positive, neutral or negative reviews; with no side all that have one."""
        if not side:
            return self.link(state=State.ANALYSED.value)
        return self.link(sentiment=shown_as(side, self.project.sentiment_classes))


def project_rows(projects: Sequence[Project], asked: ResultFilter = ALL) -> list[ProjectRow]:
    """In the order given; figures and links are about the days and platforms asked for."""
    counted = figures(projects, asked)
    return [_project_row(project, counted[project.pk], reviews_link(project, asked)) for project in projects]


def _project_row(project: Project, figures: Figures, link: ReviewsLink) -> ProjectRow:
    return ProjectRow(project, figures, share_bar(figures.tally, project.sentiment_classes, link), link)


def project_stats(projects: Sequence[Project]) -> dict[ObjectId, dict[str, Any]]:
    """``stats`` of the API's projects, by id."""
    counted = figures(projects)
    return {project.pk: _project_stats(counted[project.pk], project.sentiment_classes) for project in projects}


def _project_stats(figures: Figures, classes: int) -> dict[str, Any]:
    return {
        "total_targets": figures.targets,
        "total_results": figures.tally.total,
        "total_jobs": figures.jobs,
        "avg_sentiment": figures.tally.avg_score,
        "sentiment_distribution": figures.tally.distribution(classes),
        "last_scrape_at": figures.last_scrape_at and utc(figures.last_scrape_at),
        "last_analysis_at": figures.last_analysis_at and utc(figures.last_analysis_at),
    }


def project_job_counts(projects: Sequence[Project]) -> dict[ObjectId, dict[str, Any]]:
    """How many of the projects' jobs ended how, by id."""
    ids = [project.pk for project in projects]
    ended = Count("pk", filter=Q(status=JobStatus.COMPLETED)), Count("pk", filter=Q(status=JobStatus.FAILED))
    counted = _grouped(Job.objects.filter(project_id__in=ids), "project_id", completed=ended[0], failed=ended[1])
    return {
        pk: {
            "scrape_jobs_completed": counted.get(pk, {}).get("completed", 0),
            "scrape_jobs_failed": counted.get(pk, {}).get("failed", 0),
        }
        for pk in ids
    }


def target_stats(targets: Sequence[Target]) -> dict[ObjectId, dict[str, Any]]:
    """``stats`` of the API's targets, by id. The targets are of one project."""
    ids = [target.pk for target in targets]
    of_these = {"project_id__in": {target.project_id for target in targets}, "target_id__in": ids}
    totals = TotalRollup.objects.filter(**of_these).tally_by("target_id", ["total"])
    days = _grouped(DailyRollup.objects.filter(**of_these), "target_id", last=Max("day"))
    return {
        target.pk: {
            "results_count": totals[target.pk].total if target.pk in totals else 0,
            "last_scraped_at": target.last_scraped_at and utc(target.last_scraped_at),
            "last_result_date": days[target.pk]["last"].date() if target.pk in days else None,
        }
        for target in targets
    }


HINDRANCES = {code.value for code in Outcome if code != Outcome.OK}
TO_CORRECT = {Outcome.NOT_FOUND.value, Outcome.EMPTY.value}
TO_SEE_TO_KEYS = {Outcome.INVALID_KEY.value, Outcome.QUOTA_EXCEEDED.value}
TO_IMPORT = {
    *(Outcome.LOGIN_REQUIRED.value, Outcome.CAPTCHA.value, Outcome.BLOCKED.value, Outcome.LAYOUT_CHANGED.value),
    *(Outcome.REDIRECTED_HOME.value, Outcome.TOO_LARGE.value, Outcome.ROBOTS_DISALLOWED.value),
    Outcome.UNSUPPORTED.value,
}


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target in a list."""

    target: Target
    collected: int
    reviews_url: str

    @property
    def hindrance(self) -> str:
        """What kept the latest visit from collecting all there is, in two words."""
        code = self.target.outcome_code
        return Outcome(code).label.lower() if code in HINDRANCES else ""

    @property
    def next_step(self) -> tuple[str, str] | None:
        """What to do about it, with the address where that is done; None where another run is all there is."""
        pk, project_pk, code = self.target.pk, self.target.project_id, self.target.outcome_code
        if code in TO_IMPORT:
            return "Import a file instead", reverse("scraping:import_create", args=[project_pk])
        if code in TO_CORRECT:
            return "Correct the address", reverse("projects:target_edit", args=[project_pk, pk])
        if code in TO_SEE_TO_KEYS:
            return "See to the key", reverse("integrations:key_list")
        return None


def target_rows(project: Project) -> list[TargetRow]:
    """Oldest first."""
    targets = list(project.targets.order_by("created_at", "pk"))
    stats, link = target_stats(targets), reviews_link(project)
    return [TargetRow(one, stats[one.pk]["results_count"], link(target_id=one.pk)) for one in targets]


def _grouped(queryset: QuerySet[Any], column: str, **aggregates: Any) -> dict[ObjectId, dict[str, Any]]:
    return {row.pop(column): row for row in queryset.values(column).annotate(**aggregates)}

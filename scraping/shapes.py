"""Jobs as the API shows them, and what is said of one before it starts."""

from typing import Annotated, Any, TypedDict, cast

from rest_framework import serializers

from projects.choices import Platform
from projects.config import ENGINES
from results import imports
from results.shapes import ContentJson, content_as_json
from scraping import differences, progress
from scraping.choices import Change, StepState
from scraping.models import Job, Step
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Id, Moment, PageJson, Percent


class JobStatsJson(progress.TallyJson):
    targets_total: Count
    targets_completed: Count
    requests_made: Count
    credits_used: Count
    errors_count: Count
    llm_tokens: Count
    cost_usd: float


class PreviewErrorJson(TypedDict):
    line: Count
    reason: str


class PreviewJson(TypedDict):
    """How a file would be read: the options with every guess filled in, and the first rows as they stand."""

    options: imports.ImportOptionsJson
    columns: list[str]
    rows: list[list[str]]
    errors: list[PreviewErrorJson]
    warnings: list[str]


class EarlierJson(TypedDict):
    """What a review said until it was edited."""

    title: str
    text: str
    rating: float | None
    rating_max: float | None
    until: Moment


class ChangedJson(TypedDict):
    """A review as it is now; `before` is what it said before the job, where the job found it edited."""

    id: Id
    target_id: Id
    platform: Annotated[str, Platform]
    content: ContentJson
    before: EarlierJson | None


class DifferenceJson(TypedDict):
    """What a job changed, list by list; page and size are those of each list. A review that was deleted since is
    counted and not shown."""

    new: PageJson[ChangedJson]
    updated: PageJson[ChangedJson]
    unchanged: PageJson[ChangedJson]
    missing: PageJson[ChangedJson]


def difference_as_json(job: Job, page: int, size: int) -> DifferenceJson:
    def part(change: Change) -> PageJson[ChangedJson]:
        total: int = getattr(job, change.value)
        found = differences.changed(job, change, (page - 1) * size, size)
        items = [changed_as_json(one) for one in found]
        return {"items": items, "total": total, "page": page, "page_size": size, "pages": -(-total // size)}

    return {
        "new": part(Change.NEW),
        "updated": part(Change.UPDATED),
        "unchanged": part(Change.UNCHANGED),
        "missing": part(Change.MISSING),
    }


def changed_as_json(one: differences.Changed) -> ChangedJson:
    return {
        "id": str(one.result.pk),
        "target_id": str(one.result.target_id),
        "platform": one.result.platform,
        "content": content_as_json(one.result),
        "before": cast(EarlierJson, one.before) if one.before else None,
    }


class JobTargetSerializer(rest.ModelSerializer):
    """A collect step, as the caller knows it: one of the job's targets."""

    target_id = rest.IdField()
    status = serializers.ChoiceField(StepState.choices, source="state")
    progress = serializers.SerializerMethodField()
    results_count = serializers.IntegerField(source="collected")
    error = serializers.CharField(source="message")

    class Meta:
        model = Step
        fields = (
            *("target_id", "status", "outcome_code", "progress", "results_count", "reported_total"),
            *("attempts", "error"),
        )

    def get_progress(self, step: Step) -> Percent:
        return round(100 * progress.fraction(step), 1)


class JobOptionsSerializer(rest.Serializer):
    max_results = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    include_replies = serializers.BooleanField(required=False)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)
    full = serializers.BooleanField(
        required=False, help_text="Read on behind what is known, to find edits and what is gone."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "date_from" in attrs and "date_to" in attrs and attrs["date_from"] > attrs["date_to"]:
            raise serializers.ValidationError({"date_to": ["This is before date_from."]})
        return {name: value.isoformat() if name.startswith("date") else value for name, value in attrs.items()}


class AskedOfJobSerializer(JobOptionsSerializer):
    engine = serializers.ChoiceField(ENGINES, required=False, help_text="Of reviews that are read again.")
    filters = serializers.CharField(required=False, help_text="Which ones, as the query string of their list.")


class JobSerializer(rest.ModelSerializer):
    # of a queryset ``with_collecting``

    project_id = rest.IdField()
    retry_of = rest.IdField(source="retry_of_id", allow_null=True)
    progress = serializers.SerializerMethodField()
    targets = JobTargetSerializer(source="collecting", many=True)
    options = AskedOfJobSerializer()
    stats = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            *("id", "project_id", "status", "status_message", "trigger", "retry_of", "progress", "targets", "options"),
            *("stats", "created_at", "started_at", "completed_at", "error_message"),
        )

    def get_progress(self, job: Any) -> Percent:
        return progress.progress(job, job.collecting)

    def get_stats(self, job: Any) -> JobStatsJson:
        return {
            "targets_total": len(job.collecting),
            "targets_completed": sum(step.state == StepState.DONE for step in job.collecting),
            **progress.stats(job),
            "requests_made": job.requests_made,
            "credits_used": job.credits_used,
            "errors_count": job.errors_count,
            "llm_tokens": job.llm_tokens,
            "cost_usd": job.cost_usd,
        }

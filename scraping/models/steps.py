from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from bson import ObjectId
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ArrayField, ObjectIdAutoField, ObjectIdField

from projects.models import Target
from scraping.choices import UNFINISHED, StepKind, StepState

if TYPE_CHECKING:
    from scraping.models.jobs import Job  # which stores its steps

BATCH = 200  # reviews in one step of analysis: a second's work, and all that a kill has to do again


class StepQuerySet(models.QuerySet["Step"]):
    def collecting(self) -> Self:
        return self.filter(kind=StepKind.COLLECT)

    def analysing(self) -> Self:
        return self.filter(kind=StepKind.ANALYSE)

    def undone(self) -> Self:
        """Ended without having been done: what a retry takes up again."""
        return self.filter(state__in=[StepState.FAILED, StepState.CANCELLED])

    def waiting(self) -> Self:
        return self.filter(state=StepState.WAITING)

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def collect(self, job: "Job", targets: Sequence[Target]) -> None:
        """A step for each target, in their order."""
        kind = StepKind.COLLECT
        self.bulk_create(Step(job=job, kind=kind, target=target, turn=turn) for turn, target in enumerate(targets))

    def analyse(self, job: "Job", result_ids: Sequence[ObjectId], *, after: int) -> int:
        """A step for each batch of reviews, with turns after this one; the last turn given."""
        batches = [list(result_ids[start : start + BATCH]) for start in range(0, len(result_ids), BATCH)]
        turns = range(after + 1, after + 1 + len(batches))
        self.bulk_create(
            Step(job=job, kind=StepKind.ANALYSE, result_ids=ids, turn=turn)
            for turn, ids in zip(turns, batches, strict=True)
        )
        return after + len(batches)


class Step(models.Model):
    """A leased piece of a job: one target to collect from, one batch of reviews to analyse, or the gathering of those
    that are to be read again.

    A finished batch is deleted: what it did is in the reviews and in the job's counters.
    """

    id = ObjectIdAutoField(primary_key=True)
    job_id: ObjectId
    target_id: ObjectId | None
    job = models.ForeignKey("scraping.Job", on_delete=models.CASCADE, related_name="steps", db_index=False)
    kind = models.CharField(max_length=8, choices=StepKind)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, null=True, related_name="+")
    result_ids = ArrayField(ObjectIdField(), default=list)  # what an analyse step is about

    state = models.CharField(max_length=9, choices=StepState, default=StepState.WAITING)
    # How much of its job comes before it. The lowest turn of all jobs is next, and analysis before collecting: jobs
    # share the workers fairly, reviews become visible early, and few wait for their analysis.
    turn = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    token = models.PositiveIntegerField(default=0)  # of the latest claim: a write with an older one is refused
    attempts = models.PositiveSmallIntegerField(default=0)  # claims since the step last got on
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)

    is_full = models.BooleanField(default=True)  # it reads as far as is wanted, not only up to what is known
    is_whole = models.BooleanField(default=True)  # the site has held nothing back so far
    wanted = models.PositiveIntegerField(null=True)  # so many reviews at most; null: all there are
    options = models.JSONField(default=dict)  # of its target, as it was read
    cursor = models.TextField(blank=True)  # where to go on; the source's own words
    fraction = models.FloatField(default=0.0)  # 0 … 1 of this step, as far as the source can tell
    collected = models.PositiveIntegerField(default=0)
    reported_total = models.PositiveIntegerField(null=True)
    outcome_code = models.CharField(max_length=20, blank=True)
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "turn", "kind", "id"], name="step_to_claim"),
            models.Index(fields=["job", "kind", "state"], name="step_of_job"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} step, {self.get_state_display().lower()}"

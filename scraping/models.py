from typing import Self

from bson import ObjectId
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.models import Project, Target
from scraping.choices import LIVE, JobStatus, StepKind, StepState, Trigger


class JobQuerySet(OwnedQuerySet):
    def live(self) -> Self:
        return self.filter(status__in=LIVE)


class Job(OwnedModel):
    """One run over some targets of a project, as its user sees it. The work itself is done in steps."""

    id = ObjectIdAutoField(primary_key=True)
    project_id: ObjectId
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs", db_index=False)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    status_message = models.CharField(max_length=500, blank=True)
    trigger = models.CharField(max_length=10, choices=Trigger, default=Trigger.MANUAL)
    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    options = models.JSONField(default=dict, blank=True)
    cancel_requested = models.BooleanField(default=False)
    seq = models.PositiveIntegerField(default=0)  # grows with every change one can see
    new = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    analysed = models.PositiveIntegerField(default=0)
    requests_made = models.PositiveIntegerField(default=0)
    errors_count = models.PositiveIntegerField(default=0)
    error_message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project", "-created_at"], name="job_project_created"),
            models.Index(fields=["owner", "status", "-created_at"], name="job_owner_status"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} job of {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("scraping:job_detail", args=[self.project_id, self.pk])

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def results_total(self) -> int:
        return self.new + self.updated + self.unchanged


class Step(models.Model):
    """A leased piece of a job: one target to collect from, or one batch of reviews to analyse."""

    id = ObjectIdAutoField(primary_key=True)
    job_id: ObjectId
    target_id: ObjectId | None
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps", db_index=False)
    kind = models.CharField(max_length=8, choices=StepKind)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    result_ids = models.JSONField(default=list)  # what an analyse step is about

    state = models.CharField(max_length=9, choices=StepState, default=StepState.WAITING)
    worker = models.CharField(max_length=100, blank=True)
    token = models.PositiveIntegerField(default=0)  # of the latest claim: a write with an older one is refused
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)

    cursor = models.TextField(blank=True)  # where to go on; the source's own words
    fraction = models.FloatField(default=0.0)  # 0 … 1 of this step, as far as the source can tell
    collected = models.PositiveIntegerField(default=0)
    reported_total = models.PositiveIntegerField(null=True)
    outcome_code = models.CharField(max_length=20, blank=True)
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "lease_until"], name="step_to_claim"),
            models.Index(fields=["job", "kind", "state"], name="step_of_job"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} step, {self.get_state_display().lower()}"


class LogLine(models.Model):
    """A sentence of a job's log."""

    id = ObjectIdAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log", db_index=False)
    seq = models.PositiveIntegerField()  # the job's seq when it was written
    at = models.DateTimeField(default=timezone.now)
    level = models.CharField(max_length=7, choices=[("info", "Info"), ("warning", "Warning"), ("error", "Error")])
    message = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["job", "seq"], name="log_of_job")]

    def __str__(self) -> str:
        return self.message


class RowError(models.Model):
    """A row of an imported file that could not be read: line, reason and the row itself."""

    id = ObjectIdAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="row_errors", db_index=False)
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    raw = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="row_error_once_a_job")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"

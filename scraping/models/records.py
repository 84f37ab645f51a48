"""What is written down while a job runs, for its people to read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bson import ObjectId
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ArrayField, ObjectIdAutoField, ObjectIdField

from accounts.models import User
from projects.models import Project, Target
from scraping.choices import Change, Level

if TYPE_CHECKING:
    from scraping.models.jobs import Job  # which writes its log


class LogLineQuerySet(models.QuerySet["LogLine"]):
    def write(self, job: "Job", last: int, lines: Sequence[tuple[Level, str]]) -> None:
        """The lines under the numbers up to this one."""
        first = last - len(lines) + 1
        self.bulk_create(
            LogLine(job=job, seq=seq, level=level, message=message[:500])
            for seq, (level, message) in enumerate(lines, start=first)
        )


class LogLine(models.Model):
    """A sentence of a job's log."""

    id = ObjectIdAutoField(primary_key=True)
    job = models.ForeignKey("scraping.Job", on_delete=models.CASCADE, related_name="log", db_index=False)
    seq = models.PositiveIntegerField()  # the job's seq when it was written
    at = models.DateTimeField(default=timezone.now)
    level = models.CharField(max_length=7, choices=Level)
    message = models.CharField(max_length=500)

    objects = LogLineQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["job", "seq"], name="log_of_job")]

    def __str__(self) -> str:
        return self.message


class RowError(models.Model):
    """A row of an imported file that could not be read: line, reason and the row itself."""

    id = ObjectIdAutoField(primary_key=True)
    target_id: ObjectId
    job = models.ForeignKey("scraping.Job", on_delete=models.CASCADE, related_name="row_errors", db_index=False)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    raw = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "target", "line"], name="row_error_once_a_job")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class Difference(models.Model):
    """What became of the reviews of a page: one row for each kind of change, with their ids in the order read."""

    id = ObjectIdAutoField(primary_key=True)
    job = models.ForeignKey("scraping.Job", on_delete=models.CASCADE, related_name="differences", db_index=False)
    # It outlives its target as the job's counters do; its reviews go.
    target = models.ForeignKey(Target, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    change = models.CharField(max_length=9, choices=Change)
    result_ids = ArrayField(ObjectIdField())

    class Meta:
        indexes = [models.Index(fields=["job", "target", "change"], name="difference_of_job")]

    def __str__(self) -> str:
        return f"{len(self.result_ids)} {self.get_change_display().lower()}"


class LastVisit(models.Model):
    """When somebody looked at a project, and when they had done so the time before."""

    id = ObjectIdAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="last_visit_one_each")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from bson import ObjectId
from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.ownership import OwnedModel, OwnedQuerySet
from projects import files
from projects.choices import Platform, TargetStatus, TargetType
from projects.models.projects import Project
from projects.options import understood


class TargetQuerySet(OwnedQuerySet):
    def collectable(self) -> Self:
        """Targets a run visits: a file is read once, when it is imported."""
        return self.exclude(status=TargetStatus.PAUSED).exclude(detected_type=TargetType.FILE)


class Target(OwnedModel):
    """One place to collect from: a page of a platform, or an imported file."""

    id = ObjectIdAutoField(primary_key=True)
    project_id: ObjectId
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="targets", db_index=False)
    platform = models.CharField(max_length=12, choices=Platform)
    detected_type = models.CharField(max_length=10, choices=TargetType)
    external_id = models.CharField(max_length=200, editable=False)  # the platform's own id, or a file's SHA-256
    url = models.CharField(max_length=2000, blank=True)
    label = models.CharField(max_length=200, blank=True)
    options = models.JSONField(default=dict, blank=True)
    file_id = ObjectIdField(null=True, editable=False)  # of the upload in GridFS
    status = models.CharField(max_length=8, choices=TargetStatus, default=TargetStatus.ACTIVE)
    outcome_code = models.CharField(max_length=20, blank=True, editable=False)
    error_message = models.CharField(max_length=500, blank=True, editable=False)
    reported_total = models.PositiveIntegerField(null=True, editable=False)
    last_scraped_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "platform", "external_id"], name="target_once_a_project")
        ]
        indexes = [models.Index(fields=["owner", "-created_at"], name="target_owner_created")]

    def __str__(self) -> str:
        return self.label or self.url or self.external_id

    @property
    def is_file(self) -> bool:
        return self.detected_type == TargetType.FILE

    @property
    def is_paused(self) -> bool:
        return self.status == TargetStatus.PAUSED

    def with_options(self, said: Mapping[str, str]) -> dict[str, str]:
        """The options with some changed, or taken away where they are empty. Raises ValidationError by name.

        How a file is read is said when it is imported.
        """
        changes = understood(Platform.FILE if self.is_file else self.platform, said)
        taken_away = {name for name, value in changes.items() if not value}
        return {name: value for name, value in {**self.options, **changes}.items() if name not in taken_away}

    def pause(self) -> None:
        self._set_status(TargetStatus.PAUSED)

    def resume(self) -> None:
        """Visit it again with the next run; whether it still needs attention is seen then."""
        self._set_status(TargetStatus.ACTIVE)

    def _set_status(self, status: TargetStatus) -> None:
        self.status = status
        self.save(update_fields=["status"])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the target with all that hangs on it.

        Twice: a page which a worker was just storing may come in behind the first round. By the second its step is
        gone, so nothing more can come.
        """
        pk = self.pk
        deleted = super().delete(*args, **kwargs)
        super(Target, Target(pk=pk)).delete(*args, **kwargs)
        return deleted

    def record_outcome(self, code: str, message: str, reported_total: int | None, at: datetime) -> None:
        """Keep how the latest visit ended; an empty message means that all went well."""
        self.outcome_code, self.error_message, self.last_scraped_at = code, message[:500], at
        self.reported_total = reported_total if reported_total is not None else self.reported_total
        if self.status != TargetStatus.PAUSED:
            self.status = TargetStatus.ERROR if message else TargetStatus.ACTIVE
        self.save(update_fields=["outcome_code", "error_message", "last_scraped_at", "reported_total", "status"])


@receiver(post_delete, sender=Target)
def delete_upload(instance: Target, **kwargs: Any) -> None:
    """A file goes with its target, also when that goes with its project or its owner."""
    if instance.file_id:
        files.delete(instance.file_id)

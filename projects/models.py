from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple, Self

from bson import ObjectId
from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.ownership import OwnedModel, OwnedQuerySet
from projects import files
from projects.choices import Platform, ProjectStatus, TargetStatus, TargetType
from projects.platforms import Detected
from sentimatrix_studio.mongo.transaction import in_transaction

SENTIMENT_CLASSES = [(3, "Three: positive, neutral, negative"), (5, "Five: with very positive and very negative")]


class ProjectQuerySet(OwnedQuerySet):
    def active(self) -> Self:
        return self.filter(status=ProjectStatus.ACTIVE)

    def not_archived(self) -> Self:
        return self.exclude(status=ProjectStatus.ARCHIVED)

    def named_like(self, words: str) -> Self:
        return self.filter(name__icontains=words) if words else self


class Project(OwnedModel):
    """A thing one wants to hear about: its targets, jobs and reviews hang on it, and go when it is deleted."""

    id = ObjectIdAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=ProjectStatus, default=ProjectStatus.ACTIVE)
    analyse = models.BooleanField("analyse sentiment and emotion", default=True)
    sentiment_classes = models.PositiveSmallIntegerField("sentiment labels", choices=SENTIMENT_CLASSES, default=5)
    is_sample = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "status", "-created_at"], name="project_owner_status"),
            models.Index(fields=["owner", "-created_at"], name="project_owner_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:project_detail", args=[self.pk])

    @property
    def is_archived(self) -> bool:
        return self.status == ProjectStatus.ARCHIVED

    @property
    def can_run(self) -> bool:
        return self.status in (ProjectStatus.ACTIVE, ProjectStatus.ERROR)

    def archive(self) -> None:
        self.set_status(ProjectStatus.ARCHIVED)

    def restore(self) -> None:
        self.set_status(ProjectStatus.ACTIVE)

    def set_status(self, status: str) -> None:
        """Also keeps since when the project is archived."""
        archived_at = (self.archived_at or timezone.now()) if status == ProjectStatus.ARCHIVED else None
        self.status, self.archived_at = status, archived_at
        self.save(update_fields=["status", "archived_at", "updated_at"])

    def has_target(self, found: Detected) -> bool:
        return self.targets.filter(platform=found.platform, external_id=found.external_id).exists()

    def add_targets(self, found: Sequence[Detected], label: str = "", **options: str) -> list["Added"]:
        """Watch these as well: a target for each, in the order given. One that is already there stays as it is."""
        return in_transaction(lambda: self._add_targets(found, label, options))

    def _add_targets(self, found: Sequence[Detected], label: str, options: dict[str, str]) -> list["Added"]:
        here = self.targets.filter(external_id__in=[one.external_id for one in found])
        targets = {(target.platform, target.external_id): target for target in here}
        added = []
        for one in found:
            key = (one.platform.value, one.external_id)
            is_new = key not in targets
            if is_new:
                fields = {**asdict(one), "label": label, "options": {**one.options, **options}}
                targets[key] = Target.objects.create(owner_id=self.owner_id, project=self, **fields)
            added.append(Added(targets[key], is_new))
        return added


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


class Added(NamedTuple):
    """A target somebody asked for; ``is_new`` is false for one that was there before."""

    target: Target
    is_new: bool


@receiver(post_delete, sender=Target)
def delete_upload(instance: Target, **kwargs: Any) -> None:
    """A file goes with its target, also when that goes with its project or its owner."""
    if instance.file_id:
        files.delete(instance.file_id)

from datetime import datetime
from typing import Self

from bson import ObjectId
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.choices import Platform, ProjectStatus, TargetStatus, TargetType

SENTIMENT_CLASSES = [(3, "Three: positive, neutral, negative"), (5, "Five: with very positive and very negative")]


class ProjectQuerySet(OwnedQuerySet):
    def active(self) -> Self:
        return self.filter(status=ProjectStatus.ACTIVE)

    def not_archived(self) -> Self:
        return self.exclude(status=ProjectStatus.ARCHIVED)

    def named_like(self, words: str) -> Self:
        return self.filter(name__icontains=words) if words else self


class Project(OwnedModel):
    """A thing one wants to hear about: its targets, jobs and reviews hang on it."""

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
        self.status, self.archived_at = ProjectStatus.ARCHIVED, timezone.now()
        self.save(update_fields=["status", "archived_at", "updated_at"])

    def restore(self) -> None:
        self.status, self.archived_at = ProjectStatus.ACTIVE, None
        self.save(update_fields=["status", "archived_at", "updated_at"])


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

    def record_outcome(self, code: str, message: str, reported_total: int | None, at: datetime) -> None:
        """Keep how the latest visit ended; an empty message means that all went well."""
        self.outcome_code, self.error_message, self.last_scraped_at = code, message[:500], at
        self.reported_total = reported_total if reported_total is not None else self.reported_total
        if self.status != TargetStatus.PAUSED:
            self.status = TargetStatus.ERROR if message else TargetStatus.ACTIVE
        self.save(update_fields=["outcome_code", "error_message", "last_scraped_at", "reported_total", "status"])

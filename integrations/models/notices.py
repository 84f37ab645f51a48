from typing import Self

from bson import ObjectId
from django.db import models
from django.db.models import Q
from django_mongodb_backend.fields import ArrayField, ObjectIdAutoField, ObjectIdField

from accounts.ownership import OwnedModel, OwnedQuerySet
from integrations.catalogue import EVENTS
from projects.models import Project

USUAL = [
    *("job.completed", "job.failed", "schedule.paused", "export.ready", "export.failed"),
    *("change.completed", "change.failed", "webhook.disabled", "channel.disabled", "key.refused"),
]


def usual_events() -> list[str]:
    return list(USUAL)


class NoticeQuerySet(OwnedQuerySet):
    def unread(self) -> Self:
        return self.filter(is_unread=True)

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def mark_read(self) -> int:
        return self.unread().update(is_unread=False)


class Notice(OwnedModel):
    """What the bell in the page header tells of an event, whose key it has: so there is one for each event."""

    id = ObjectIdField(primary_key=True, db_column="_id", editable=False)
    project_id: ObjectId | None
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    event = models.CharField(max_length=30)
    title = models.CharField(max_length=150)
    text = models.CharField(max_length=500, blank=True)
    path = models.CharField(max_length=300, blank=True)  # of the page it is about
    is_bad = models.BooleanField(default=False)
    is_unread = models.BooleanField(default=True)
    at = models.DateTimeField()

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="notice_owner_latest"),
            models.Index(fields=["owner"], condition=Q(is_unread=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class BellQuerySet(OwnedQuerySet):
    def events_of(self, owner_id: ObjectId) -> list[str]:
        """Of which the bell of this person tells."""
        chosen = self.filter(owner_id=owner_id).values_list("events", flat=True).first()
        return USUAL if chosen is None else chosen


class Bell(OwnedModel):
    """Of which events somebody wants to read in the page header, if they have ever chosen."""

    id = ObjectIdAutoField(primary_key=True)
    events = ArrayField(models.CharField(max_length=30), default=usual_events)

    objects = BellQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner"], name="bell_once_an_owner")]

    def __str__(self) -> str:
        return ", ".join(EVENTS[name].title for name in self.events if name in EVENTS)

from datetime import timedelta
from typing import Any, Self

from bson import ObjectId
from django.db import models
from django.db.models import Q
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.models import User
from projects.models import Project
from results.choices import BulkState
from results.models.changes import Change, ChangeKind
from results.models.orders import UNFINISHED, Order, OrderQuerySet

SHOWN_FOR = timedelta(minutes=10)  # after its end, over the list


class BulkKind(models.TextChoices):
    DELETION = ChangeKind.DELETION.value, "Deleting"
    LABELS = ChangeKind.LABELS.value, "Labelling"
    UNDO = "undo", "Undoing"


class BulkChangeQuerySet(OrderQuerySet):
    def of_change(self, change: Change) -> Self:
        """Those that make it or undo it."""
        return self.filter(project_id=change.project_id, change_id=change.pk)


class BulkChange(Order):
    """A change of more reviews than a request has time for, or its undoing, which a worker makes."""

    id = ObjectIdAutoField(primary_key=True)
    # Goes with its project, as reviews do. Who owns a project is who changes its reviews.
    owner = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=BulkKind)
    change_id = ObjectIdField()  # of the change that is made or undone
    said = models.JSONField(default=dict)  # of labels, as of a change
    query = models.TextField(blank=True)  # which reviews: the query string of a filter
    state = models.CharField(max_length=7, choices=BulkState, default=BulkState.WAITING)

    cursor = models.CharField(max_length=40, blank=True)  # from which to go on
    total = models.PositiveIntegerField(null=True)  # what the filter found; none: too many to count in time
    done = models.PositiveIntegerField(default=0)  # reviews looked at so far
    changed = models.PositiveIntegerField(default=0)  # how many of those are different now
    passed_over = models.PositiveIntegerField(default=0)  # and how many cannot be

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(state__in=list(UNFINISHED)), name="bulk_one_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="bulk_of_project"),
            models.Index(fields=["state", "lease_until"], name="bulk_to_claim"),
        ]

    def __str__(self) -> str:
        """What a worker is about: “Labelling 34,000 of 100,000 reviews”."""
        if self.total is None:
            return f"{self.get_kind_display()} reviews, {self.done:,} so far"
        return f"{self.get_kind_display()} {self.done:,} of {self.total:,} reviews"

    @property
    def outcome(self) -> str:
        """What has come of it. One that failed says why, and what it had done by then."""
        if self.is_failed and not self.changed:
            return self.message
        return " ".join(part for part in (self.message, self._changes_made) if part)

    @property
    def _changes_made(self) -> str:
        if self.is_undo:
            return undone(self.changed, self.passed_over)
        return f"{self.change}. {left_alone(self.passed_over)}".strip()

    @property
    def is_undo(self) -> bool:
        return self.kind == BulkKind.UNDO

    @property
    def is_failed(self) -> bool:
        return self.state == BulkState.FAILED

    @property
    def undo_id(self) -> ObjectId | None:
        """Of the change, when it has ended and there is something to undo."""
        return self.change_id if self.changed and not self.is_undo and not self.is_unfinished else None

    @property
    def can_be_undone(self) -> bool:
        """Whether it has not been undone yet."""
        return bool(self.undo_id and Change.objects.filter(pk=self.undo_id).exists())

    @property
    def change(self) -> Change:
        """As it is kept with the first reviews that it changes."""
        about = {"owner_id": self.owner_id, "project_id": self.project_id, "kind": self.kind, "said": self.said}
        return Change(pk=self.change_id, **about, count=self.changed, made_at=self.created_at)


def left_alone(passed_over: int) -> str:
    return f"{passed_over:,} had to be left as they are: no engine has read them yet." if passed_over else ""


def undone(count: int, passed_over: int) -> str:
    newer = f" {passed_over:,} passed over: newer, or without their target." if passed_over else ""
    return f"{count:,} review{pluralize(count, ' is,s are')} as before.{newer}"


def shown_over_list() -> list[dict[str, Any]]:
    """Stages of MongoDB's that leave, of a project's, the latest, if it is being made or has just ended."""
    is_recent = {"finished_at": {"$gte": timezone.now() - SHOWN_FOR}}
    is_shown = {"$or": [{"state": {"$in": list(UNFINISHED)}}, is_recent]}
    return [{"$sort": {"_id": -1}}, {"$limit": 1}, {"$match": is_shown}]

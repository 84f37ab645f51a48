from typing import Any, Self

from bson import ObjectId
from django.db import models
from django.utils import timezone

from accounts.ownership import OwnedModel, OwnedQuerySet

WAITING, RUNNING = UNFINISHED = ("waiting", "running")  # each kind of order has its own words for its end


class OrderQuerySet(OwnedQuerySet):
    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class Order(OwnedModel):
    """What somebody has asked for in a project and a worker makes, with a ``state``: see ``results/orders.py``."""

    project_id: ObjectId
    project: Any
    state: Any
    message = models.CharField(max_length=500, blank=True)  # why it failed
    token = models.PositiveIntegerField(default=0)  # of the latest claim: a write with an older one is refused
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, default=timezone.now)  # while it waits: since when
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_leaving(self) -> bool:
        return bool(self.project.is_leaving)

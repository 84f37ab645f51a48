from datetime import datetime
from typing import Any, Self

from bson import ObjectId
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.ownership import OwnedModel, OwnedQuerySet
from integrations.catalogue import EVENTS, TEST, EventKind
from integrations.choices import DeliveryState
from projects.models import Project
from sentimatrix_studio import rest

CAUSE_LENGTH = 100
OVER = (DeliveryState.DELIVERED, DeliveryState.FAILED)


class EventQuerySet(OwnedQuerySet):
    def before(self, moment: datetime) -> Self:
        return self.filter(at__lt=moment)


class Event(OwnedModel):
    """Something that has happened, written down with what made it happen: once, whoever notices it how often."""

    id = ObjectIdAutoField(primary_key=True)
    project_id: ObjectId | None
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=30)
    cause = models.CharField(max_length=CAUSE_LENGTH)  # what made it happen, in the words of who announced it
    facts = models.JSONField(default=dict)  # the fields of its kind
    at = models.DateTimeField(default=timezone.now, db_index=True)
    request_id = models.CharField(max_length=64, blank=True)  # of the request that began it

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "cause"], name="event_once_a_cause")]
        indexes = [models.Index(fields=["owner", "-at"], name="event_owner_at")]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def kind(self) -> EventKind:
        return EVENTS.get(self.name, TEST)

    @property
    def is_test(self) -> bool:
        return self.name == TEST.name

    @property
    def message_id(self) -> str:
        """The same wherever, and however often, it is sent: by it a receiver knows what it has seen already."""
        return f"evt_{self.pk}"

    @property
    def payload(self) -> dict[str, Any]:
        """What programs are told. ``type`` is the name after Standard Webhooks, ``event`` the one from before."""
        return {"type": self.name, "event": self.name, "timestamp": rest.utc(self.at), "data": self.facts}


class DeliveryQuerySet(OwnedQuerySet):
    def listed(self, state: str = "") -> Self:
        """Newest first, with their events and without what is kept of each attempt."""
        found = self.filter(state=state) if state else self
        return found.order_by("-pk").defer("log").prefetch_related("event")

    def waiting(self) -> Self:
        return self.filter(state=DeliveryState.WAITING)

    def failed(self) -> Self:
        return self.filter(state=DeliveryState.FAILED)

    def over(self) -> Self:
        return self.filter(state__in=OVER)

    def send_again(self) -> int:
        """Put those that have ended on their way as if they had never been sent, with the same ids; how many."""
        again: dict[str, Any] = {"state": DeliveryState.WAITING, "due_at": timezone.now(), "attempts": 0}
        return self.over().update(**again, code="", message="", ended_at=None)

    def give_up(self, code: str, message: str) -> int:
        """End those that nobody is sending at the moment."""
        ended = {"state": DeliveryState.FAILED, "due_at": None, "ended_at": timezone.now()}
        return self.update(**ended, code=code, message=message)


class Delivery(OwnedModel):
    """An event on its way to one endpoint, of whatever kind: see ``integrations/deliveries``.

    It is written with its event, and claimed by one sender at a time; an endpoint is sent one thing at a time.
    """

    id = ObjectIdAutoField(primary_key=True)
    event_id: ObjectId
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    kind = models.CharField(max_length=10)  # of the endpoint
    endpoint_id = ObjectIdField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.WAITING)
    due_at = models.DateTimeField(default=timezone.now, null=True)  # when it is sent, or sent again
    attempts = models.PositiveSmallIntegerField(default=0)  # since it was first, or by hand again, put on its way
    breaks = models.PositiveSmallIntegerField(default=0)  # of the latest attempt, whose senders were killed
    token = models.PositiveIntegerField(default=0)  # of the latest claim: a write with an older one is refused
    lease_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)  # when the latest attempt ended
    code = models.CharField(max_length=20, blank=True)  # why it was not delivered so far …
    message = models.CharField(max_length=500, blank=True)  # … in a sentence
    log = models.JSONField(default=list)  # of the latest attempts, see ``deliveries.leases.Attempt``
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint_id"], name="delivery_once_an_endpoint"),
            models.UniqueConstraint(
                fields=["endpoint_id"], condition=Q(state=DeliveryState.SENDING.value), name="delivery_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "endpoint_id", "owner"], name="delivery_to_claim"),
            models.Index(fields=["endpoint_id", "-id"], name="delivery_of_endpoint"),
            models.Index(fields=["owner"], name="delivery_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} delivery of {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    def send_again(self) -> bool:
        """False while it is on its way anyway."""
        return bool(Delivery.objects.filter(pk=self.pk).send_again())

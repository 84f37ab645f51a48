"""What all that events are delivered to have in common, whether a program or a person listens there."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_mongodb_backend.fields import ArrayField, ObjectIdAutoField

from accounts.ownership import OwnedModel, OwnedQuerySet
from integrations.catalogue import EVENTS, Value
from integrations.choices import Disabled
from integrations.deliveries.sendable import Sendable
from integrations.models.deliveries import Delivery, DeliveryQuerySet, Event
from projects.models import Project
from sentimatrix_studio.mongo.transaction import in_transaction

SPELL = timedelta(days=2)  # failures that lie further apart belong to different spells: the longest pause is a day
PATIENCE = timedelta(days=5)  # with an endpoint to which nothing can be delivered


class TooMany(Exception):  # noqa: N818  not an error: an answer
    """Somebody has as many endpoints of this kind as one may have."""

    def __init__(self, kind: str, most: int) -> None:
        self.message = f"You have {most} {kind}s already: delete one that is no longer needed."
        super().__init__(self.message)


def validate_event(name: str) -> None:
    if name not in EVENTS:
        raise ValidationError(f"There is no event “{name}”.")


class EndpointQuerySet(OwnedQuerySet):
    def delete(self) -> tuple[int, dict[str, int]]:
        """What was and would have been delivered there goes first: nobody could get to it any more."""
        Delivery.objects.filter(endpoint_id__in=list(self.values_list("pk", flat=True))).delete()
        return super().delete()

    def wanting(self, event: Event) -> list[Any]:
        """Those that want to be told of this event."""
        of_owner = self.filter(owner_id=event.owner_id, is_enabled=True)
        of_project = of_owner.filter(Q(project=None) | Q(project_id=event.project_id))
        return [endpoint for endpoint in of_project if event.name in endpoint.events]


class Endpoint(OwnedModel):
    """Something that wants to be told of some events, of one project or of all its owner's.

    ``kind`` tells its deliveries from those of other endpoints.
    """

    kind: ClassVar[str]
    most: ClassVar[int]  # of one person
    is_for_people: ClassVar[bool]
    disabled_event: ClassVar[str]  # which its owner is told when it is turned off

    id = ObjectIdAutoField(primary_key=True)
    project_id: ObjectId | None
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    events = ArrayField(models.CharField(max_length=30, validators=[validate_event]), default=list)
    is_enabled = models.BooleanField(default=True)
    disabled_because = models.CharField(max_length=10, choices=Disabled, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    last_failed_at = models.DateTimeField(null=True, editable=False)
    last_delivered_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        abstract = True

    @abstractmethod
    def sendable(self, event: Event) -> Sendable:
        """What is to be sent for this event, complete. Raises DeliveryError when there is nothing to send with."""

    def add(self) -> None:
        """Save it as a new one of its owner. Raises TooMany."""
        if type(self)._default_manager.filter(owner_id=self.owner_id).count() >= self.most:
            raise TooMany(self.kind, self.most)
        self.save(force_insert=True)

    @property
    @abstractmethod
    def facts(self) -> Mapping[str, Value]:
        """The data of ``disabled_event``, without the reason."""

    @property
    def titles(self) -> str:
        """Of what it is told."""
        return ", ".join(EVENTS[name].title for name in self.events if name in EVENTS)

    @property
    def why_disabled(self) -> str:
        return Disabled(self.disabled_because).sentence if self.disabled_because else ""

    def delivery_of(self, event: Event) -> Delivery:
        """To be saved."""
        return Delivery(owner_id=self.owner_id, event=event, kind=self.kind, endpoint_id=self.pk)

    @property
    def deliveries(self) -> DeliveryQuerySet:
        return Delivery.objects.filter(endpoint_id=self.pk)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """With its deliveries, as of a set of them."""
        self.deliveries.delete()
        return super().delete(*args, **kwargs)

    def enable(self) -> None:
        self._change(is_enabled=True, disabled_because="", failing_since=None, last_failed_at=None)

    def disable(self, because: Disabled) -> bool:
        """What still waits for it is given up: to be sent again by hand once it is enabled. False when it was off."""
        was_enabled = type(self)._default_manager.filter(pk=self.pk, is_enabled=True)
        if not was_enabled.update(is_enabled=False, disabled_because=because):
            return False
        self.is_enabled, self.disabled_because = False, because
        self.deliveries.waiting().give_up("disabled", because.sentence)
        return True

    def toggle(self) -> None:
        """Off if it is on, and on if it is off, because its owner wants that."""
        if self.is_enabled:
            in_transaction(lambda: self.disable(Disabled.BY_HAND))
        else:
            self.enable()

    def note_success(self, at: datetime) -> None:
        self._change(failing_since=None, last_failed_at=None, last_delivered_at=at)

    def note_failure(self, at: datetime) -> bool:
        """Whether nothing could be delivered for so long that it is time to stop."""
        is_same_spell = self.last_failed_at is not None and at - self.last_failed_at <= SPELL
        since = (self.failing_since if is_same_spell else None) or at
        self._change(failing_since=since, last_failed_at=at)
        return at - since >= PATIENCE

    def _change(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        type(self)._default_manager.filter(pk=self.pk).update(**fields)

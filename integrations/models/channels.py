from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.urls import reverse

from integrations.channels import SERVICES, Service
from integrations.deliveries.sendable import DeliveryError, Sendable
from integrations.messages import Mail, Post
from integrations.models.deliveries import Event
from integrations.models.endpoints import Endpoint
from integrations.models.secrets import Sealed
from integrations.wording import message_of
from sentimatrix_studio.encryption import Unreadable

LOST = (
    "The address of this channel cannot be read any more: the encryption key of this installation has changed. "
    "Enter it again."
)
UNCONFIRMED = "The e-mail address of the account is not confirmed: see Settings, E-mail."


class Channel(Sealed, Endpoint):
    """A service by which somebody wants to be told of events. Its secrets are the values of the service's fields;
    ``shown`` is what of them may be seen."""

    kind: ClassVar[str] = "channel"
    most: ClassVar[int] = 20
    bound_to: ClassVar[tuple[str, ...]] = ("service",)
    is_for_people: ClassVar[bool] = True
    disabled_event: ClassVar[str] = "channel.disabled"

    service = models.CharField(max_length=10, choices=[(one.id, one.name) for one in SERVICES.values()])
    name = models.CharField(max_length=100, blank=True, help_text="For yourself: who reads it.")
    shown = models.JSONField(default=dict, editable=False)

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"], name="channel_owner_created")]

    def __str__(self) -> str:
        return f"{self.known}, {self.name}" if self.name else self.known.name

    def get_absolute_url(self) -> str:
        return reverse("integrations:channel_edit", args=[self.pk])

    @property
    def known(self) -> Service:
        return SERVICES[self.service]

    @property
    def facts(self) -> dict[str, str]:
        """What is said of it when it is turned off."""
        return {"channel_id": str(self.pk), "channel": str(self)}

    @property
    def address(self) -> str:
        """As it may be seen."""
        return self.shown.get("address", "") or self.owner.email

    def seal(self, values: Mapping[str, str]) -> None:
        """Hold these values; to be saved."""
        self.hold(dict(values))
        self.shown = {
            field.name: field.shown(values[field.name]) for field in self.known.fields if field.name in values
        }

    def sendable(self, event: Event) -> Sendable:
        message = message_of(event)
        if self.known.write is None:
            if not self.owner.is_verified:
                raise DeliveryError("unconfirmed", UNCONFIRMED)
            return Mail(message=message, to=self.owner.email, unique=f"{event.message_id}.{self.pk}")
        try:
            values = self.open()
        except Unreadable as error:
            raise DeliveryError("unreadable", LOST) from error
        return Post(service=self.known, request=self.known.write(message, values), values=values, shown=self.shown)

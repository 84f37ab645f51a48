import json
from collections.abc import Mapping
from typing import ClassVar

from bson import ObjectId
from django.db import models
from django.urls import reverse

from integrations.channels import SERVICES, Service
from integrations.deliveries.sendable import DeliveryError, Sendable
from integrations.messages import Mail, Post
from integrations.models.deliveries import Event
from integrations.models.endpoints import Endpoint
from integrations.wording import message_of
from sentimatrix_studio.encryption import Unreadable, decrypt, encrypt

LOST = (
    "The address of this channel cannot be read any more: the encryption key of this installation has changed. "
    "Enter it again."
)
UNCONFIRMED = "The e-mail address of the account is not confirmed: see Settings, E-mail."


class Channel(Endpoint):
    """A service by which somebody wants to be told of events. ``sealed`` holds, as JSON, the values of its fields, and
    opens only as this row of this owner; ``shown`` is what of them may be seen."""

    kind: ClassVar[str] = "channel"
    is_for_people: ClassVar[bool] = True
    disabled_event: ClassVar[str] = "channel.disabled"

    service = models.CharField(max_length=10, choices=[(one.id, one.name) for one in SERVICES.values()])
    name = models.CharField(max_length=100, blank=True, help_text="For yourself: who reads it.")
    sealed = models.TextField(editable=False)
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

    @property
    def is_readable(self) -> bool:
        try:
            self.open()
        except Unreadable:
            return False
        return True

    def open(self) -> dict[str, str]:
        """The values of the service's fields. Raises ``Unreadable``."""
        values: dict[str, str] = json.loads(decrypt(self.sealed, *self.place_of(self.pk, self.owner_id, self.service)))
        return values

    def seal(self, values: Mapping[str, str]) -> None:
        """Hold these values; to be saved."""
        self.pk = self.pk or ObjectId()
        self.sealed = encrypt(json.dumps(dict(values)), *self.place_of(self.pk, self.owner_id, self.service))
        self.shown = {
            field.name: field.shown(values[field.name]) for field in self.known.fields if field.name in values
        }

    @staticmethod
    def place_of(pk: ObjectId, owner_id: ObjectId, service: str) -> tuple[str, ...]:
        """What its ciphertext is bound to."""
        return "channel", "sealed", str(owner_id), service, str(pk)

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

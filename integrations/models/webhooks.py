import json
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django_mongodb_backend.fields import ArrayField

from integrations import signing
from integrations.catalogue import Value
from integrations.deliveries.sendable import DeliveryError, Sendable
from integrations.models.deliveries import Event
from integrations.models.endpoints import Endpoint
from integrations.models.secrets import Sealed
from integrations.outbound import OutboundRefused, parse
from integrations.signed import SignedRequest
from sentimatrix_studio.encryption import Unreadable

BOTH_COUNT = timedelta(days=1)  # the old secret and the new one, after a new one was asked for
LOST = (
    "The secret of this webhook cannot be read any more: the encryption key of this installation has changed. "
    "Ask for a new secret, and enter its own headers again."
)


def validate_address(url: str) -> None:
    try:
        parse(url)
    except OutboundRefused as refused:
        raise ValidationError(refused.message) from refused


class Webhook(Sealed, Endpoint):
    """An address of a program's to which Studio sends events, signed with a secret that both know.

    Sealed are the secret, the one before it, and the headers its owner wants sent along, which may be secrets as well.
    """

    kind: ClassVar[str] = "webhook"
    most: ClassVar[int] = 50
    is_for_people: ClassVar[bool] = False
    disabled_event: ClassVar[str] = "webhook.disabled"

    name = models.CharField(max_length=100, blank=True, help_text="For yourself: who listens there.")
    url = models.CharField("address", max_length=2000, validators=[validate_address])
    header_names = ArrayField(models.CharField(max_length=100), default=list, editable=False)
    both_count_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"], name="webhook_owner_created")]

    def __str__(self) -> str:
        return self.name or self.host

    def get_absolute_url(self) -> str:
        return reverse("integrations:webhook_detail", args=[self.pk])

    @property
    def host(self) -> str:
        return str(parse(self.url).host)

    @property
    def facts(self) -> Mapping[str, Value]:
        return {"webhook_id": str(self.pk), "webhook": str(self), "host": self.host}

    @property
    def secrets(self) -> list[str]:
        """Those that count now, the newest first. Raises ``Unreadable``."""
        opened = self.open()
        counts_still = self.both_count_until is not None and self.both_count_until > timezone.now()
        return [opened["secret"], *([opened["previous"]] if opened["previous"] and counts_still else [])]

    @property
    def headers(self) -> dict[str, str]:
        """Those its owner wants sent along. Raises ``Unreadable``."""
        return dict(self.open()["headers"])

    def seal(self, headers: Mapping[str, str] | None = None) -> str:
        """Give a new webhook its secret, which is answered this once; to be saved."""
        return self._seal(signing.new_secret(), "", headers or {})

    def keep_headers(self, headers: Mapping[str, str]) -> None:
        """Send these along from now on; to be saved. Raises ``Unreadable``."""
        opened = self.open()
        self._seal(opened["secret"], opened["previous"], headers)

    def rotate(self) -> str:
        """A new secret, which is answered this once; to be saved. The old one counts for a day, if it is known."""
        try:
            opened = self.open()
        except Unreadable:
            opened = {"secret": "", "headers": {}}
        self.both_count_until = timezone.now() + BOTH_COUNT if opened["secret"] else None
        return self._seal(signing.new_secret(), opened["secret"], opened["headers"])

    def sendable(self, event: Event) -> Sendable:
        try:
            secrets, headers = self.secrets, self.headers
        except Unreadable as error:
            raise DeliveryError("unreadable", LOST) from error
        return SignedRequest(
            url=self.url,
            secrets=secrets,
            own_headers=headers,
            message_id=event.message_id,
            event=event.name,
            request_id=event.request_id,
            body=json.dumps(event.payload, separators=(",", ":")).encode(),
        )

    def _seal(self, secret: str, previous: str, headers: Mapping[str, str]) -> str:
        self.hold({"secret": secret, "previous": previous, "headers": dict(headers)})
        self.header_names = sorted(headers)
        return secret

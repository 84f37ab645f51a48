"""What a webhook is sent: a signed request about an event."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integrations import signing
from integrations.deliveries.parcels import Answer
from integrations.deliveries.posting import post

VERSION = "1"  # of what the body looks like


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A ``parcels.Parcel``. ``own_headers`` are those that the owner of the webhook wants sent along."""

    url: str
    secrets: Sequence[str]
    own_headers: Mapping[str, str]
    message_id: str
    event: str
    request_id: str
    body: bytes
    timestamp: int = field(default_factory=lambda: int(time.time()))

    @property
    def shown(self) -> dict[str, str]:
        return {name: value for name, value in self._headers().items() if name not in self.own_headers}

    def send(self) -> Answer:
        return post(self.url, self.body, headers=self._headers(), secrets=[*self.secrets, *self.own_headers.values()])

    def _headers(self) -> dict[str, str]:
        """Ours come last: nobody's own take their place."""
        ours = {
            "Content-Type": "application/json",
            **signing.headers(self.secrets, self.message_id, self.timestamp, self.body),
            "X-Webhook-Event": self.event,
            "X-Webhook-Version": VERSION,
            **({"X-Request-ID": self.request_id} if self.request_id else {}),
        }
        taken = {name.lower() for name in ours}
        return {name: value for name, value in self.own_headers.items() if name.lower() not in taken} | ours

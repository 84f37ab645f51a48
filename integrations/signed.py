"""What a webhook is sent: a signed request about an event, with the headers its owner wants along."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from integrations import signing
from integrations.deliveries.posting import post
from integrations.deliveries.sendable import Answer

VERSION = "1"  # of what the body looks like
MOST_HEADERS = 10  # of a webhook's own
HEADER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,98}[A-Za-z0-9]")
HEADER_VALUE = re.compile(r"[!-~](?:[ -~]{0,498}[!-~])?")
OURS = re.compile(
    r"webhook-.*|x-webhook-.*|x-request-id|content-.*|host|user-agent|accept-encoding|connection|keep-alive|te|trailer|"
    r"transfer-encoding|upgrade|expect|date|proxy-.*|forwarded|x-forwarded-.*",
    re.IGNORECASE,
)
TELLING = 6  # signs a value needs to have to be looked for in answers: shorter ones are in every text


def validate_headers(headers: Mapping[str, str]) -> None:
    """Raises ValidationError, which repeats no value: some are secrets."""
    if len(headers) > MOST_HEADERS:
        raise ValidationError(f"At most {MOST_HEADERS} headers can be sent along.")
    if len({name.lower() for name in headers}) < len(headers):
        raise ValidationError("A header is named twice.")
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValidationError(f"“{name[:100]}” cannot be the name of a header: use letters, digits and hyphens.")
        if OURS.fullmatch(name):
            raise ValidationError(f"The header {name} is Studio's to set.")
        if not HEADER_VALUE.fullmatch(value):
            raise ValidationError(f"The value of {name} has to be plain text on one line, 500 signs at most.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A ``sendable.Sendable``. ``own_headers`` are those that the owner of the webhook wants sent along."""

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
        return post(self.url, self.body, headers=self._headers(), secrets=self._hidden())

    def _hidden(self) -> list[str]:
        return [*self.secrets, *(value for value in self.own_headers.values() if len(value) >= TELLING)]

    def _headers(self) -> dict[str, str]:
        """Ours come last: nobody's own take their place."""
        ours = {
            "Content-Type": "application/json",
            **signing.headers(self.secrets, self.message_id, self.timestamp, self.body),
            "X-Webhook-Event": self.event,
            "X-Webhook-Version": VERSION,
            **({"X-Request-ID": self.request_id} if self.request_id else {}),
        }
        return {**{name: value for name, value in self.own_headers.items() if not OURS.fullmatch(name)}, **ours}

"""What a webhook is sent: a signed request about an event, and what its answer means."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from integrations import signing
from integrations.deliveries.parcels import DEADLINE, Answer, DeliveryError
from integrations.outbound import Outbound, OutboundRefused, Response, parse
from integrations.redaction import redact

VERSION = "1"  # of what the body looks like
MAX_ANSWER = 64 * 2**10  # bytes read of an answer …
LONGEST_ANSWER = 2000  # … characters kept of it
MOST_HEADERS, LONGEST_HEADER = 30, 200
GONE = 410
CANNOT_CHANGE = ("forbidden", "bad_url")  # what trying again does not help against


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Complete, but for the time of day, which is signed when it is sent. A ``parcels.Parcel``."""

    url: str
    secrets: Sequence[str]
    own_headers: Mapping[str, str]
    message_id: str
    event: str
    request_id: str
    body: bytes

    @property
    def shown(self) -> dict[str, str]:
        return {name: value for name, value in self._headers(0).items() if name not in self.own_headers}

    def send(self) -> Answer:
        headers = self._headers(int(time.time()))
        try:
            response = Outbound().post(self.url, self.body, headers=headers, max_bytes=MAX_ANSWER, deadline=DEADLINE)
        except OutboundRefused as refused:
            raise DeliveryError(refused.code, refused.message, can_retry=refused.code not in CANNOT_CHANGE) from refused
        return self._read(response)

    def _headers(self, timestamp: int) -> dict[str, str]:
        """Ours come last: nobody's own take their place."""
        ours = {
            "Content-Type": "application/json",
            **signing.headers(self.secrets, self.message_id, timestamp, self.body),
            "X-Webhook-Event": self.event,
            "X-Webhook-Version": VERSION,
            **({"X-Request-ID": self.request_id} if self.request_id else {}),
        }
        taken = {name.lower() for name in ours}
        return {name: value for name, value in self.own_headers.items() if name.lower() not in taken} | ours

    def _read(self, response: Response) -> Answer:
        answer = Answer(response.status, self._kept(response.headers), self._safe(response.text[:LONGEST_ANSWER]))
        if 200 <= response.status < 300:
            return answer
        host = parse(self.url).host
        if response.status == GONE:
            words = f"{host} answers 410 (Gone): it wants to hear nothing any more."
            raise DeliveryError("gone", words, can_retry=False, is_gone=True, answer=answer)
        if 300 <= response.status < 400:
            words = f"{host} leads to another address ({response.status}), where nothing is sent."
            raise DeliveryError("redirect", words, answer=answer)
        wait = _seconds(response.headers.get("retry-after", ""))
        words = f"{host} answers with an error ({response.status})."
        raise DeliveryError("status", words, retry_after=wait, answer=answer)

    def _kept(self, headers: httpx.Headers) -> dict[str, str]:
        few = list(headers.items())[:MOST_HEADERS]
        return {name[:LONGEST_HEADER]: self._safe(value[:LONGEST_HEADER]) for name, value in few}

    def _safe(self, text: str) -> str:
        """Some receivers repeat what they were sent."""
        printable = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
        return redact(printable, [*self.secrets, *self.own_headers.values()])


def _seconds(written: str) -> float | None:
    """What a header ``Retry-After`` asks for: seconds, or a moment."""
    if written.strip().isdecimal():
        return float(written[:9])
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())

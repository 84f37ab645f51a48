"""Something is posted to an address, and its answer read: what arrived, what did not and why, free of every secret."""

from collections.abc import Callable, Iterable, Mapping

import httpx

from integrations.answers import seconds_to_wait
from integrations.deliveries.sendable import DEADLINE, Answer, DeliveryError
from integrations.outbound import Outbound, OutboundRefused, Response, parse
from integrations.redaction import redact

MAX_ANSWER = 64 * 2**10  # bytes read of an answer …
LONGEST_ANSWER = 2000  # … characters kept of it
MOST_HEADERS, LONGEST_HEADER = 30, 200
GONE = 410
CANNOT_CHANGE = ("forbidden", "bad_url")  # what trying again does not help against


def never(status: int, text: str) -> bool:
    return False


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    secrets: Iterable[str],
    is_gone: Callable[[int, str], bool] = never,
) -> Answer:
    """Through the guarded way out. ``is_gone`` knows other answers than 410 which say that nothing arrives there any
    more. Raises DeliveryError."""
    try:
        response = Outbound().post(url, body, headers=headers, max_bytes=MAX_ANSWER, deadline=DEADLINE)
    except OutboundRefused as refused:
        raise DeliveryError(refused.code, refused.message, can_retry=refused.code not in CANNOT_CHANGE) from refused
    hidden = list(secrets)
    answer = Answer(response.status, _kept(response.headers, hidden), _safe(response.text[:LONGEST_ANSWER], hidden))
    if 200 <= response.status < 300:
        return answer
    raise _failure(response, answer, str(parse(url).host), is_gone(response.status, response.text))


def _failure(response: Response, answer: Answer, host: str, is_gone: bool) -> DeliveryError:
    status = response.status
    if status == GONE or is_gone:
        words = f"{host} answers that nothing arrives at this address any more ({status})."
        return DeliveryError("gone", words, can_retry=False, is_gone=True, answer=answer)
    if 300 <= status < 400:
        words = f"{host} leads to another address ({status}), where nothing is sent."
        return DeliveryError("redirect", words, answer=answer)
    wait = seconds_to_wait(response)
    return DeliveryError("status", f"{host} answers with an error ({status}).", retry_after=wait, answer=answer)


def _kept(headers: httpx.Headers, secrets: list[str]) -> dict[str, str]:
    few = list(headers.items())[:MOST_HEADERS]
    return {name[:LONGEST_HEADER]: _safe(value[:LONGEST_HEADER], secrets) for name, value in few}


def _safe(text: str, secrets: list[str]) -> str:
    """Some receivers repeat what they were sent."""
    printable = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    return redact(printable, secrets)

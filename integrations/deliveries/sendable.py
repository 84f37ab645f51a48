"""What goes out to an endpoint and what comes back: known to every kind of endpoint, and knowing none of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

DEADLINE = 15.0  # seconds for everything that one attempt does


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint says. ``status`` is None where its protocol has none."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class DeliveryError(Exception):
    """It was not delivered. ``message`` is safe to show: it has no secret in it, and no address but the host's name.

    ``retry_after`` are the seconds that the other side asks for, ``is_gone`` that it wants to hear nothing any more.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        can_retry: bool = True,
        retry_after: float | None = None,
        is_gone: bool = False,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.can_retry = code, message, can_retry
        self.retry_after, self.is_gone, self.answer = retry_after, is_gone, answer


class Sendable(Protocol):
    """Everything that is needed to send something: it is sent in a thread that has no database."""

    @property
    def shown(self) -> Mapping[str, str]:
        """What is kept of it beside its attempt, to be looked at: names and values without secrets."""

    def send(self) -> Answer:
        """Within ``DEADLINE``. Raises DeliveryError."""

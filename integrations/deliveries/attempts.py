"""One attempt: from its claim to what is kept of it, and what follows for the delivery and its endpoint."""

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.utils import timezone
from prometheus_client import Counter
from structlog.contextvars import bound_contextvars

from integrations import events
from integrations.choices import Disabled
from integrations.deliveries import leases, retries
from integrations.deliveries.leases import Attempt, LeaseLost
from integrations.deliveries.sendable import Answer, DeliveryError
from integrations.models import ENDPOINTS, Delivery, Endpoint
from sentimatrix_studio import rest
from sentimatrix_studio.mongo.transaction import in_transaction

logger = logging.getLogger(__name__)

ATTEMPTS = Counter("studio_deliveries", "Attempts to deliver an event.", ["kind", "outcome"])
NOTHING = Answer()


def endpoint_of(delivery: Delivery) -> Endpoint | None:
    """None when it is gone, perhaps with its project."""
    model = next(model for model in ENDPOINTS if model.kind == delivery.kind)
    found: Endpoint | None = model._default_manager.filter(pk=delivery.endpoint_id).first()
    return found


class OpenAttempt:
    """``shown`` is what is kept of what was sent."""

    def __init__(self, delivery: Delivery, shown: Mapping[str, str] | None = None) -> None:
        self.delivery, self.event, self.shown = delivery, delivery.event, shown or {}
        self.at, self._began = timezone.now(), time.monotonic()

    def end(self, outcome: Answer | DeliveryError) -> None:
        """Settle it, unless another sender has it by now.

        One update, not a transaction: what a killed sender leaves open would lock the delivery, and every claim with
        it, for a minute. The health of the endpoint comes after it, and may for once not be noted.
        """
        attempt = self._attempt(outcome)
        try:
            word, at = self._settle(attempt, outcome)
        except LeaseLost:
            word = "lost"
        else:
            self._note(at, outcome)
        ATTEMPTS.labels(self.delivery.kind, word).inc()
        about = {"kind": self.delivery.kind, "ms": attempt["ms"], "code": attempt["code"]}
        about |= {"delivery_id": str(self.delivery.pk), "endpoint_id": str(self.delivery.endpoint_id)}
        with bound_contextvars(request_id=self.event.request_id or "-"):
            logger.info("%s: %s", self.event.name, word, extra=about)

    def _settle(self, attempt: Attempt, outcome: Answer | DeliveryError) -> tuple[str, datetime]:
        if not isinstance(outcome, DeliveryError):
            return "delivered", leases.deliver(self.delivery, attempt)
        can_retry = outcome.can_retry and not self.event.is_test
        pause = retries.pause(self.delivery.attempts, outcome.retry_after) if can_retry else None
        if pause:
            return "retried", leases.put_off(self.delivery, attempt, pause)
        return "failed", leases.give_up(self.delivery, attempt)

    def _note(self, at: datetime, outcome: Answer | DeliveryError) -> None:
        """What it says about the health of the endpoint. A test is no sign of it."""
        endpoint = None if self.event.is_test else endpoint_of(self.delivery)
        if endpoint is None or not endpoint.is_enabled:
            return
        if not isinstance(outcome, DeliveryError):
            endpoint.note_success(at)
        elif endpoint.note_failure(at) or outcome.is_gone:
            because = Disabled.GONE if outcome.is_gone else Disabled.FAILING
            in_transaction(partial(self._disable, endpoint, because))

    def _disable(self, endpoint: Endpoint, because: Disabled) -> None:
        if endpoint.disable(because):
            events.announce(
                endpoint.disabled_event,
                owner_id=endpoint.owner_id,
                project_id=endpoint.project_id,
                cause=f"{endpoint.pk}:{self.delivery.pk}:{self.delivery.token}",
                data={**endpoint.facts, "message": because.sentence},
            )

    def _attempt(self, outcome: Answer | DeliveryError) -> Attempt:
        error = outcome if isinstance(outcome, DeliveryError) else None
        answer = (outcome.answer or NOTHING) if isinstance(outcome, DeliveryError) else outcome
        return {
            "number": self.delivery.attempts,
            "at": rest.utc(self.at),
            "ms": round(1000 * (time.monotonic() - self._began)),
            "code": error.code if error else "",
            "message": error.message[:500] if error else "",
            "status": answer.status,
            "request": [[name, value] for name, value in self.shown.items()],
            "headers": [[name, value] for name, value in answer.headers.items()],
            "body": answer.body,
        }

"""Sends what is due, beside the work of a worker and never in its way.

One thread looks for deliveries and settles them; what it claims is sent by a few others, which know no database. A slow
receiver keeps one of those busy until its deadline and holds up nothing else. Killed at any moment it loses nothing:
leases run out, and what was on its way is sent once more, with the same id.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone
from pymongo.errors import PyMongoError

from integrations.deliveries import leases
from integrations.deliveries.attempts import OpenAttempt, endpoint_of
from integrations.deliveries.sendable import DEADLINE, Answer, DeliveryError, Sendable
from integrations.models import Delivery, Endpoint, Event

logger = logging.getLogger(__name__)

AT_ONCE = 6  # of one sender, to as many endpoints
POLL = 1.0  # seconds between two looks
KEPT = timedelta(days=30)  # events, and what became of their deliveries
FORGET_EVERY = 600.0  # seconds
FORGOTTEN_AT_ONCE = 1000
BROKEN_OFF = f"The attempt broke off {leases.MOST_BREAKS} times, so it was given up."


class Sender(threading.Thread):
    """One a worker process."""

    def __init__(self, lease: timedelta = leases.LEASE) -> None:
        super().__init__(name="sender", daemon=True)
        self.lease = lease
        self._over = threading.Event()
        self._open: dict[Future[Answer], OpenAttempt] = {}
        self._threads = ThreadPoolExecutor(AT_ONCE, "delivery")
        self._forgot_at = -FORGET_EVERY

    def run(self) -> None:
        while not self._over.is_set():
            self._safely(self._turn)
        while self._open:
            self._safely(self._end_answered)
        connection.close()

    def stop(self) -> None:
        """Claim nothing more, and wait for the answers to what is on its way."""
        self._over.set()
        self.join(DEADLINE + 2 * POLL)

    def send_due(self) -> int:
        """Send all that is due now in place of the thread; how many attempts that were."""
        started = 0
        while (more := self._start_due()) or self._open:
            started += more
            self._end_answered()
        return started

    def _turn(self) -> None:
        self._start_due()
        if time.monotonic() - self._forgot_at >= FORGET_EVERY:
            self._forgot_at = time.monotonic()
            forget()
        if self._open:
            self._end_answered()
        else:
            self._over.wait(POLL)

    def _safely(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (DatabaseError, PyMongoError) as error:
            logger.warning("The database does not answer: %s", error)
            self._over.wait(POLL)
        except Exception:  # where the thread begins: one bad delivery must not keep all others
            logger.exception("A delivery went wrong. It is tried again when its lease has run out.")
            self._over.wait(POLL)

    def _start_due(self) -> int:
        started = 0
        while len(self._open) < AT_ONCE and (delivery := leases.claim(self.lease)):
            self._start(delivery)
            started += 1
        return started

    def _start(self, delivery: Delivery) -> None:
        endpoint = endpoint_of(delivery)
        if endpoint is None:
            leases.drop(delivery)
            return
        try:
            sendable = _sendable(delivery, endpoint)
        except DeliveryError as error:
            OpenAttempt(delivery).end(error)
        else:
            self._open[self._threads.submit(sendable.send)] = OpenAttempt(delivery, sendable.shown)

    def _end_answered(self) -> None:
        """Settle what comes back within the time between two looks."""
        for future in wait(self._open, POLL, FIRST_COMPLETED).done:
            attempt = self._open.pop(future)
            try:
                attempt.end(future.result())
            except DeliveryError as error:
                attempt.end(error)


def _sendable(delivery: Delivery, endpoint: Endpoint) -> Sendable:
    """What is to be sent. Raises DeliveryError where nothing is."""
    if delivery.breaks >= leases.MOST_BREAKS:
        raise DeliveryError("broken_off", BROKEN_OFF, can_retry=False)
    if not endpoint.is_enabled and not delivery.event.is_test:
        raise DeliveryError("disabled", endpoint.why_disabled, can_retry=False)
    return endpoint.sendable(delivery.event)


def forget() -> None:
    """Remove events that are long past, with their deliveries."""
    while old := list(Event.objects.before(timezone.now() - KEPT).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        Delivery.objects.filter(event_id__in=old).delete()
        Event.objects.filter(pk__in=old).delete()

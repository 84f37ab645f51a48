"""What goes on beside the work in hand: the lease is renewed, its loss noticed, and browsers are told.

A worker that is asked to leave while it waits for an answer from somewhere cannot hand back its step by itself: after
a grace period that happens here, and whatever it still does with the step is void.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context, copy_context
from datetime import timedelta

from django.db import DatabaseError
from pymongo.errors import PyMongoError

from scraping import leases
from scraping.models import Step
from scraping.progress import Publisher

logger = logging.getLogger(__name__)

TICK = 0.5  # seconds
LOOK_EVERY = 1.0  # how soon a cancelled job, or an archived project, is noticed
GRACE = 5.0  # for a leaving worker to finish its page or batch
FAREWELL = 2.0  # how long a leaving worker may take to say the last word


class Heartbeat(threading.Thread):
    """One a worker. The step it looks after is set by ``beside``."""

    def __init__(
        self,
        publisher: Publisher,
        should_leave: Callable[[], bool] = lambda: False,
        lease: timedelta = leases.LEASE,
    ) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.publisher = publisher
        self.should_leave = should_leave
        self.is_lost = False
        self.lease = lease
        self._step: Step | None = None
        self._context = Context()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._looked_at = self._renewed_at = self._stayed_at = 0.0

    @contextmanager
    def beside(self, step: Step, is_halted: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Look after the step in this block. It is as good as lost once its project wants no work done any more."""
        with self._lock:
            self._step, self.is_lost, self._is_halted = step, False, is_halted
            self._context = copy_context()  # with the ids that belong in lines of the log about this step
            self._looked_at = self._renewed_at = self._stayed_at = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._step = None

    def run(self) -> None:
        while not self._over.wait(TICK):
            self._context.run(self._turn)

    def _turn(self) -> None:
        try:
            self._beat(time.monotonic())
            self.publisher.flush()
        except (DatabaseError, PyMongoError) as error:
            logger.warning("The database does not answer: %s", error)  # the lease has room for two more tries

    def stop(self) -> None:
        """Say what is left to say, and end."""
        self._over.set()
        self.join(FAREWELL)
        until = time.monotonic() + FAREWELL
        while not self.publisher.flush() and time.monotonic() < until:
            time.sleep(TICK / 5)  # a message may follow another only after a pause

    def _beat(self, now: float) -> None:
        with self._lock:
            if not self.should_leave():
                self._stayed_at = now
            if self._step is None or self.is_lost:
                return
            if now - self._stayed_at > GRACE:
                self._hand_back(self._step)
            elif now - self._renewed_at >= self.lease.total_seconds() / 3:
                self._renewed_at = now
                self._renew(self._step)
            elif now - self._looked_at >= LOOK_EVERY:
                self._looked_at = now
                self.is_lost = not leases.is_held(self._step) or self._is_halted()

    def _hand_back(self, step: Step) -> None:
        self.is_lost = True
        with suppress(leases.LeaseLost):
            leases.release(step)

    def _renew(self, step: Step) -> None:
        try:
            leases.renew(step, self.lease)
        except leases.LeaseLost:
            self.is_lost = True

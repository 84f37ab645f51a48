"""Real transactions: Django's own ``atomic`` does nothing on MongoDB, and is banned by ruff."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, connection
from django_mongodb_backend.transaction import atomic
from pymongo.errors import PyMongoError

Answer = TypeVar("Answer")

PATIENCE = 20.0  # seconds to go on trying: long enough for a database server that restarts
LONGEST_WAIT = 0.2


def in_transaction(work: Callable[[], Answer]) -> Answer:
    """Run ``work`` in one transaction and return its answer: everything it wrote is there, or nothing is.

    Two transactions that touch the same document make MongoDB abort one of them; ``work`` then runs again from the
    start, so it must read what it depends on and touch nothing outside the database. Other errors pass through.
    Within a transaction ``work`` becomes part of it.
    """
    if connection.in_atomic_block_mongo:  # type: ignore[attr-defined]
        return work()
    deadline, wait = time.monotonic() + PATIENCE, LONGEST_WAIT / 20
    while True:
        try:
            with atomic():
                return work()
        except (DatabaseError, PyMongoError) as error:
            if not _is_passing(error) or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0, wait))  # lets the other transaction commit first
        wait = min(2 * wait, LONGEST_WAIT)


def after_commit(work: Callable[[], None]) -> None:
    """Do it when the running transaction is committed, and never if it is not; at once where none is running."""
    connection.on_commit(work)


def _is_passing(error: BaseException) -> bool:
    """Whether MongoDB says that nothing was written and the same work can succeed when it is run again."""
    cause = error if isinstance(error, PyMongoError) else error.__cause__
    return isinstance(cause, PyMongoError) and cause.has_error_label("TransientTransactionError")

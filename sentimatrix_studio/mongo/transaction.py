"""Real transactions: Django's own ``atomic`` does nothing on MongoDB, and is banned by ruff."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError
from django_mongodb_backend.transaction import atomic
from pymongo.errors import PyMongoError

Answer = TypeVar("Answer")

ATTEMPTS = 20


def in_transaction(work: Callable[[], Answer]) -> Answer:
    """Run ``work`` in one transaction and return its answer: everything it wrote is there, or nothing is.

    Two transactions that touch the same document make MongoDB abort one of them; ``work`` then runs again from the
    start, so it must read what it depends on and touch nothing outside the database. Other errors pass through.
    """
    for attempt in range(ATTEMPTS):
        try:
            with atomic():
                return work()
        except (DatabaseError, PyMongoError) as error:
            if attempt == ATTEMPTS - 1 or not _is_passing(error):
                raise
        time.sleep(random.uniform(0, 0.01 * (attempt + 1)))  # lets the other transaction commit first
    raise AssertionError("unreachable: the last attempt returns or raises")


def _is_passing(error: BaseException) -> bool:
    """Whether MongoDB says that nothing was written and the same work can succeed when it is run again."""
    cause = error if isinstance(error, PyMongoError) else error.__cause__
    return isinstance(cause, PyMongoError) and cause.has_error_label("TransientTransactionError")

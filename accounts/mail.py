"""Mail is sent aside: nobody waits for a mail server, nor learns from the time of an answer whether one was asked."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from django.db import connection

logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(2, "mail")


def aside(work: Callable[[], object]) -> None:
    """Do this soon, in another thread that knows of the same request. A process that is killed loses it."""
    _threads.submit(copy_context().run, _do, work)


def _do(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:  # where the thread's work begins: nobody else would tell of it
        logger.exception("A mail could not be sent.")
    finally:
        connection.close()

"""The queue's only use: to wake a worker. What there is to do stands in MongoDB."""

import logging

from django.conf import settings
from django_q.tasks import async_task
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def ring(times: int | None = None) -> bool:
    """Wake as many workers as there are (or ``times``). False when the queue cannot be reached: nothing is lost, the
    work is found later by the minute tick or by a worker that is up anyway. One ring too many costs one look."""
    try:
        for _ in range(times or settings.WORKERS):
            async_task("scraping.tasks.work")
    except (RedisError, OSError) as error:
        logger.warning("The queue cannot be reached: %s", error)
        return False
    return True

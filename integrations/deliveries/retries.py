"""When something that was not delivered is sent again."""

import random
from datetime import timedelta

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(PAUSES) + 1
JITTER = 0.1  # of a pause, more or less: many that failed together do not come again together
LONGEST = timedelta(hours=24)  # that the other side may ask us to wait


def pause(attempts: int, retry_after: float | None = None) -> timedelta | None:
    """How long to wait after so many attempts, at least what the other side asks for; None when it is time to stop."""
    if attempts >= MAX_ATTEMPTS:
        return None
    usual = PAUSES[max(attempts, 1) - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    asked = min(LONGEST, timedelta(seconds=retry_after or 0))
    return max(usual, asked)

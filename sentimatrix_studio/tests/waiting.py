import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], *, seconds: float = 120) -> None:
    """Fails the test when the condition does not come true in time."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "what the test waits for did not happen"
        time.sleep(0.05)

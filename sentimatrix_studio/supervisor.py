"""Keeps a set of children running until it is asked to stop; never leaves the set half alive."""

import signal
import time
from collections import deque
from collections.abc import Callable
from types import FrameType

from sentimatrix_studio.children import Child, stop

DEATHS = 5  # so many within a minute, and starting again is no cure
WINDOW = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
TICK = 0.1


class ChildError(Exception):
    """A child cannot be kept running; the message is for the person at the terminal."""


class AskedToStop(Exception):  # noqa: N818  not an error: a wish
    """Ctrl-C or SIGTERM arrived while something was starting."""


class Supervised:
    """A child with the memory of its recent deaths. Others lean on a foundation, which is therefore stopped last."""

    def __init__(self, child: Child, *, is_foundation: bool) -> None:
        self.child = child
        self.is_foundation = is_foundation
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._start_at: float | None = None

    def note_death(self, now: float) -> float:
        """Plan the next start and return the pause before it. Raises ChildError when it has died too often."""
        self._deaths.append(now)
        recent = sum(now - death < WINDOW for death in self._deaths)
        if recent == DEATHS:
            raise ChildError(f"{self.child.name} died {DEATHS} times within a minute. {self.child.last_words()}")
        pause: float = min(FIRST_PAUSE * 2 ** (recent - 1), LONGEST_PAUSE)
        self._start_at = now + pause
        return pause

    def keep_running(self, now: float, tell: Callable[[str], None]) -> None:
        """To be called often: notices a death, and starts the child again when its pause is over."""
        self.child.set_long_log_aside()
        if self._start_at is None and not self.child.is_running:
            pause = self.note_death(now)
            tell(f"{self.child.name} stopped (exit code {self.child.exit_code}); starting it again in {pause:.1f} s.")
        elif self._start_at is not None and now >= self._start_at:
            self._start_at = None
            self.child.start()


class Supervisor:
    """Start children one after another, then watch them, and in the end stop them."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._supervised: list[Supervised] = []
        self._asked_to_stop = False

    def listen_for_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup wants it
                signal.signal(number, self._note_signal)

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def run(self, *children: Child) -> None:
        """Side by side, children that have to end well before anything else starts. Raises ChildError, AskedToStop."""
        for child in children:
            child.start()
        try:
            while any(child.is_running for child in children):
                self._tick()
        finally:
            stop(children, seconds=5)
        for child in children:
            if child.exit_code:
                raise ChildError(f"{child.name} failed. {child.last_words()}")

    def start(
        self,
        child: Child,
        is_ready: Callable[[], bool] = lambda: True,
        *,
        is_foundation: bool = False,
        seconds: float = 60,
    ) -> None:
        """Start it, wait until it is ready, and keep it running from then on. Raises ChildError, AskedToStop."""
        self._supervised.append(Supervised(child, is_foundation=is_foundation))
        child.start()
        give_up = time.monotonic() + seconds
        while not is_ready():
            if not child.is_running or time.monotonic() > give_up:
                raise ChildError(f"{child.name} did not start. {child.last_words()}")
            self._tick()

    def _tick(self) -> None:
        if self._asked_to_stop:
            raise AskedToStop
        time.sleep(TICK)

    def watch(self) -> None:
        """Until somebody asks us to stop (AskedToStop) or a child cannot be kept running (ChildError)."""
        while True:
            for supervised in self._supervised:
                supervised.keep_running(time.monotonic(), self._tell)
            self._tick()

    def stop(self, seconds: float) -> None:
        """At most ``seconds`` for the foundations, and as many before that for all that lean on them."""
        for is_foundation in (False, True):
            stop([each.child for each in self._supervised if each.is_foundation is is_foundation], seconds)

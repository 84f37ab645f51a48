"""What a worker holds in its hand: a claimed step, and what it lends the step while it works on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from scraping.heartbeat import Heartbeat
from scraping.leases import LeaseLost
from scraping.models import Job, Step


class Leaving(Exception):  # noqa: N818  not an error: somebody asked for it
    """The worker has been asked to leave: it hands back what it holds."""


class Resting(Exception):  # noqa: N818  not an error: its owner wants no more in a day
    """The project has sent all the requests of its day: the step goes on tomorrow."""


@dataclass(frozen=True, slots=True)
class Hand:
    step: Step
    job: Job
    heartbeat: Heartbeat
    should_leave: Callable[[], bool]

    @property
    def lease(self) -> timedelta:
        return self.heartbeat.lease

    def check(self) -> None:
        """To be called between pages and while waiting. Raises LeaseLost when the job was cancelled, and Leaving."""
        if self.heartbeat.is_lost:
            raise LeaseLost
        if self.should_leave():
            raise Leaving

    def tell(self, *, added: int = 0, is_over: bool = False) -> None:
        """Let those who watch know that the job has changed: soon, and at once that it ``is_over``."""
        publisher = self.heartbeat.publisher
        publisher.note(self.job.pk, added)
        if is_over:
            publisher.end(self.job.pk)

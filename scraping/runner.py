"""The loop of a worker: claim a step, do it, see to what went wrong, and take the next."""

import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import DatabaseError, connection
from django.utils import timezone
from pymongo.errors import ConnectionFailure, PyMongoError
from structlog.contextvars import bound_contextvars

from projects import files
from projects.models import Project
from results import bulk, insights
from results.analysis.engine import AnalysisError
from results.exports import background, making
from scraping import analysing, collecting, importing, leases, removal, settling
from scraping.choices import JobStatus, StepKind
from scraping.hand import Hand, Leaving, Resting
from scraping.heartbeat import Heartbeat
from scraping.leases import LeaseLost
from scraping.models import Job, Step
from scraping.progress import Publisher, announce_end
from scraping.reanalysis import gathering
from scraping.sources.outcomes import Outcome, SourceError
from sentimatrix_studio import bell
from sentimatrix_studio.mongo.transaction import in_transaction

logger = logging.getLogger(__name__)

LONGEST_WORK = timedelta(minutes=15)  # before the worker asks to be rung again
PATIENCE = timedelta(seconds=65)  # longer than a lease and than every pause before another attempt
POLL = 1.0  # seconds between two looks for work that is near
PAUSES = (timedelta(seconds=10), timedelta(seconds=60))  # before the second attempt and the third
WORK = {
    StepKind.COLLECT: collecting.collect,
    StepKind.ANALYSE: analysing.analyse,
    StepKind.GATHER: gathering.gather,
}
NEAR = (leases.is_work_near, removal.is_waiting, making.is_waiting, bulk.is_waiting)
OUR_FAULT = "Something went wrong on our side; the log of the worker says what."


def work(should_leave: Callable[[], bool] = lambda: False, lease: timedelta = leases.LEASE) -> int:
    """Do what there is to do until nothing is left nor near, and say how many steps that were.

    Near is a step whose worker may have died: rather than for the next ring, it waits for that lease to run out.
    """
    worker = Worker(should_leave, lease)
    worker.heartbeat.start()
    try:
        return worker.work(time.monotonic() + LONGEST_WORK.total_seconds())
    finally:
        worker.heartbeat.stop()


class Worker:
    def __init__(self, should_leave: Callable[[], bool], lease: timedelta) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.should_leave = should_leave
        self.heartbeat = Heartbeat(Publisher(), should_leave, lease)

    def work(self, until: float) -> int:
        done = 0
        while not self.should_leave():
            if time.monotonic() > until:
                bell.ring(1)
                break
            try:
                removal.sweep()
                # One of each, then a step: none keeps the others waiting.
                has_made = self._make_what_is_ordered()
                step = leases.claim(self.name, self.heartbeat.lease)
                if step is not None:
                    self.run(step)
                    done += 1
                elif has_made:
                    continue
                elif any(is_near(PATIENCE) for is_near in NEAR):
                    time.sleep(POLL)
                else:
                    break
            except (DatabaseError, PyMongoError) as error:
                self._wait_for_database(error)
        return done

    def _make_what_is_ordered(self) -> bool:
        """One of each kind; whether there was any."""
        leave = self.should_leave
        return making.make_next(leave) | bulk.make_next(leave) | insights.write_next()

    def run(self, step: Step) -> None:
        """One attempt at the step, whatever its end."""
        job = Job.objects.filter(pk=step.job_id).first()
        if job is None:  # deleted in this moment
            leases.drop(step)
            return
        with bound_contextvars(job_id=str(job.pk), request_id=job.request_id):  # in every line of the log from here on
            if not _end_if_halted(job):
                self._see_through(step, job)

    def _see_through(self, step: Step, job: Job) -> None:
        try:
            with self.heartbeat.beside(step, partial(_is_halted, job)):
                self._attempt(Hand(step, job, self.heartbeat, self.should_leave))
        except LeaseLost:
            logger.info("Step %s goes on without this worker, or not at all.", step.pk)
            _end_if_halted(job)
        except (DatabaseError, PyMongoError) as error:
            self._wait_for_database(error)
            _hand_back(step)

    def _attempt(self, hand: Hand) -> None:
        try:
            _begin(hand)
            if hand.step.attempts > leases.MAX_ATTEMPTS:
                _fail(hand, Outcome.INTERNAL, settling.BROKEN_OFF)
            else:
                WORK[StepKind(hand.step.kind)](hand)
        except Leaving:
            leases.release(hand.step)
        except Resting:
            _rest(hand)
        except SourceError as error:
            _name_other_ways(hand, error)
            _go_on_or_fail(hand, error.code, error.message, can_retry=error.can_retry)
        except AnalysisError as error:
            _go_on_or_fail(hand, Outcome.INTERNAL, error.message, can_retry=error.can_retry)
        except LeaseLost:
            raise
        except Exception as error:  # where all tasks begin: one bad step must not stop the others
            if _is_outage(error):
                raise
            logger.exception("Step %s of job %s failed.", hand.step.pk, hand.job.pk)
            _go_on_or_fail(hand, Outcome.INTERNAL, OUR_FAULT, can_retry=True)

    def _wait_for_database(self, error: Exception) -> None:
        """Until it answers again or the worker should leave. Raises errors that are of another kind."""
        if not _is_outage(error):
            raise error
        logger.warning("The database does not answer: %s", error)
        while not self.should_leave():
            try:
                connection.database.command("ping")  # type: ignore[attr-defined]
                return
            except PyMongoError:
                time.sleep(POLL)


def _is_halted(job: Job) -> bool:
    return bool(Project.everything.halted().filter(pk=job.project_id).exists())


def _end_if_halted(job: Job) -> bool:
    """A project that was archived, or deleted for good, has no work done: its job ends here."""
    if not _is_halted(job):
        return False
    if job.cancel():
        announce_end(job.pk)
    return True


def _begin(hand: Hand) -> None:
    step, job = hand.step, hand.job
    if job.status == JobStatus.QUEUED and job.begin():
        hand.tell()
    elif 1 < step.attempts <= leases.MAX_ATTEMPTS:
        what = str(step.target) if step.target else "The analysis"
        job.note(f"{what}: attempt {step.attempts} of {leases.MAX_ATTEMPTS}.")
        hand.tell()


def _go_on_or_fail(hand: Hand, code: Outcome, message: str, *, can_retry: bool) -> None:
    """Another attempt after a pause, if one may help and is left. Raises LeaseLost."""
    step = hand.step
    if not can_retry or step.attempts >= leases.MAX_ATTEMPTS:
        _fail(hand, code, message)
        return
    pause = PAUSES[max(step.attempts, 1) - 1]
    leases.release(step, delay=pause, is_counted=True, outcome_code=code.value, message=message[:500])
    what = str(step.target) if step.target else "The analysis"
    hand.job.note(f"{what}: {message} Trying again in {pause.seconds} s.")
    hand.tell()


def _name_other_ways(hand: Hand, error: SourceError) -> None:
    """In the log, those that a source has tried before or after the one that it calls the reason."""
    tried: list[str] = []
    other = error.__context__
    while other is not None:
        if isinstance(other, SourceError):
            tried.insert(0, other.message)
        other = other.__context__
    for message in tried:
        hand.job.note(f"{hand.step.target}: {message} Another way was tried as well.")


def _rest(hand: Hand) -> None:
    """Go on tomorrow, when the project may send requests again. Raises LeaseLost."""
    now = timezone.now()
    # A second later: the clock of the database may be a little behind.
    until = now.replace(hour=0, minute=0, second=1, microsecond=0) + timedelta(days=1)
    most = hand.job.project.config["limits"]["max_requests_per_day"]
    reason = f"Paused until midnight UTC: the project has sent the {most:,} requests it may send in a day."
    leases.release(hand.step, delay=until - now, outcome_code=Outcome.QUOTA_EXCEEDED.value, message=reason)
    hand.job.rest(until, f"{hand.step.target}: {reason}")
    hand.tell()


def _fail(hand: Hand, code: Outcome, message: str) -> None:
    hand.tell(is_over=in_transaction(lambda: settling.fail(hand.step, hand.job, code, message)))


def _hand_back(step: Step) -> None:
    try:
        leases.release(step)
    except LeaseLost:
        logger.info("Step %s is no longer this worker's.", step.pk)


def _is_outage(error: BaseException) -> bool:
    """Whether the database could not be reached, as opposed to refusing what it was asked."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    return isinstance(cause, ConnectionFailure)


def sweep() -> bool:
    """End jobs that are overdue or have nothing left to do, and remove what nobody wants; whether work waits."""
    removal.sweep()
    background.sweep()
    for job in Job.objects.overdue():
        if job.time_out():
            announce_end(job.pk)
    for job in Job.objects.live():
        if not _end_if_halted(job) and in_transaction(lambda job=job: settling.settle(job)):
            announce_end(job.pk)
    for file_id in importing.unused(files.forgotten()):
        files.delete(file_id)
    return Step.objects.unfinished().exists() or any(of.is_waiting() for of in (making, bulk, insights))

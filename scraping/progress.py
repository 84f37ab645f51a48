"""What a job looks like from outside, and how browsers come to know: one snapshot for socket, poll and first render."""

import asyncio
import functools
import logging
from collections.abc import Sequence
from threading import Lock
from typing import Annotated, Any, TypedDict

import redis
from asgiref.sync import async_to_sync
from bson import ObjectId
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import timezone
from redis.exceptions import RedisError

from scraping.choices import UNFINISHED, JobStatus, Level, StepState
from scraping.models import Job, LogLine, Step
from scraping.sources.outcomes import Outcome
from sentimatrix_studio.rest import utc
from sentimatrix_studio.shapes import Count, Id, Moment, Percent

logger = logging.getLogger(__name__)

LOG_LINES = 200
ANALYSING = 0.9  # of the work on a review that is analysed; the rest is collecting it
PAUSE = 500  # milliseconds between two messages about one job
TIMEOUT = 2.0  # seconds for Valkey to answer: a job does not wait longer for those who watch it
FAILED_ENDS = (JobStatus.FAILED, JobStatus.TIMED_OUT)
Message = dict[str, Any]


class TallyJson(TypedDict):
    """Reviews, by what became of them. Missing ones were known before; they are not among the results in total."""

    new: Count
    updated: Count
    unchanged: Count
    missing: Count
    analysed: Count
    pending: Count
    results_total: Count


class TargetProgressJson(TypedDict):
    target_id: Id
    label: str
    platform: str
    status: Annotated[str, StepState]
    outcome_code: str
    progress: Percent
    results_count: Count
    reported_total: Count | None
    error: str


class LogLineJson(TypedDict):
    seq: Count
    at: Moment
    level: Annotated[str, Level]
    message: str


class SnapshotJson(TypedDict):
    """`rate` is reviews a minute, `eta` the seconds left; both and `total` are guesses while the job runs."""

    seq: Count
    job_id: Id
    project_id: Id
    is_reanalysis: bool
    status: Annotated[str, JobStatus]
    status_message: str
    progress: Percent
    done: Count
    total: Count | None
    rate: float
    eta: Count | None
    errors: Count
    stats: TallyJson
    targets: list[TargetProgressJson]
    log: list[LogLineJson]
    can_cancel: bool
    finished: bool


def snapshot(job: Job, after_seq: int = 0) -> SnapshotJson:
    """Everything one can see of a job, ready for JSON. ``progress`` is 0 … 100, ``rate`` reviews a minute, ``eta``
    seconds or None. The log holds what was written after ``after_seq``, at most the latest 200 lines."""
    steps = list(job.steps.collecting().prefetch_related("target").order_by("id"))
    done, total = _done(job, steps)
    rate = _rate(job, done)
    return {
        "seq": job.seq,
        "job_id": str(job.pk),
        "project_id": str(job.project_id),
        "is_reanalysis": job.is_reanalysis,
        "status": job.status,
        "status_message": job.status_message or _doing(job, steps),
        "progress": progress(job, steps),
        "done": done,
        "total": total,
        "rate": round(rate, 1),
        "eta": round((total - done) / rate * 60) if job.is_live and total is not None and rate else None,
        "errors": job.errors_count,
        "stats": stats(job),
        "targets": [target_row(step) for step in steps],
        "log": log(job, after_seq),
        "can_cancel": job.is_live,
        "finished": not job.is_live,
    }


def progress(job: Job, steps: Sequence[Step]) -> float:
    """How much of all targets is read, and how much of that is analysed, which is most of the work: 0 … 100."""
    if job.status == JobStatus.COMPLETED:
        return 100.0
    if job.is_reanalysis:
        return round(100 * job.analysed / max(_to_read(job), 1), 1)
    read = sum(fraction(step) for step in steps) / len(steps) if steps else 0.0
    known = max(job.results_total, job.to_analyse)
    waiting = job.pending / known if known else 0.0
    return round(100 * read * (1 - ANALYSING * waiting), 1)


def stats(job: Job) -> TallyJson:
    return {
        "new": job.new,
        "updated": job.updated,
        "unchanged": job.unchanged,
        "missing": job.missing,
        "analysed": job.analysed,
        "pending": job.pending,
        "results_total": job.results_total,
    }


def target_row(step: Step) -> TargetProgressJson:
    return {
        "target_id": str(step.target_id),
        "label": str(step.target),
        "platform": step.target.platform if step.target else "",
        "status": step.state,
        "outcome_code": step.outcome_code,
        "progress": round(100 * fraction(step), 1),
        "results_count": step.collected,
        "reported_total": step.reported_total,
        "error": "" if step.state == StepState.DONE else step.message,
    }


def log(job: Job, after_seq: int = 0, lines: int = LOG_LINES) -> list[LogLineJson]:
    latest = LogLine.objects.filter(job=job, seq__gt=after_seq).order_by("-seq")[:lines]
    return [log_line(line) for line in reversed(latest)]


def log_line(line: LogLine) -> LogLineJson:
    return {"seq": line.seq, "at": utc(line.at), "level": line.level, "message": line.message}


def fraction(step: Step) -> float:
    return 1.0 if step.state == StepState.DONE else min(1.0, step.fraction)


def _doing(job: Job, steps: Sequence[Step]) -> str:
    """What goes on, as long as nothing more important is to be said."""
    if job.status == JobStatus.QUEUED:
        return "Waiting for a worker."
    if job.is_reanalysis:
        return f"Reading {_to_read(job):,} reviews again."
    open_steps = [step for step in steps if step.state in UNFINISHED]
    doing = [f"Collecting from {open_steps[0].target}."] if len(open_steps) == 1 else []
    if len(open_steps) > 1:
        doing = [f"Collecting from {len(open_steps)} targets."]
    if open_steps and all(step.outcome_code == Outcome.QUOTA_EXCEEDED for step in open_steps):
        doing = [open_steps[0].message]
    if job.pending:
        doing.append(f"{job.pending:,} reviews wait for analysis.")
    return " ".join(doing)


def _done(job: Job, steps: Sequence[Step]) -> tuple[int, int | None]:
    """How many reviews are through, and of how many, if that is known."""
    if job.is_reanalysis:
        return job.analysed, _to_read(job) if job.is_live else job.to_analyse
    return max(0, job.results_total - job.pending), _expected(steps) if job.is_live else job.results_total


def _to_read(job: Job) -> int:
    """How many reviews were found at first, or since."""
    return max(job.options["total"] or 0, job.to_analyse)


def _expected(steps: Sequence[Step]) -> int | None:
    """How many reviews there will be in all; None as long as a target has not said how far it is."""
    if not all(fraction(step) for step in steps):
        return None
    return round(sum(step.collected / fraction(step) for step in steps))


def _rate(job: Job, done: int) -> float:
    if not job.started_at:
        return 0.0
    seconds = ((job.completed_at or timezone.now()) - job.started_at).total_seconds()
    return 60 * done / max(seconds, 1.0)


def group(project_id: ObjectId | str) -> str:
    """Everybody who watches the project listens here."""
    return f"project.{project_id}"


def publish(job_id: ObjectId, added: int = 0) -> bool:
    """Tell those who watch that the job has changed and that ``added`` reviews are new.

    False when the job was spoken of less than half a second ago: say it again later. A Valkey that does not answer
    counts as told, because those who watch then ask by themselves.
    """
    try:
        if not _valkey().set(f"studio:progress:{job_id}", 1, nx=True, px=PAUSE):
            return False
        if job := Job.objects.filter(pk=job_id).first():
            _send(job.project_id, _messages(job, added))
    except (RedisError, OSError) as error:
        logger.warning("Nobody could be told of job %s: %s", job_id, error)
    return True


def announce_end(job_id: ObjectId, added: int = 0) -> None:
    """Tell those who watch, whatever they were told just now, that the job has ended."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.is_live:
        return
    kind = "job.failed" if job.status in FAILED_ENDS else "job.completed"
    end = {"type": kind, "project_id": str(job.project_id), "job_id": str(job.pk), "seq": job.seq}
    end |= {"status": job.status, "message": job.status_message, "stats": stats(job)}
    try:
        _send(job.project_id, [*_messages(job, added), end])
    except (RedisError, OSError) as error:
        logger.warning("Nobody could be told of the end of job %s: %s", job_id, error)


def message(job: Job, after_seq: int = 0) -> Message:
    """The snapshot as the socket sends it."""
    seen = snapshot(job, after_seq)
    return {"type": "job.progress", **seen, "message": seen["status_message"]}


def _messages(job: Job, added: int) -> list[Message]:
    # The tail of the log is enough: who has missed more asks for it by seq.
    messages = [message(job, max(0, job.seq - 50))]
    if added:
        messages.append({"type": "results.added", "project_id": str(job.project_id), "n": added})
    return messages


def _send(project_id: ObjectId, messages: list[Message]) -> None:
    async def send() -> None:
        layer = get_channel_layer()
        async with asyncio.timeout(TIMEOUT):
            for content in messages:
                await layer.group_send(group(project_id), {"type": "studio.message", "message": content})

    async_to_sync(send)()


@functools.cache
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)


class Publisher:
    """Collects what has changed and speaks of each job as often as it may; the last change is always spoken of."""

    def __init__(self) -> None:
        self._added: dict[ObjectId, int] = {}
        self._lock = Lock()

    def note(self, job_id: ObjectId, added: int = 0) -> None:
        with self._lock:
            self._added[job_id] = self._added.get(job_id, 0) + added

    def flush(self) -> bool:
        """Speak of every job whose turn it is; whether nothing is left to say."""
        for job_id, added in self._take().items():
            if not publish(job_id, added):
                self.note(job_id, added)
        return not self._added

    def end(self, job_id: ObjectId) -> None:
        with self._lock:
            added = self._added.pop(job_id, 0)
        announce_end(job_id, added)

    def _take(self) -> dict[ObjectId, int]:
        with self._lock:
            taken, self._added = self._added, {}
        return taken

"""What the minute tick does about schedules: it sees to every planned run that has come, once, however many ticks are.

A run's slot, its job, the plan for the next and what is announced are one transaction. Of several ticks that see the
same run one commits; the others find the slot taken, or the next run moved on.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bson import ObjectId
from django.db import IntegrityError

from scraping.choices import Trigger
from scraping.models import Job, JobRefused, Schedule, Slot
from scraping.schedules.choices import Missed, SlotStatus
from sentimatrix_studio.mongo.transaction import in_transaction

logger = logging.getLogger(__name__)

ON_TIME = timedelta(minutes=15)  # a run that starts later was missed
MOST_MADE_UP = 24
STILL_RUNNING = "Still running: the job before it had not ended."


@dataclass(frozen=True, slots=True)
class Choice:
    """Of the planned times that have come: the one to run now, and those that never will, with the reason."""

    run: datetime | None
    left_out: Sequence[datetime]
    reason: str


def choose(come: Sequence[datetime], missed: Missed, *, is_late: bool) -> Choice:
    """``is_late``: the latest of the times was missed as well."""
    if missed == Missed.ALL:
        wanted = come[-MOST_MADE_UP:]
        return _choice(wanted[0], come[: -len(wanted)])
    if missed == Missed.SKIP and is_late:
        return _choice(None, come)
    return _choice(come[-1], come[:-1])


def _choice(run: datetime | None, left_out: Sequence[datetime]) -> Choice:
    number = len(left_out)
    what = "Missed" if number == 1 else f"{number:,} runs were missed"
    return Choice(run, left_out, f"{what}: no worker was there in time.")


def run_due(now: datetime) -> int:
    """See to every schedule that is due; how many jobs that started."""
    keys = list(Schedule.objects.due(now).order_by("next_run", "pk").values_list("pk", flat=True))
    return sum(_see_to(key, now) for key in keys)


def _see_to(key: ObjectId, now: datetime) -> bool:
    try:
        return in_transaction(lambda: _take_turn(key, now))
    except IntegrityError:
        return False  # another tick has this run, or somebody has just started the project: the next tick sees
    except Exception:  # where a task begins: one bad schedule must not stop the others
        logger.exception("Schedule %s could not be seen to.", key)
        return False


def _take_turn(key: ObjectId, now: datetime) -> bool:
    """Whether a job was started."""
    schedule = Schedule.objects.due(now).filter(pk=key).first()
    if schedule is None or schedule.is_leaving:
        return False
    come = schedule.come(now)
    if not come:
        return False
    if not (open_ := schedule.without_taken(come)):
        schedule.move_on(come[-1])
        return False
    choice = _decide(schedule, open_, now)
    if choice is None or not schedule.move_on(choice.run or come[-1]):
        return False
    if choice.left_out:
        schedule.slots.create(planned_at=choice.left_out[-1], status=SlotStatus.SKIPPED, message=choice.reason)
    return choice.run is not None and _start(schedule, choice.run)


def _decide(schedule: Schedule, come: Sequence[datetime], now: datetime) -> Choice | None:
    """None: not yet."""
    if not schedule.project.can_run:
        return Choice(None, come, f"The project was {schedule.project.get_status_display().lower()}.")
    choice = choose(come, Missed(schedule.missed), is_late=_is_late(schedule, come[-1], now))
    if choice.run is None or not Job.objects.live().filter(project_id=schedule.project_id).exists():
        return choice
    # What is made up for waits for its turn. What comes in time does not: the next is soon enough.
    return None if _is_late(schedule, choice.run, now) else Choice(None, come, STILL_RUNNING)


def _is_late(schedule: Schedule, planned_at: datetime, now: datetime) -> bool:
    return now - planned_at - schedule.jitter(planned_at) > ON_TIME


def _start(schedule: Schedule, planned_at: datetime) -> bool:
    slot = Slot(schedule=schedule, planned_at=planned_at)
    try:
        slot.begin(Job.objects.enter(schedule.project, trigger=Trigger.SCHEDULED))
    except JobRefused as refused:
        slot.save(force_insert=True)
        slot.end(SlotStatus.FAILED, refused.message)
        return False
    schedule.announce("schedule.triggered", slot, slot.facts)
    return True


def run_now(schedule: Schedule, trigger: Trigger, now: datetime) -> Job:
    """Start the project's job by hand, as one of the schedule's runs. Raises JobRefused."""
    slot = Slot(schedule=schedule, planned_at=now)
    return Job.objects.start(schedule.project, trigger=trigger, beside=slot.begin)

"""Who works on which step. A step belongs to the worker that claimed it last, until its lease runs out.

Every claim raises the step's token, and every write of a worker names the token of its claim: a worker that was frozen
or cut off finds its token outdated and writes nothing. All times are the database's, so clocks need not agree.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from pymongo import ReturnDocument

from scraping.choices import StepState
from scraping.models import Step
from sentimatrix_studio.mongo.pipelines import collection, session

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 3
NOW = "$$NOW"
CLAIMABLE = {
    "$or": [
        {"state": StepState.WAITING.value, "$expr": {"$lte": ["$not_before", NOW]}},  # null comes before every date
        {"state": StepState.RUNNING.value, "$expr": {"$lt": ["$lease_until", NOW]}},
    ]
}
NEXT = [("turn", 1), ("kind", 1), ("_id", 1)]


class LeaseLost(Exception):  # noqa: N818  not an error: the step went on without us
    """Another worker has the step now, or its job has ended. Whatever is not committed must be dropped."""


def claim(worker: str, lease: timedelta = LEASE) -> Step | None:
    """Take the next step that waits or whose worker has fallen silent; None when there is none.

    The attempt counts from here, so that a step which kills its worker is counted too. The caller gives up a step with
    more than MAX_ATTEMPTS.
    """
    taken = {
        "state": StepState.RUNNING.value,
        "worker": {"$literal": worker},
        "token": {"$add": ["$token", 1]},
        "attempts": {"$add": ["$attempts", 1]},
        "lease_until": _from_now(lease),
    }
    while found := collection(Step).find_one_and_update(
        CLAIMABLE, [{"$set": taken}], sort=NEXT, return_document=ReturnDocument.AFTER
    ):
        # None when the job was cancelled in this very moment.
        if step := Step.objects.filter(pk=found["_id"], token=found["token"]).first():
            return step
    return None


def renew(step: Step, lease: timedelta = LEASE) -> None:
    """Keep the step for another lease. Raises LeaseLost."""
    _write(step, {"lease_until": _from_now(lease)})


def hold(step: Step, **changes: Any) -> None:
    """Write to the step as its holder. First in a transaction, it voids the rest of it when the step is no longer ours.

    ``step`` itself stays as it is, so that a transaction can be repeated. Raises LeaseLost.
    """
    _write(step, {name: {"$literal": value} for name, value in changes.items()})


def release(step: Step, *, delay: timedelta = timedelta(0), is_counted: bool = False, **changes: Any) -> None:
    """Hand the step back, to be claimed again after ``delay``. Raises LeaseLost.

    Unless ``is_counted``, the attempt does not count: the worker leaves, the step is not to blame.
    """
    kept = "$attempts" if is_counted else {"$max": [0, {"$subtract": ["$attempts", 1]}]}
    literal = {name: {"$literal": value} for name, value in changes.items()}
    back = {"state": StepState.WAITING.value, "worker": "", "lease_until": None, "attempts": kept}
    _write(step, {**literal, **back, "not_before": _from_now(delay)})


def finish(step: Step, state: StepState, **changes: Any) -> None:
    """End the step. Raises LeaseLost."""
    hold(step, state=state.value, lease_until=None, finished_at=timezone.now(), **changes)


def drop(step: Step) -> None:
    """Remove a step that is done and leaves nothing to show. Raises LeaseLost."""
    if not collection(Step).delete_one(_ours(step), session=session()).deleted_count:
        raise LeaseLost


def is_held(step: Step) -> bool:
    return collection(Step).count_documents(_ours(step), limit=1) == 1


def is_work_near(within: timedelta) -> bool:
    """Whether some step can be claimed within this time, perhaps because its worker has died."""
    until = _from_now(within)
    near = {
        "$or": [
            {"state": StepState.WAITING.value, "$expr": {"$lte": ["$not_before", until]}},
            {"state": StepState.RUNNING.value, "$expr": {"$lte": ["$lease_until", until]}},
        ]
    }
    return collection(Step).count_documents(near, limit=1) == 1


def _write(step: Step, values: dict[str, Any]) -> None:
    if not collection(Step).update_one(_ours(step), [{"$set": values}], session=session()).matched_count:
        raise LeaseLost


def _ours(step: Step) -> dict[str, Any]:
    return {"_id": step.pk, "token": step.token, "state": StepState.RUNNING.value}


def _from_now(span: timedelta) -> dict[str, Any]:
    milliseconds = span // timedelta(milliseconds=1)
    return {"$dateAdd": {"startDate": NOW, "unit": "millisecond", "amount": milliseconds}}

"""What somebody has asked for and a worker makes: exports, and changes of more reviews than a request has time for.

An order is claimed like a step of a job, by one conditional update that counts the attempt and raises the token. Every
write of a worker names the token of its claim: one that was frozen or cut off finds it outdated and ends nothing. All
times are the database's, so clocks need not agree.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils import timezone
from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from integrations import events
from projects.models import Project
from results.models.orders import RUNNING, WAITING, Order
from sentimatrix_studio.mongo.pipelines import collection, row_of, session
from sentimatrix_studio.mongo.transaction import in_transaction

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
NOW = "$$NOW"
BROKEN_OFF = f"The work broke off {MAX_ATTEMPTS} times, so it was given up."
OUR_FAULT = "Something went wrong on our side; the log of the worker says what."

Ordered = TypeVar("Ordered", bound=Order)


class LeaseLost(Exception):  # noqa: N818  not an error: the order went on without us, or is deleted
    """Another worker has the order now, or nobody wants it any more. Whatever is not committed must be dropped."""


class Leaving(Exception):  # noqa: N818  not an error
    """The worker should end, or do something else first: the order goes back."""


class Hold(Generic[Ordered]):
    """A worker's hold on an order while it makes it."""

    def __init__(self, order: Ordered, project: Project, should_leave: Callable[[], bool], lease: timedelta) -> None:
        self.order, self.project = order, project
        self._should_leave, self._lease = should_leave, lease
        self._renewed_at = time.monotonic()

    def stay(self) -> None:
        """To be called again and again. Raises Leaving and LeaseLost."""
        if self._should_leave():
            raise Leaving
        if time.monotonic() - self._renewed_at >= self._lease.total_seconds() / 6:
            self.write()
            self._renewed_at = time.monotonic()

    def write(self, **values: Any) -> None:
        """Keep this, and the order for another lease. In a transaction it voids the rest if that is lost.

        ``order`` itself stays as it is, so that a transaction can be repeated. Raises LeaseLost.
        """
        self._write({**_literal(values), "lease_until": _from_now(self._lease)})

    def give_back(self) -> None:
        """To be claimed again, after those that wait already. Raises LeaseLost."""
        uncounted = {"$max": [0, {"$subtract": ["$attempts", 1]}]}
        self._write({"state": WAITING, "attempts": uncounted, "lease_until": NOW})

    def end(self, event: str, words: str, kept_for: timedelta, about: dict[str, str], **values: Any) -> None:
        """The end of the order, and what is said of it: both or nothing. Raises LeaseLost."""
        at, project = timezone.now(), self.project
        times = {"finished_at": at, "expires_at": at + kept_for, "lease_until": None}
        said = {**about, "project_id": str(project.pk), "project": project.name, "message": words}
        whose = {"owner_id": self.order.owner_id, "project_id": project.pk, "cause": str(self.order.pk)}

        def end() -> None:
            self._write(_literal(values | times))
            events.announce(event, **whose, data=said)

        in_transaction(end)

    def _write(self, values: dict[str, Any]) -> None:
        order = self.order
        ours = {"_id": order.pk, "token": order.token, "state": RUNNING}
        if not collection(type(order)).update_one(ours, [{"$set": values}], session=session()).matched_count:
            raise LeaseLost


Make = Callable[[Hold[Ordered]], None]
Fail = Callable[[Hold[Ordered], str], None]


def make_next(
    model: type[Ordered],
    make: Make[Ordered],
    fail: Fail[Ordered],
    *,
    should_leave: Callable[[], bool],
    lease: timedelta,
) -> bool:
    """Have the order made that has waited longest; whether there was one."""
    order = _claim(model, lease)
    if order is None:
        return False
    try:
        project = Project.objects.filter(pk=order.project_id).first()
        if project is None:  # about to be removed, and its orders with it
            raise LeaseLost
        _attempt(Hold(order, project, should_leave, lease), make, fail)
    except LeaseLost:
        logger.info("%s %s goes on without this worker, or not at all.", model.__name__, order.pk)
    return True


def is_waiting(model: type[Order], within: timedelta = timedelta(0)) -> bool:
    """Whether some order can be claimed within this time, perhaps because its worker has died."""
    return collection(model).count_documents(_claimable(_from_now(within)), limit=1) == 1


def _claim(model: type[Ordered], lease: timedelta) -> Ordered | None:
    taken = {
        "state": RUNNING,
        "token": {"$add": ["$token", 1]},
        "attempts": {"$add": ["$attempts", 1]},
        "lease_until": _from_now(lease),
    }
    longest = [("lease_until", 1), ("_id", 1)]
    found = collection(model).find_one_and_update(
        _claimable(NOW), [{"$set": taken}], sort=longest, return_document=ReturnDocument.AFTER
    )
    return row_of(model, found) if found else None


def _claimable(until: Any) -> dict[str, Any]:
    broken_off = {"state": RUNNING, "$expr": {"$lt": ["$lease_until", until]}}
    return {"$or": [{"state": WAITING}, broken_off]}


def _attempt(hold: Hold[Ordered], make: Make[Ordered], fail: Fail[Ordered]) -> None:
    """Raises LeaseLost."""
    try:
        if hold.order.attempts > MAX_ATTEMPTS:
            fail(hold, BROKEN_OFF)
        else:
            make(hold)
    except (LeaseLost, DatabaseError, PyMongoError):
        raise
    except Leaving:
        hold.give_back()
    except ValidationError as error:  # a target of the filter is gone, for example
        fail(hold, " ".join(error.messages))
    except Exception:  # where the work begins: one bad order must not stop all other work
        logger.exception("%s %s failed.", type(hold.order).__name__, hold.order.pk)
        fail(hold, OUR_FAULT)


def _literal(values: dict[str, Any]) -> dict[str, Any]:
    return {name: {"$literal": value} for name, value in values.items()}


def _from_now(span: timedelta) -> dict[str, Any]:
    return {"$dateAdd": {"startDate": NOW, "unit": "millisecond", "amount": span // timedelta(milliseconds=1)}}

"""A worker's part in changes of many reviews.

Each batch is one transaction with the roll-ups, what is kept for undoing, and the cursor from which to go on; the last
one ends the change as well. So whoever is killed has done whole batches, and another worker goes on behind them.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict

from projects.models import Project
from results import changes, correcting, orders, removal, undo
from results.changes import Some, Stretch
from results.choices import BulkState
from results.filters import ResultFilter
from results.models import BulkChange, BulkKind, Change, ResultQuerySet
from results.orders import LeaseLost
from sentimatrix_studio.mongo.transaction import in_transaction

LEASE = timedelta(minutes=1)  # no transaction lives longer, and each renews it
SPELL = 10.0  # seconds of one turn: exports and steps of jobs want theirs
ARCHIVED = "The project was archived, so the work ended."
TOO_LATE = "There is nothing left to undo: the day in which it could be is over."
Hold = orders.Hold[BulkChange]


def make_next(should_leave: Callable[[], bool] = lambda: False, lease: timedelta = LEASE) -> bool:
    """Go on for a while with the change that has waited longest; whether there was one."""
    until = time.monotonic() + SPELL
    is_over = lambda: should_leave() or time.monotonic() > until  # noqa: E731
    return orders.make_next(BulkChange, _make, _fail, should_leave=is_over, lease=lease)


def is_waiting(within: timedelta = timedelta(0)) -> bool:
    return orders.is_waiting(BulkChange, within)


def _make(hold: Hold) -> None:
    some = _work(hold)
    while True:
        _check_project(hold.project)
        stretch = in_transaction(partial(_go_on, hold, some))
        if not stretch.cursor:
            return
        for name, value in _figures(hold.order, stretch).items():
            setattr(hold.order, name, value)
        hold.stay()


def _work(hold: Hold) -> Some:
    """What is to be done, from a cursor on."""
    order = hold.order
    if order.is_undo:
        change = Change.objects.filter(pk=order.change_id).first()
        if change is None:
            raise ValidationError(TOO_LATE)
        return partial(undo.undo_some, change)
    change, results = order.change, _results(hold)
    change.expires_at = change.made_at + changes.KEPT_FOR
    if order.kind == BulkKind.DELETION:
        return partial(removal.delete_some, change, results)
    return lambda cursor: correcting.relabel_some(change, results, order.owner_id, cursor)


def _results(hold: Hold) -> ResultQuerySet:
    """What was meant when it was asked for: no review that came in since, and none that a person has labelled since."""
    found = ResultFilter.parse(hold.project, QueryDict(hold.order.query)).queryset(hold.project)
    at = hold.order.created_at
    return found.filter(Q(corrected_at=None) | Q(corrected_at__lte=at), created_at__lte=at)


def _check_project(project: Project) -> None:
    """Raises ValidationError if it is archived by now, and LeaseLost if it is being deleted."""
    halted = Project.everything.halted().filter(pk=project.pk).first()
    if halted is not None:
        raise LeaseLost if halted.is_leaving else ValidationError(ARCHIVED)


def _go_on(hold: Hold, some: Some) -> Stretch:
    """One transaction. Raises LeaseLost."""
    stretch = some(hold.order.cursor)
    figures = _figures(hold.order, stretch)
    if stretch.cursor:
        hold.write(attempts=0, **figures)  # three in a row without progress are too many
    else:
        _end(hold, "change.completed", **figures, state=BulkState.DONE.value)
    return stretch


def _figures(order: BulkChange, stretch: Stretch) -> dict[str, Any]:
    return {
        "cursor": stretch.cursor,
        "done": order.done + stretch.seen,
        "changed": order.changed + stretch.changed,
        "passed_over": order.passed_over + stretch.passed_over,
    }


def _fail(hold: Hold, words: str) -> None:
    _end(hold, "change.failed", state=BulkState.FAILED.value, message=words[:500])


def _end(hold: Hold, event: str, **values: Any) -> None:
    """Raises LeaseLost."""
    order = hold.order
    ended = BulkChange(**{field.attname: getattr(order, field.attname) for field in order._meta.fields} | values)
    hold.end(event, ended.outcome, changes.KEPT_FOR, {"change_id": str(order.change_id)}, **values)

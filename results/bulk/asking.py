"""A person's or a program's part in changes of many reviews."""

from typing import Any

from bson import ObjectId
from django.db import IntegrityError

from accounts.models import User
from projects.models import Project
from results import changes, correcting, counting, removal
from results import undo as undoing
from results.correcting import Relabelled, Said
from results.filters import ResultFilter
from results.models import BulkChange, BulkKind, Change
from results.undo import Undone
from sentimatrix_studio import bell

AT_ONCE = changes.BATCH  # reviews: one transaction
ARCHIVED = "The project is archived. Make it active again to change so many reviews."
BUSY = "Many reviews of this project are being changed already. Wait until that is done."
UNDER_WAY = "This change is still being made, or undone already. Wait until that is done."


class BulkRefused(Exception):  # noqa: N818  not an error: a limit at work
    """A change that is not begun. Codes: ``archived``, ``busy``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message, self.can_retry = code, message, code == "busy"


def relabel(project: Project, asked: ResultFilter, said: Said, by: User) -> Relabelled | BulkChange:
    """Label what the filter finds, or have it labelled. Raises BulkRefused."""
    total = counting.counts(project, asked).total
    if _is_little(total):
        return correcting.relabel(project, asked.queryset(project), said, by)
    return _order(project, BulkKind.LABELS, ObjectId(), total, query=asked.query, said=said)


def delete(project: Project, asked: ResultFilter) -> Change | BulkChange:
    """Delete what the filter finds, or have it deleted. Raises BulkRefused."""
    total = counting.counts(project, asked).total
    if _is_little(total):
        return removal.delete_results(project, asked.queryset(project))
    return _order(project, BulkKind.DELETION, ObjectId(), total, query=asked.query)


def undo(change: Change) -> Undone | BulkChange:
    """Put back what the change took away, or have it put back. Raises BulkRefused."""
    if BulkChange.objects.of_change(change).unfinished().exists():
        raise BulkRefused("busy", UNDER_WAY)
    if _is_little(change.count):
        return undoing.undo(change)
    return _order(change.project, BulkKind.UNDO, change.pk, change.count)


def _is_little(total: int | None) -> bool:
    return total is not None and total <= AT_ONCE


def _order(project: Project, kind: BulkKind, change_id: ObjectId, total: int | None, **fields: Any) -> BulkChange:
    if project.is_archived:
        raise BulkRefused("archived", ARCHIVED)
    about = {"owner_id": project.owner_id, "project": project, "kind": kind, "change_id": change_id, "total": total}
    try:
        ordered: BulkChange = BulkChange.objects.create(**about, **fields)
    except IntegrityError as error:
        raise BulkRefused("busy", BUSY) from error
    bell.ring(1)
    return ordered

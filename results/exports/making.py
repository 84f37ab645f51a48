"""A worker's part in exports that are made in the background.

An export is claimed like a step of a job, by one conditional update that counts the attempt. Each attempt writes a file
of its own, which counts once the update that ends the export has called it ready: nobody ever fetches half a file, and
a worker that has lost its lease ends nothing.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from bson import ObjectId
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from integrations import events
from projects.models import Project
from results.choices import ExportState
from results.exports import export
from results.exports.request import PARAMETERS, ExportRequest
from results.filters import ResultFilter
from results.models.exports import FILES, Export
from sentimatrix_studio.mongo.pipelines import collection, session
from sentimatrix_studio.mongo.transaction import in_transaction

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than MongoDB looks for the first rows of the slowest filter
MAX_ATTEMPTS = 3
NOW = "$$NOW"
BROKEN_OFF = f"The work broke off {MAX_ATTEMPTS} times, so it was given up."
OUR_FAULT = "Something went wrong on our side; the log of the worker says what."


class LeaseLost(Exception):  # noqa: N818  not an error: the export went on without us, or is deleted
    """Another worker has the export now, or nobody wants it any more. What was written of it is dropped."""


class Leaving(Exception):  # noqa: N818  not an error
    """The worker should end: the export goes back."""


def make_next(should_leave: Callable[[], bool] = lambda: False, lease: timedelta = LEASE) -> bool:
    """Make the export that has waited longest; whether there was one."""
    claimed = _claim(lease)
    if claimed is None:
        return False
    try:
        _attempt(claimed, _Hold(claimed, should_leave, lease))
    except LeaseLost:
        logger.info("Export %s goes on without this worker, or not at all.", claimed.pk)
    return True


def is_waiting(within: timedelta = timedelta(0)) -> bool:
    """Whether some export can be claimed within this time, perhaps because its worker has died."""
    return collection(Export).count_documents(_claimable(_from_now(within)), limit=1) == 1


def _claim(lease: timedelta) -> Export | None:
    taken = {
        "state": ExportState.RUNNING.value,
        "token": {"$add": ["$token", 1]},
        "attempts": {"$add": ["$attempts", 1]},
        "lease_until": _from_now(lease),
        "file_id": ObjectId(),
    }
    before = collection(Export).find_one_and_update(
        _claimable(NOW), [{"$set": taken}], sort=[("_id", 1)], return_document=ReturnDocument.BEFORE
    )
    if before is None:
        return None
    if before["file_id"]:
        FILES.delete(before["file_id"])  # as far as the attempt before has come
    return Export.objects.filter(pk=before["_id"], token=before["token"] + 1).first()


def _claimable(until: Any) -> dict[str, Any]:
    broken_off = {"state": ExportState.RUNNING.value, "$expr": {"$lt": ["$lease_until", until]}}
    return {"$or": [{"state": ExportState.WAITING.value}, broken_off]}


def _attempt(claimed: Export, hold: "_Hold") -> None:
    """Raises LeaseLost."""
    project = Project.objects.filter(pk=claimed.project_id).first()
    if project is None:  # about to be removed, and its exports with it
        raise LeaseLost
    try:
        if claimed.attempts > MAX_ATTEMPTS:
            _fail(claimed, project, BROKEN_OFF)
        else:
            _make(claimed, project, hold)
    except (LeaseLost, DatabaseError, PyMongoError):
        raise
    except Leaving:
        _write(claimed, {"state": ExportState.WAITING.value, "attempts": {"$subtract": ["$attempts", 1]}})
    except ValidationError as error:  # a target of the filter is gone, for example
        _fail(claimed, project, " ".join(error.messages))
    except Exception:  # where the work begins: one bad export must not stop all other work
        logger.exception("Export %s failed.", claimed.pk)
        _fail(claimed, project, OUR_FAULT)


def _make(claimed: Export, project: Project, hold: "_Hold") -> None:
    query = QueryDict(claimed.query)
    asked = ResultFilter.parse(project, query, beside=PARAMETERS)
    made = export(project, asked, ExportRequest.parse(query))
    with FILES.writing(made.filename, claimed.file_id) as file:
        for chunk in hold.over(made.chunks):
            file.write(chunk)
    _finish(claimed, project, made.filename, int(file.length))


class _Hold:
    """A worker's hold on an export while it is made."""

    def __init__(self, claimed: Export, should_leave: Callable[[], bool], lease: timedelta) -> None:
        self._claimed, self._should_leave, self._lease = claimed, should_leave, lease
        self._renewed_at = time.monotonic()

    def over(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks, for as long as the worker stays and the export is its own. Raises Leaving and LeaseLost."""
        for chunk in chunks:
            if self._should_leave():
                raise Leaving
            if time.monotonic() - self._renewed_at >= self._lease.total_seconds() / 6:
                _write(self._claimed, {"lease_until": _from_now(self._lease)})
                self._renewed_at = time.monotonic()
            yield chunk


def _finish(claimed: Export, project: Project, filename: str, size: int) -> None:
    hours = settings.EXPORT_LIFETIME // timedelta(hours=1)
    words = f"{filename} ({filesizeformat(size)}) can be fetched for {hours} hours."
    try:
        _end(claimed, project, "export.ready", words, state=ExportState.READY.value, filename=filename, size=size)
    except LeaseLost:
        FILES.delete(claimed.file_id)
        raise


def _fail(claimed: Export, project: Project, words: str) -> None:
    _end(claimed, project, "export.failed", words, state=ExportState.FAILED.value, message=words[:500])


def _end(claimed: Export, project: Project, event: str, words: str, **values: Any) -> None:
    """Raises LeaseLost."""
    at = timezone.now()
    times = {"finished_at": at, "expires_at": at + settings.EXPORT_LIFETIME, "lease_until": None}
    said = {"export_id": str(claimed.pk), "project_id": str(project.pk), "project": project.name, "message": words}
    about = {"owner_id": claimed.owner_id, "project_id": project.pk, "cause": str(claimed.pk)}

    def end() -> None:
        _write(claimed, {name: {"$literal": value} for name, value in (values | times).items()})
        events.announce(event, **about, data=said)

    in_transaction(end)


def _write(claimed: Export, values: dict[str, Any]) -> None:
    """As the export's holder. Raises LeaseLost."""
    ours = {"_id": claimed.pk, "token": claimed.token, "state": ExportState.RUNNING.value}
    if not collection(Export).update_one(ours, [{"$set": values}], session=session()).matched_count:
        raise LeaseLost


def _from_now(span: timedelta) -> dict[str, Any]:
    return {"$dateAdd": {"startDate": NOW, "unit": "millisecond", "amount": span // timedelta(milliseconds=1)}}

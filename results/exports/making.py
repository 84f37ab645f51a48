"""A worker's part in exports that are made in the background.

Each attempt writes a file of its own, which counts once the update that ends the export has called it ready: nobody
ever fetches half a file.
"""

from collections.abc import Callable
from datetime import timedelta

from bson import ObjectId
from django.conf import settings
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat

from results import orders
from results.choices import ExportState
from results.exports import export
from results.exports.request import PARAMETERS, ExportRequest
from results.filters import ResultFilter
from results.models.exports import FILES, Export
from results.orders import LeaseLost

LEASE = timedelta(minutes=5)  # longer than MongoDB looks for the first rows of the slowest filter
Hold = orders.Hold[Export]


def make_next(should_leave: Callable[[], bool] = lambda: False, lease: timedelta = LEASE) -> bool:
    """Make the export that has waited longest; whether there was one."""
    return orders.make_next(Export, _make, _fail, should_leave=should_leave, lease=lease)


def is_waiting(within: timedelta = timedelta(0)) -> bool:
    return orders.is_waiting(Export, within)


def _make(hold: Hold) -> None:
    query = QueryDict(hold.order.query)
    asked = ResultFilter.parse(hold.project, query, beside=PARAMETERS)
    made, file_id = export(hold.project, asked, ExportRequest.parse(query)), _new_file(hold)
    with FILES.writing(made.filename, file_id) as file:
        for chunk in made.chunks:
            hold.stay()
            file.write(chunk)
    _finish(hold, made.filename, file_id, int(file.length))


def _new_file(hold: Hold) -> ObjectId:
    """In place of what an attempt before has written. Raises LeaseLost."""
    _drop_file(hold)
    file_id = ObjectId()
    hold.write(file_id=file_id)
    return file_id


def _drop_file(hold: Hold) -> None:
    if hold.order.file_id:
        FILES.delete(hold.order.file_id)


def _finish(hold: Hold, filename: str, file_id: ObjectId, size: int) -> None:
    hours = settings.EXPORT_LIFETIME // timedelta(hours=1)
    words = f"{filename} ({filesizeformat(size)}) can be fetched for {hours} hours."
    try:
        _end(hold, "export.ready", words, state=ExportState.READY.value, filename=filename, size=size)
    except LeaseLost:
        FILES.delete(file_id)
        raise


def _fail(hold: Hold, words: str) -> None:
    _drop_file(hold)
    _end(hold, "export.failed", words, state=ExportState.FAILED.value, message=words[:500])


def _end(hold: Hold, event: str, words: str, **values: str | int) -> None:
    """Raises LeaseLost."""
    hold.end(event, words, settings.EXPORT_LIFETIME, {"export_id": str(hold.order.pk)}, **values)

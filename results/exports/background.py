"""Exports that a worker makes, for those who do not want to wait: asked for here, fetched until they expire, then gone.

How they are made is in ``results.exports.making``.
"""

from projects.models import Project
from results.chips import chips
from results.exports.request import CONTENT_TYPES, ExportRequest
from results.exports.sending import ExportFile
from results.filters import ResultFilter
from results.models.exports import FILES, Export
from sentimatrix_studio import bell

MOST_UNFINISHED = 5  # of one person at a time
WORTH_IT = 100_000  # reviews, from which on pages recommend it


class ExportRefused(Exception):  # noqa: N818  not an error: a limit at work
    """An export that is not begun. Code: ``too_many``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message, self.can_retry = code, message, True


def order(project: Project, asked: ResultFilter, form: ExportRequest) -> Export:
    """Have a worker make this file. Raises ExportRefused."""
    if Export.objects.filter(owner_id=project.owner_id).unfinished().count() >= MOST_UNFINISHED:
        raise ExportRefused("too_many", f"{MOST_UNFINISHED} exports are being made already. Wait for one of them.")
    about = "; ".join(f"{chip.label}: {chip.value}" for chip in chips(asked, project))
    query = "&".join(part for part in (asked.query, form.query) if part)
    fields = {"owner_id": project.owner_id, "project": project, "query": query, "format": form.format}
    ordered: Export = Export.objects.create(**fields, about=about[:500])
    bell.ring(1)
    return ordered


def file_of(ready: Export) -> ExportFile:
    """What there is to fetch. Raises FileNotFoundError."""
    if ready.file_id is None:
        raise FileNotFoundError("There is no file yet.")
    chunks = iter(FILES.read(ready.file_id).readchunk, b"")
    return ExportFile(ready.filename, CONTENT_TYPES[ready.format], chunks)


def sweep() -> int:
    """Remove what has expired; how many exports that were."""
    expired = list(Export.objects.expired())
    for one in expired:
        one.delete()
    return len(expired)

"""Reviews as a file: exactly what a filter finds, newest first, streamed, without limit.

asked = ExportRequest.parse(request.GET)
return response(request, export(project, result_filter, asked))
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.utils.text import slugify

from projects.models import Project
from results.exports import delimited, objects, sheets
from results.exports.delimited import harmless as harmless
from results.exports.request import COLUMNS as COLUMNS
from results.exports.request import CONTENT_TYPES as CONTENT_TYPES
from results.exports.request import DELIMITERS as DELIMITERS
from results.exports.request import PARAMETERS as PARAMETERS
from results.exports.request import ExportRequest as ExportRequest
from results.exports.sending import ExportFile as ExportFile
from results.exports.sending import async_chunks as async_chunks
from results.exports.sending import response as response
from results.filters import ResultFilter

Write = Callable[[Project, ResultFilter, ExportRequest], Iterator[bytes]]


def export(project: Project, asked: ResultFilter, form: ExportRequest) -> ExportFile:
    """The file; reading begins with the first chunk."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = slugify(project.name, allow_unicode=True) or "project"
    filename = f"{name}_results_{stamp}.{form.format}"
    return ExportFile(filename, CONTENT_TYPES[form.format], WRITERS[form.format](project, asked, form))


def _parquet(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    from results.exports import columnar  # brings Arrow, 30 MB that a process needs for this format only

    return columnar.write(project, asked, form)


WRITERS: dict[str, Write] = {
    "csv": delimited.write,
    "json": objects.write_array,
    "jsonl": objects.write_lines,
    "xlsx": sheets.write,
    "parquet": _parquet,
}

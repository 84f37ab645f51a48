"""Reading the user's own data: CSV, TSV, Excel, JSON, JSON Lines and plain text, of any usual shape.

``preview`` shows what is in a file and how it would be read; ``check`` refuses what cannot be read before anything is
stored; ``read`` gives the reviews and the rows that are none. Files are binary, seekable and up to UPLOAD_MAX_BYTES;
memory stays flat. Nothing here touches the database.

A file that cannot be read raises ValidationError with a sentence for its owner; a row that cannot becomes a RowError.
Without a column of ids, a review is the same when author, date, title and text are. An id that occurs again in the
same file updates the review of its first occurrence.
"""

from results.imports.options import FORMATS, ROLES, ImportOptionsJson, Options
from results.imports.reading import Preview, check, preview, read
from results.imports.rows import RowError, write_errors

__all__ = [
    "FORMATS",
    "ROLES",
    "ImportOptionsJson",
    "Options",
    "Preview",
    "RowError",
    "check",
    "preview",
    "read",
    "write_errors",
]

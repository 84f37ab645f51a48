"""What a source is: something that reads one target page by page.

To add a platform: recognise its addresses in ``projects.platforms``, write a module here with a class like ``Source``,
and name it in ``scraping.sources.SOURCES``. Ask for pages through ``Fetcher`` only, yield what is there, raise
SourceError for what is in the way, and let the cursor of each page be all that is needed to go on after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from results.imports import RowError
from results.ingest import Item
from scraping.sources.fetch import Fetcher
from scraping.sources.outcomes import Outcome, SourceError

__all__ = ["Fetcher", "Item", "Outcome", "Page", "Request", "RowError", "Source", "SourceError"]


@dataclass(frozen=True, slots=True)
class Request:
    """What to collect. ``cursor`` is that of the last page kept; empty at the start. ``max_results`` None is all."""

    platform: str
    external_id: str
    url: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    max_results: int | None = None
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some reviews, and from where to go on after them. ``notes`` are sentences for the job's log."""

    items: list[Item]
    cursor: str
    reported_total: int | None = None
    notes: list[str] = field(default_factory=list)
    row_errors: list[RowError] = field(default_factory=list)


class Source(Protocol):
    platform: str

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        """The pages after the cursor. Ends when there are no more, which is a success. Raises SourceError."""

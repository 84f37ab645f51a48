"""What a source is: something that reads one target page by page.

To add a platform: recognise its addresses in ``projects.platforms``, write a module here with a class like ``Source``,
and name it in ``scraping.sources.SOURCES``. Ask for pages through ``Fetcher`` only, yield what is there, raise
SourceError for what is in the way, and let the cursor of each page be all that is needed to go on after it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from results.imports import RowError
from results.ingest import Item
from scraping.sources.fetch import Fetcher
from scraping.sources.outcomes import Outcome, SourceError

__all__ = ["Fetcher", "Item", "Outcome", "Page", "Request", "RowError", "Source", "SourceError"]


@dataclass(frozen=True, slots=True)
class Request:
    """What to collect. ``cursor`` is that of the last page kept; empty at the start. ``max_results`` None is all.

    ``keys`` are what the owner has been given by providers, by their ids: the values of their fields.
    """

    platform: str
    external_id: str
    url: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    max_results: int | None = None
    cursor: str = ""
    include_replies: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Some reviews, and from where to go on after them. ``notes`` are sentences for the job's log.

    ``is_whole`` is false where the site holds back some of what belongs here: then nothing is said to be missing.
    """

    items: list[Item]
    cursor: str
    reported_total: int | None = None
    notes: list[str] = field(default_factory=list)
    row_errors: list[RowError] = field(default_factory=list)
    is_whole: bool = True


class Source(Protocol):
    """``newest_first`` says that the latest reviews come first, so that a visit can stop at those that are known."""

    platform: str
    newest_first: bool

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        """The pages after the cursor. Ends when there are no more, which is a success. Raises SourceError."""

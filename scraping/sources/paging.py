"""Turning the pages of a site, one after the other, to an end that is a true one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from results.ingest import Item
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Outcome, SourceError

END = "end"  # the cursor after the last page
REPEATED = "The site gives the same reviews again in place of further ones."


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one page of a site says. ``following`` is the cursor of the next one, empty on the last; ``is_whole`` is
    false where the site shows no more of what it has."""

    items: list[Item]
    following: str = ""
    total: int | None = None
    unread: int = 0  # reviews that could not be made sense of
    notes: list[str] = field(default_factory=list)
    is_whole: bool = True


def turn(read: Callable[[str], Sheet], request: Request, fetch: Fetcher, *, wall: str) -> Iterator[Page]:
    """All pages after the request's cursor. ``wall`` is said where signing in is asked for after the first page.

    Nothing where the site counts some, or nothing but what cannot be read, is a changed site and no end.
    """
    cursor, seen = request.cursor, set[str]()
    while cursor != END:
        try:
            sheet = read(cursor)
        except SourceError as error:
            if error.code != Outcome.LOGIN_REQUIRED or not cursor:
                raise
            yield Page([], END, notes=[wall], is_whole=False)
            return
        fresh = [item for item in sheet.items if item.external_id not in seen]
        if not sheet.items and (sheet.unread or (not cursor and sheet.total)):
            raise fetch.stop(Outcome.LAYOUT_CHANGED)
        if not fresh:
            if sheet.items and sheet.total and len(seen) < sheet.total:
                yield Page([], END, notes=[REPEATED], is_whole=False)
            return
        seen |= {item.external_id for item in fresh}
        cursor = sheet.following or END
        is_whole = sheet.is_whole and not sheet.unread
        yield Page(fresh, cursor, sheet.total, [*sheet.notes, *_unread(sheet)], is_whole=is_whole)


def _unread(sheet: Sheet) -> list[str]:
    reviews = "1 review" if sheet.unread == 1 else f"{sheet.unread} reviews"
    return [f"{reviews} of a page could not be read."] if sheet.unread else []

"""Pages of reviews by key: as fast at the end of a million as at the start, and steady while new ones arrive."""

import base64
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from pymongo.errors import ExecutionTimeout

from sentimatrix_studio.mongo.pipelines import options, within

NEWEST_FIRST, OLDEST_FIRST = SORTS = ("-date", "date")
LONGEST_SEARCH, LONGEST = 2000, 10_000  # milliseconds
FORM = struct.Struct(">?q12s")  # backwards?, milliseconds since 1970, id
Reader = Callable[[QuerySet[Any, Any]], list[Any]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FindingError(Exception):
    """There are too many reviews to look through for the few that match. To try again does not help."""

    code = "FINDING_TIMEOUT"
    message = (
        "These reviews could not be found in the time there is: each part of the filter fits a great many, and hardly "
        "any fit all of it. Ask for fewer days, or search for a rarer word."
    )


@dataclass(frozen=True, slots=True)
class Slice:
    """Some reviews in order, and the cursors of the slices around them; an empty one means there is none."""

    results: list[Any]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two reviews: behind the one dated ``at`` with this id or, backwards, before it."""

    is_backwards: bool
    at: datetime
    id: ObjectId

    def __str__(self) -> str:
        packed = FORM.pack(self.is_backwards, (self.at - EPOCH) // timedelta(milliseconds=1), self.id.binary)
        return base64.urlsafe_b64encode(packed).decode()

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises ValidationError for anything but what ``str`` gave."""
        try:
            is_backwards, milliseconds, key = FORM.unpack(base64.urlsafe_b64decode(text))
            cursor = cls(is_backwards, EPOCH + timedelta(milliseconds=milliseconds), ObjectId(key))
        except (ValueError, struct.error, OverflowError):
            cursor = None
        if cursor is None or str(cursor) != text:  # decoding alone would pass over characters it does not know
            raise ValidationError({"cursor": "This is not a cursor: send back a next_cursor or previous_cursor."})
        return cursor


def read_sort(text: str) -> str:
    """``-date``, the default, or ``date``. Raises ValidationError for another."""
    if text and text not in SORTS:
        raise ValidationError({"sort": f"Sort by {' or '.join(SORTS)}: reviews have no index for another order."})
    return text or NEWEST_FIRST


def take(
    queryset: QuerySet[Any, Any], *, cursor: str = "", size: int = 50, sort: str = NEWEST_FIRST, read: Reader = list
) -> Slice:
    """The ``size`` reviews of the queryset at the cursor. Raises ValidationError for a bad cursor, and
    FindingError where a ``timely`` one takes too long."""
    place = Cursor.parse(cursor) if cursor else None
    with in_time():
        found = read(ordered(queryset, place, sort)[: size + 1])  # one more, to know whether there is more
    has_more, found = len(found) > size, found[:size]
    has_next, has_previous = has_more, place is not None
    if place and place.is_backwards:
        found.reverse()
        has_next, has_previous = True, has_more
    return Slice(
        found,
        next=str(Cursor(False, found[-1].dated_at, found[-1].pk)) if found and has_next else "",
        previous=str(Cursor(True, found[0].dated_at, found[0].pk)) if found and has_previous else "",
    )


def timely(queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """The same for somebody who waits: MongoDB breaks off a search after two seconds, and another filter after ten,
    for which there may be no index."""
    return within(queryset, LONGEST_SEARCH if options(queryset) else LONGEST)


@contextmanager
def in_time() -> Iterator[None]:
    """Raises FindingError where it was broken off."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error.__cause__, ExecutionTimeout):
            raise FindingError from error
        raise


def ordered(queryset: QuerySet[Any, Any], place: Cursor | None, sort: str = NEWEST_FIRST) -> QuerySet[Any, Any]:
    """The reviews beyond the place, nearest first: in order of ``sort`` or, backwards, against it."""
    is_newest_first = (sort == NEWEST_FIRST) != bool(place and place.is_backwards)
    rows = _beyond(queryset, place, is_newest_first) if place else queryset
    return rows.order_by("-dated_at", "-pk") if is_newest_first else rows.order_by("dated_at", "pk")


def _beyond(rows: QuerySet[Any, Any], place: Cursor, is_newest_first: bool) -> QuerySet[Any, Any]:
    # The first condition looks redundant: it is what makes MongoDB start in the middle of its index.
    if is_newest_first:
        return rows.filter(dated_at__lte=place.at).filter(Q(dated_at__lt=place.at) | Q(pk__lt=place.id))
    return rows.filter(dated_at__gte=place.at).filter(Q(dated_at__gt=place.at) | Q(pk__gt=place.id))

"""What pages and the API show of words: those of each side, and those that come up more than before.

Worked out anew only when the project's figures have changed, or after ten minutes.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Annotated, Any, TypedDict, TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

from projects.models import Project
from results import counting
from results.choices import POLARITIES
from results.filters import ResultFilter
from results.keywords.reading import Window, labelled, read
from results.keywords.scoring import Weighed, apart, risen, times
from results.models import TotalRollup
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Day, Moment, Must, Score, Share

MOST = 12  # terms of a side, unless told otherwise
USUAL_DAYS = 28  # of what is new, where no first day is asked for
REMEMBERED = timedelta(minutes=10)

Answer = TypeVar("Answer")


class KeywordJson(TypedDict):
    """`count` of this side's reviews have the term, a `share` of them; `others` of the other sides' have it.
    `search` is what to search for to find them."""

    term: str
    search: str
    count: Count
    share: Share
    others: Count
    avg_score: Score
    weight: Annotated[float, Must(minimum=0)]


class KeywordsJson(TypedDict):
    """`read` of the `total` labelled reviews were read, the newest; `since` is the date of the oldest of them where
    that is not all. `total` is null where counting, or looking for them, took too long."""

    read: Count
    total: Count | None
    since: Moment | None
    sides: dict[str, Count]
    keywords: dict[str, list[KeywordJson]]


class RisingTermJson(TypedDict):
    """In `count` reviews of the period and in `before` of those before it: `times` as large a share."""

    term: str
    search: str
    count: Count
    before: Count
    times: Annotated[float, Must(minimum=0)]
    avg_score: Score


class RisingJson(TypedDict):
    """The terms that a larger share of reviews has than in the period before, by more than chance. Of either period the
    newest reviews were read: `since` and `since_before` are the dates of the oldest of them where those are not all."""

    date_from: Day
    date_to: Day
    before_from: Day
    before_to: Day
    read: Count
    read_before: Count
    since: Moment | None
    since_before: Moment | None
    terms: list[RisingTermJson]


def keywords(project: Project, asked: ResultFilter, most: int = MOST) -> KeywordsJson:
    """The terms that set each side apart. What is asked for of sentiment and state is passed over."""
    return _remembered(f"keywords:{most}", project, asked, lambda: _keywords(project, asked, most))


def rising(project: Project, asked: ResultFilter, most: int = MOST) -> RisingJson:
    """Of the days asked for, beside as many days before them; without a first day, of the last four weeks."""
    last = asked.end - timedelta(milliseconds=1) if asked.end else datetime.now(UTC)
    first = asked.start.date() if asked.start else last.date() - timedelta(USUAL_DAYS - 1)
    now = replace(asked, date_from=first, date_to=last.date())
    return _remembered(f"rising:{most}", project, now, lambda: _rising(project, now, first, last.date(), most))


def _keywords(project: Project, asked: ResultFilter, most: int) -> KeywordsJson:
    window = read(project, asked)
    sides = {side: [one for one in window.reviews if one.side == side] for side in POLARITIES}
    found = {
        side: apart(here, [one for one in window.reviews if one.side != side], most) for side, here in sides.items()
    }
    return {
        "read": window.read,
        "total": _total(project, asked, window),
        "since": rest.utc(window.since),
        "sides": {side: len(here) for side, here in sides.items()},
        "keywords": {side: [_keyword(one, len(sides[side])) for one in terms] for side, terms in found.items()},
    }


def _total(project: Project, asked: ResultFilter, window: Window) -> int | None:
    if window.are_all:
        return window.read
    return counting.total(project, labelled(asked)) if window.is_in_time else None


def _keyword(one: Weighed, of: int) -> KeywordJson:
    return {
        "term": one.term.words,
        "search": one.term.search,
        "count": one.count,
        "share": round(one.count / of, 4),
        "others": one.others,
        "avg_score": one.avg_score,
        "weight": round(one.weight, 4),
    }


def _rising(project: Project, asked: ResultFilter, first: date, last: date, most: int) -> RisingJson:
    days = last - first + timedelta(1)
    earlier = replace(asked, date_from=first - days, date_to=first - timedelta(1))
    now, before = read(project, asked), read(project, earlier)
    return {
        "date_from": first.isoformat(),
        "date_to": last.isoformat(),
        "before_from": (first - days).isoformat(),
        "before_to": (first - timedelta(1)).isoformat(),
        "read": now.read,
        "read_before": before.read,
        "since": rest.utc(now.since),
        "since_before": rest.utc(before.since),
        "terms": [_rising_term(one, now.read, before.read) for one in risen(now, before, most)],
    }


def _rising_term(one: Weighed, of: int, of_before: int) -> RisingTermJson:
    return {
        "term": one.term.words,
        "search": one.term.search,
        "count": one.count,
        "before": one.others,
        "times": round(times(one.count, of, one.others, of_before), 2),
        "avg_score": one.avg_score,
    }


def _remembered(what: str, project: Project, asked: ResultFilter, make: Callable[[], Answer]) -> Answer:
    """A cache that does not answer is passed over."""
    key = f"{what}:{_fingerprint(project, asked)}"
    try:
        if (known := cache.get(key)) is not None:
            found: Answer = known
            return found
    except (RedisError, OSError):
        return make()
    made = make()
    with suppress(RedisError, OSError):
        cache.set(key, made, REMEMBERED.total_seconds())
    return made


def _fingerprint(project: Project, asked: ResultFilter) -> str:
    """Another one for another filter, and as soon as the project's figures are others."""
    tally: Any = TotalRollup.objects.filter(project_id=project.pk).tally()
    said = f"{project.pk}|{asked.query}|{sorted(tally.counters.items())}"
    return blake2b(said.encode(), digest_size=16).hexdigest()

"""Where a mark of a chart or a figure leads: to the list of exactly the reviews behind it."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.http import urlencode

from projects.models import Project
from results.filters import DAY, MOMENT, ResultFilter, first_moment, moment_after
from results.forms import values_of
from results.reading import written

ReviewsLink = Callable[..., str]  # filters by name → URL of the list; empty where no review can be there
HIGHEST = {"rating_min": max, "min_confidence": max, "rating_max": min}
ALL = ResultFilter()


def reviews_link(project: Project, asked: ResultFilter = ALL) -> ReviewsLink:
    """The list of what a filter finds; what a link asks for besides can only narrow it."""
    path, given = reverse("results:result_list", args=[project.pk]), values_of(asked)
    kept = {name: values for name, values in given.items() if name not in ("date_from", "date_to")}

    def link(*, date_from: date | None = None, date_to: date | None = None, **more: Any) -> str:
        narrowed = _narrowed(kept, {name: value for name, value in more.items() if value})
        days = _days(asked, date_from, date_to)
        if narrowed is None or days is None:
            return ""
        query = urlencode({**narrowed, **days}, doseq=True)
        return f"{path}?{query}" if query else path

    return link


def _narrowed(kept: Mapping[str, list[str]], more: Mapping[str, Any]) -> dict[str, Any] | None:
    """With the values that both allow; None where there is none."""
    query: dict[str, Any] = dict(kept)
    for name, value in more.items():
        wanted = [str(one) for one in value] if isinstance(value, tuple) else [str(value)]
        if name not in kept:
            query[name] = wanted
        elif name in HIGHEST:
            query[name] = [written(HIGHEST[name](float(value), float(kept[name][0])))]
        elif not (both := [one for one in wanted if _is_in(one, kept[name])]):
            return None
        else:
            query[name] = both
    bottom, top = query.get("rating_min"), query.get("rating_max")
    return None if bottom and top and float(bottom[0]) > float(top[0]) else query


def _is_in(value: str, kept: list[str]) -> bool:
    """What is said of an aspect, as in ``story:negative``, is a part of all that is said of it."""
    return value in kept or value.partition(":")[0] in kept


def _days(asked: ResultFilter, date_from: date | None, date_to: date | None) -> dict[str, str] | None:
    """The bounds that are further in; None where they leave nothing."""
    starts = [bound for bound in (asked.date_from, date_from) if bound]
    ends = [bound for bound in (asked.date_to, date_to) if bound]
    start, end = max(starts, key=first_moment, default=None), min(ends, key=moment_after, default=None)
    if start and end and first_moment(start) >= moment_after(end):
        return None
    return {name: written(bound) for name, bound in {"date_from": start, "date_to": end}.items() if bound}


def period_link(link: ReviewsLink, zone: str, **query: Any) -> Callable[[date, date], str]:
    """For a chart over time: from the beginnings of a period and of the next one. Days are those of the time zone."""

    def of_period(first: date, after: date) -> str:
        if zone == "UTC" and not isinstance(first, datetime):
            return link(date_from=first, date_to=after - DAY, **query)
        start, end = (_begins(day, zone) for day in (first, after))
        return link(date_from=start, date_to=end - MOMENT, **query)

    return of_period


def _begins(day: date, zone: str) -> datetime:
    if isinstance(day, datetime):
        return day
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)

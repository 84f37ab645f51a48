"""Insights as pages show them: with a link for every count and every quote."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from projects.models import Project
from results.filters import ResultFilter
from results.insights.plain import ENGINE, Point
from results.insights.reading import filters_of, find, newer
from results.links import reviews_link
from results.models import Insights

KINDS = {
    "pros": ("Praised", "thumbs-up", "Nothing stands out among what is praised."),
    "cons": ("Criticised", "thumbs-down", "Nothing stands out among what is criticised."),
    "requests": ("Asked for", "lightbulb", "Nobody says what they wish for."),
}


@dataclass(frozen=True, slots=True)
class ShownQuote:
    text: str
    url: str
    date: datetime


@dataclass(frozen=True, slots=True)
class ShownPoint:
    text: str
    count: int | None
    url: str  # of the reviews it counts; empty where it counts none
    quotes: list[ShownQuote]


@dataclass(frozen=True, slots=True)
class ShownKind:
    key: str
    title: str
    icon: str
    none: str
    points: list[ShownPoint]


@dataclass(frozen=True, slots=True)
class Shown:
    """``row`` is None where nobody has asked for them."""

    row: Insights | None
    newer: int | None
    kinds: list[ShownKind]
    url: str  # of their own page
    model: str  # that has written them; empty where it is the reviews' own words


def shown(project: Project, asked: ResultFilter) -> Shown:
    row = find(project, asked)
    url = reverse("results:insights", args=[project.pk]) + (f"?{asked.query}" if asked.query else "")
    if row is None or row.written_at is None:
        return Shown(row, None, [], url, "")
    kinds = [
        ShownKind(key, *words, [_point(one, project, asked) for one in row.points[key]]) for key, words in KINDS.items()
    ]
    return Shown(row, newer(project, asked, row), kinds, url, "" if row.engine == ENGINE else row.engine)


def _point(point: Point, project: Project, asked: ResultFilter) -> ShownPoint:
    quotes = [
        ShownQuote(
            one["quote"],
            reverse("results:result_detail", args=[project.pk, one["result_id"]]),
            datetime.fromisoformat(one["date"]),
        )
        for one in point["quotes"]
    ]
    return ShownPoint(point["text"], point["count"], _url(point, project, asked), quotes)


def _url(point: Point, project: Project, asked: ResultFilter) -> str:
    filters: dict[str, Any] = {name: tuple(found) for name, found in filters_of(point, project, asked).items()}
    if not filters:
        return ""
    (since,) = filters.pop("date_from", (None,))
    kept = asked.without("search") if "search" in filters else asked  # it is part of what is searched for then
    return reviews_link(project, kept)(date_from=since and datetime.fromisoformat(since), **filters)

"""Insights as they are shown: what was written of a filter, where its points lead, and whether it is up to date."""

from typing import Annotated, TypedDict

from projects.models import Project
from results.choices import POLARITY_OF, InsightsState, labels_shown
from results.counting import counts
from results.filters import ResultFilter
from results.insights.plain import Point
from results.insights.quoting import QuoteJson
from results.models import Insights
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Moment, Must


class PointJson(TypedDict):
    """`count` reviews say so: those that the `filters` find beside the filters asked for. Without them the quotes are
    what it rests on."""

    text: str
    count: Count | None
    filters: dict[str, list[str]]
    quotes: list[QuoteJson]


class InsightsJson(TypedDict):
    """What was written last stays while it is written anew. `newer` reviews have come since; null where nobody can say.
    `note` says why it is not what was asked for."""

    state: Annotated[str, Must(enum=["none", *InsightsState.values])]
    asked_at: Moment | None
    written_at: Moment | None
    engine: str | None
    note: str
    read: Count
    newer: Count | None
    summary: str
    pros: list[PointJson]
    cons: list[PointJson]
    requests: list[PointJson]


def find(project: Project, asked: ResultFilter) -> Insights | None:
    found: Insights | None = Insights.objects.of_filter(project, asked.query).first()
    return found


def newer(project: Project, asked: ResultFilter, insights: Insights) -> int | None:
    """By how many there are more reviews than there were."""
    now = counts(project, asked).total
    return None if now is None or insights.total is None else max(now - insights.total, 0)


def filters_of(point: Point, project: Project, asked: ResultFilter) -> dict[str, list[str]]:
    """What finds the reviews that a point counts, beside the filter they are of; empty where nothing does."""
    about = dict(point["about"])
    side = about.pop("side", "")
    labels = [label for label in labels_shown(project.sentiment_classes) if POLARITY_OF.get(label, label) == side]
    if asked.search and "search" in about:
        about["search"] = f"{asked.search} {about['search']}"
    return {name: [value] for name, value in about.items()} | ({"sentiment": labels} if labels else {})


def as_json(project: Project, asked: ResultFilter, insights: Insights | None) -> InsightsJson:
    row = insights or Insights(state="none", asked_at=None)
    points = {kind: [_point(one, project, asked) for one in found] for kind, found in row.points.items()}
    return {
        "state": row.state,
        "asked_at": rest.utc(row.asked_at),
        "written_at": rest.utc(row.written_at),
        "engine": row.engine or None,
        "note": row.note,
        "read": row.read,
        "newer": newer(project, asked, row) if row.written_at else None,
        "summary": row.content.get("summary", ""),
        "pros": points["pros"],
        "cons": points["cons"],
        "requests": points["requests"],
    }


def _point(point: Point, project: Project, asked: ResultFilter) -> PointJson:
    return {
        "text": point["text"],
        "count": point["count"],
        "filters": filters_of(point, project, asked),
        "quotes": point["quotes"],
    }

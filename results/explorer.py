"""What stands around the reviews of the list: how many there are, of what kind, and where a click leads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.urls import reverse

from projects.models import Project, Target
from results import charts
from results.charts import Item, Mark
from results.charts.scales import percent
from results.chips import Chip, chips
from results.choices import LabelSource, Sentiment, State
from results.counting import Counts
from results.forms import LABELS
from results.models import BulkChange, Result, SavedView, shown_over_list
from results.paging import Cursor, FindingError, Slice, take, timely
from results.selection import Selection
from sentimatrix_studio.mongo.pipelines import row_of, united

JOB = Result._meta.get_field("job").related_model  # known to a layer above
JOBS_OFFERED = 10
WITHOUT_LABEL = tuple(state.value for state in State if state != State.ANALYSED)


@dataclass(frozen=True, slots=True)
class Part:
    """One label's share of what the filter finds."""

    key: str
    words: str
    share: str


@dataclass(frozen=True, slots=True)
class Overview:
    """``total`` is None where counting took too long; then, or with nothing to show, there are no parts."""

    total: int | None
    parts: tuple[Part, ...] = ()
    bar: tuple[Mark, ...] = ()
    corrected: int = 0  # labels that a person has set, as far as that is known without another look
    corrected_url: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """Query strings of the pages around this one, and of the other order; an empty one means there is none."""

    first: str
    previous: str
    next: str
    turned: str  # from newest first to oldest first, or back


def overview(counts: Counts, selection: Selection) -> Overview:
    if not counts.total or not counts.labels:
        return Overview(counts.total)
    items = _items(counts.labels, counts.total, selection)
    parts = tuple(Part(item.key, item.label, percent(item.value, counts.total, 1)) for item in items if item.value)
    by_hand = replace(selection.asked, label_source=(LabelSource.HUMAN.value,))
    return Overview(counts.total, parts, charts.share_bar(items), counts.human or 0, _address(selection.of(by_hand)))


def _items(labels: Mapping[str, int], total: int, selection: Selection) -> list[Item]:
    """One for each label and, if there are any, one for the reviews that have none."""
    asked = selection.asked
    items = [
        Item(label, str(Sentiment(label).label), n, _address(selection.of(replace(asked, sentiment=(label,)))))
        for label, n in labels.items()
    ]
    if rest := total - sum(labels.values()):
        without = replace(asked, sentiment=(), state=WITHOUT_LABEL)
        items.append(Item("other", "No label", rest, _address(selection.of(without))))
    return items


def removable(selection: Selection, project: Project) -> list[Chip]:
    """The parts of the filter; the query of each keeps the order."""
    found = chips(selection.asked, project)
    return [replace(chip, query=selection.in_order(chip.query)) for chip in found]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else of a project the page needs, asked for at once: it takes longer to ask than to answer."""

    targets: list[Target]
    jobs: list[ObjectId]  # the latest, latest first
    views: list[SavedView]
    bulk_changes: list[BulkChange]  # the one that a worker makes, or has just made


def surroundings(project: Project) -> Surroundings:
    found: dict[str, list[dict[str, Any]]] = {"targets": [], "jobs": [], "views": [], "bulk_changes": []}
    of_project = {"$match": {"project_id": project.pk}}
    latest: list[dict[str, Any]] = [{"$sort": {"created_at": -1}}, {"$limit": JOBS_OFFERED}, {"$project": {"_id": 1}}]
    for row in united(
        (Target, [of_project, _part("targets")]),
        (SavedView, [of_project, {"$sort": {"created_at": 1, "_id": 1}}, _part("views")]),
        (BulkChange, [of_project, *shown_over_list(), _part("bulk_changes")]),
        (JOB, [of_project, *latest, _part("jobs")]),
    ):
        found[row.pop("part")].append(row)
    return Surroundings(
        [row_of(Target, row) for row in found["targets"]],
        [row["_id"] for row in found["jobs"]],
        [row_of(SavedView, row) for row in found["views"]],
        [row_of(BulkChange, row) for row in found["bulk_changes"]],
    )


def _part(name: str) -> dict[str, Any]:
    return {"$addFields": {"part": name}}


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view, or all reviews, over the list."""

    name: str
    query: str
    edit_path: str  # of a view that is open
    is_current: bool


@dataclass(frozen=True, slots=True)
class Tabs:
    views: list[Tab]
    can_save: bool  # what the list shows is none of them


def tabs(project: Project, views: Iterable[SavedView], query: str | None) -> Tabs:
    """``query`` is what the list shows; None if it shows nothing."""
    found = [Tab("All reviews", "", "", query == "")]
    found += [Tab(view.name, view.query, _edit_path(project, view), view.query == query) for view in views]
    return Tabs(found, bool(query) and not any(tab.is_current for tab in found))


def _edit_path(project: Project, view: SavedView) -> str:
    return reverse("results:view_edit", args=[project.pk, view.pk])


def problems(error: ValidationError) -> list[str]:
    """What is wrong with a query string, in sentences that name the field as the form does."""
    return [
        f"{LABELS[name]}: {message}" if name in LABELS else message
        for name, messages in error.message_dict.items()
        for message in messages
    ]


def links(selection: Selection, page: Slice) -> Links:
    return Links(
        first=_address(selection),
        previous=_address(selection, page.previous),
        next=_address(selection, page.next),
        turned=_address(selection.turned),
    )


def _address(selection: Selection, cursor: str | None = None) -> str:
    """``None`` asks for the first page; an empty cursor for one that is not there."""
    if cursor == "":
        return ""
    query = "&".join(part for part in (selection.query, f"cursor={cursor}" if cursor else "") if part)
    return f"?{query}"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The reviews before and after one in the list, if there are any and they are found in time."""

    previous: Result | None
    next: Result | None


def neighbours(selection: Selection, result: Result) -> Neighbours:
    rows = timely(selection.asked.queryset(result.project).only("pk", "dated_at"))
    places = (str(Cursor(is_backwards, result.dated_at, result.pk)) for is_backwards in (True, False))
    try:
        return Neighbours(
            *(next(iter(take(rows, cursor=place, size=1, sort=selection.sort).results), None) for place in places)
        )
    except FindingError:
        return Neighbours(None, None)

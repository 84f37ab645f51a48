"""What stands around the reviews of the list: how many there are, of what kind, and where a click leads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError

from results import charts
from results.charts import Item, Mark
from results.charts.scales import percent
from results.choices import Sentiment, State
from results.counting import Counts
from results.filters import ResultFilter
from results.forms import LABELS
from results.models import Result
from results.paging import Cursor, Slice, take

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


@dataclass(frozen=True, slots=True)
class Links:
    """Query strings of the pages around this one; an empty one means there is none."""

    first: str
    newer: str
    older: str


def overview(counts: Counts, asked: ResultFilter) -> Overview:
    if not counts.total or not counts.labels:
        return Overview(counts.total)
    items = _items(counts.labels, counts.total, asked)
    parts = tuple(Part(item.key, item.label, percent(item.value, counts.total, 1)) for item in items if item.value)
    return Overview(counts.total, parts, charts.share_bar(items))


def _items(labels: Mapping[str, int], total: int, asked: ResultFilter) -> list[Item]:
    """One for each label and, if there are any, one for the reviews that have none."""
    items = [
        Item(label, str(Sentiment(label).label), n, _address(replace(asked, sentiment=(label,))))
        for label, n in labels.items()
    ]
    if rest := total - sum(labels.values()):
        items.append(Item("other", "No label", rest, _address(replace(asked, sentiment=(), state=WITHOUT_LABEL))))
    return items


def problems(error: ValidationError) -> list[str]:
    """What is wrong with a query string, in sentences that name the field as the form does."""
    return [
        f"{LABELS[name]}: {message}" if name in LABELS else message
        for name, messages in error.message_dict.items()
        for message in messages
    ]


def links(asked: ResultFilter, page: Slice) -> Links:
    return Links(_address(asked), _address(asked, page.previous), _address(asked, page.next))


def _address(asked: ResultFilter, cursor: str | None = None) -> str:
    """``None`` asks for the first page; an empty cursor for one that is not there."""
    if cursor == "":
        return ""
    query = "&".join(part for part in (asked.query, f"cursor={cursor}" if cursor else "") if part)
    return f"?{query}"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The reviews before and after one in the list, if there are any."""

    newer: Result | None
    older: Result | None


def neighbours(asked: ResultFilter, result: Result) -> Neighbours:
    rows = asked.queryset(result.project).only("pk", "dated_at")
    newer, older = (
        next(iter(take(rows, cursor=str(Cursor(is_newer, result.dated_at, result.pk)), size=1).results), None)
        for is_newer in (True, False)
    )
    return Neighbours(newer, older)

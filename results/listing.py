"""Reviews as rows of a list: what a row shows and no more, without the cost of fifty model objects.

Rows are put together here: a template takes longer over the places of a row than over all the rest of the page.
"""

from collections.abc import Iterable
from datetime import UTC
from html import escape
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from accounts.templatetags.ui import badge, score, stars, timestamp
from projects.choices import Platform
from projects.models import Project
from results.choices import Emotion, LabelSource, State, label_shown
from results.highlighting import marked
from results.models import UNCERTAIN_BELOW
from results.paging import Slice, take, timely
from results.selection import ALL, Selection
from sentimatrix_studio.mongo.pipelines import documents

PAGE_SIZE = 50
TITLE_LENGTH, TEXT_LENGTH, AUTHOR_LENGTH = 120, 280, 24
COLUMNS = (
    *("pk", "title", "text", "author", "platform", "dated_at", "rating", "rating_max"),
    *("state", "sentiment", "confidence", "score", "emotion", "label_source"),
)
SHORT_WORDS = {State.UNSUPPORTED_LANGUAGE.value: "Other language", State.PENDING.value: "Waiting"}
BY_HAND = "set by hand"
NO_RATING = mark_safe('<span class="muted none">none</span>')
PLATFORMS, EMOTIONS = dict(Platform.choices), {value: str(words).lower() for value, words in Emotion.choices}


CHECKBOX = '<input type="checkbox" name="result_id" value="{}" aria-label="Select this review">'
TITLED = '<a class="title" href="{}" data-dialog="drawer">{}</a>\n<p>{}</p>'
UNTITLED = '<p><a class="title" href="{}" data-dialog="drawer">{}</a></p>'
ROW = """<tr>
<td><div class="review">{}{}</div></td>
<td>{}</td>
<td class="num">{}</td>
<td>{}</td>
<td class="nowrap">{}</td>
<td class="meta nowrap">{}</td>
</tr>
"""


def page(project: Project, selection: Selection = ALL, cursor: str = "", size: int = PAGE_SIZE) -> Slice:
    """As ``paging.take``, with the ``COLUMNS`` alone. Raises ValidationError for a bad cursor, and FindingError."""
    results = timely(selection.asked.queryset(project).values(*COLUMNS))
    return take(results, cursor=cursor, size=size, sort=selection.sort, read=_read)


def _read(results: QuerySet[Any]) -> list[Any]:
    at_utc = ((found, found.pop("dated_at").replace(tzinfo=UTC)) for found in documents(results))
    return [SimpleNamespace(**found, pk=found["_id"], dated_at=at) for found, at in at_utc]


def rows(
    project: Project, found: Iterable[Any], selection: Selection = ALL, *, is_selectable: bool = False
) -> SafeString:
    """The rows of a table out of anything with the ``COLUMNS`` as attributes, or nothing.

    Words of the search are marked; links carry the query.
    """
    query = f"?{selection.query}" if selection.query else ""
    start, end = reverse("results:result_list", args=[project.pk]), escape(f"/{query}")
    classes, box = project.sentiment_classes, CHECKBOX if is_selectable else ""
    made = [_row(one, f"{start}{one.pk}{end}", selection.asked.search, classes, box.format(one.pk)) for one in found]
    return mark_safe("".join(made))  # noqa: S308 - each piece of a row is made by a tag, or escaped


def _row(one: Any, path: str, search: str, classes: int, box: str) -> str:
    author = Truncator(one.author).chars(AUTHOR_LENGTH) if len(one.author) > AUTHOR_LENGTH else one.author
    label = badge(_badge(one, classes), SHORT_WORDS.get(one.state, ""))
    source = BY_HAND if one.label_source == LabelSource.HUMAN else ""
    return ROW.format(
        box,
        _review(one, path, search),
        _over(label, " · ".join(filter(None, (EMOTIONS.get(one.emotion), source)))),
        score(one.score),
        _over(PLATFORMS[one.platform], author),
        stars(one.rating, one.rating_max) or NO_RATING,
        timestamp(one.dated_at),
    )


def _review(one: Any, path: str, search: str) -> str:
    text = marked(one.text, search, TEXT_LENGTH)
    if one.title:
        return TITLED.format(path, marked(one.title, search, TITLE_LENGTH), text)
    return UNTITLED.format(path, text or "No text")


def _over(html: str, text: str) -> str:
    """Something of ours, and smaller, below it, a text of anybody's."""
    return f'{html}<div class="meta">{escape(text)}</div>' if text else html


def _badge(one: Any, classes: int) -> str:
    if one.sentiment is None:
        return str(one.state)
    return "uncertain" if one.confidence < UNCERTAIN_BELOW else str(label_shown(one.sentiment, classes))

"""Reviews as rows of a list: what a row shows and no more, without the cost of fifty model objects.

A template finds what it shows in a dictionary three times as fast as on an object, and calls a function slower than we.
"""

from collections.abc import Iterable
from datetime import UTC
from types import SimpleNamespace
from typing import Any, TypedDict

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from accounts.templatetags.ui import badge, mark_words, score, stars, timestamp
from projects.choices import Platform
from projects.models import Project
from results.choices import Emotion, State, label_shown
from results.models import UNCERTAIN_BELOW, ResultQuerySet
from results.paging import Slice, take
from sentimatrix_studio.mongo.pipelines import documents

PAGE_SIZE = 50
TITLE_LENGTH, TEXT_LENGTH, AUTHOR_LENGTH = 120, 280, 24
COLUMNS = (
    *("pk", "title", "text", "author", "platform", "dated_at", "rating", "rating_max"),
    *("state", "sentiment", "confidence", "score", "emotion"),
)
SHORT_WORDS = {State.UNSUPPORTED_LANGUAGE.value: "Other language", State.PENDING.value: "Waiting"}
NO_RATING = mark_safe('<span class="muted none">none</span>')
PLATFORMS, EMOTIONS = dict(Platform.choices), {value: str(words).lower() for value, words in Emotion.choices}


class Row(TypedDict):
    """HTML, one piece for each place: a template takes longer over two pieces than we over putting them together."""

    path: str
    title: str  # often none
    text: str
    label: str  # as the project names it, or what stands in its place, over the emotion
    score: str
    source: str  # platform over author
    rating: str
    date: str


def page(results: ResultQuerySet, cursor: str = "", size: int = PAGE_SIZE) -> Slice:
    """As ``paging.take``, with the ``COLUMNS`` alone. Raises ValidationError for a bad cursor."""
    return take(results.values(*COLUMNS), cursor=cursor, size=size, read=_read)


def _read(results: QuerySet[Any]) -> list[Any]:
    at_utc = ((found, found.pop("dated_at").replace(tzinfo=UTC)) for found in documents(results))
    return [SimpleNamespace(**found, pk=found["_id"], dated_at=at) for found, at in at_utc]


def rows(project: Project, found: Iterable[Any], search: str = "", query: str = "") -> list[Row]:
    """Anything with the ``COLUMNS`` as attributes will do. Words of the search are marked; links carry the query."""
    start, end = reverse("results:result_list", args=[project.pk]), escape(f"/{query}")
    return [_row(one, f"{start}{one.pk}{end}", search, project.sentiment_classes) for one in found]


def _row(one: Any, path: str, search: str, classes: int) -> Row:
    author = Truncator(one.author).chars(AUTHOR_LENGTH) if len(one.author) > AUTHOR_LENGTH else one.author
    return {
        "path": mark_safe(path),  # noqa: S308 - escaped by our caller
        "title": mark_words(one.title, search, TITLE_LENGTH) if one.title else "",
        "text": mark_words(one.text, search, TEXT_LENGTH),
        "label": _over(badge(_badge(one, classes), SHORT_WORDS.get(one.state, "")), EMOTIONS.get(one.emotion, "")),
        "score": score(one.score),
        "source": _over(PLATFORMS[one.platform], author),
        "rating": stars(one.rating, one.rating_max) or NO_RATING,
        "date": timestamp(one.dated_at),
    }


def _over(html: str, text: str) -> SafeString:
    """Something of ours, and smaller, below it, a text of anybody's."""
    return mark_safe(f'{html}<div class="meta">{escape(text)}</div>' if text else html)  # noqa: S308 - escaped


def _badge(one: Any, classes: int) -> str:
    if one.sentiment is None:
        return str(one.state)
    return "uncertain" if one.confidence < UNCERTAIN_BELOW else str(label_shown(one.sentiment, classes))

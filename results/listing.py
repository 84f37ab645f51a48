"""Reviews as rows of a list: what a row shows and no more, without the cost of fifty model objects."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from projects.choices import Platform
from projects.models import Project
from results.choices import Emotion, State, label_shown
from results.models import UNCERTAIN_BELOW, ResultQuerySet
from results.paging import Slice, take

PAGE_SIZE = 50
COLUMNS = (
    *("pk", "title", "text", "author", "platform", "dated_at", "rating", "rating_max"),
    *("state", "sentiment", "confidence", "score", "emotion"),
)
SHORT_WORDS = {State.UNSUPPORTED_LANGUAGE.value: "Other language", State.PENDING.value: "Waiting"}
PLATFORMS, EMOTIONS = dict(Platform.choices), {value: str(words).lower() for value, words in Emotion.choices}


@dataclass(frozen=True, slots=True)
class Row:
    path: str
    title: str
    text: str
    author: str
    platform: str
    dated_at: datetime
    rating: float | None
    rating_max: float | None
    badge: str  # the label as the project names it, or what stands in its place
    badge_words: str  # where they are others than usual
    score: float | None
    emotion: str


def page(results: ResultQuerySet, cursor: str = "", size: int = PAGE_SIZE) -> Slice:
    """As ``paging.take``, with the ``COLUMNS`` alone. Raises ValidationError for a bad cursor."""
    return take(results.values_list(*COLUMNS, named=True), cursor=cursor, size=size)


def rows(project: Project, found: Iterable[Any]) -> list[Row]:
    """Anything with the ``COLUMNS`` as attributes will do."""
    start = reverse("results:result_list", args=[project.pk])
    return [_row(project, start, one) for one in found]


def _row(project: Project, start: str, one: Any) -> Row:
    return Row(
        path=f"{start}{one.pk}/",
        title=one.title,
        text=one.text,
        author=one.author,
        platform=PLATFORMS[one.platform],
        dated_at=one.dated_at,
        rating=one.rating,
        rating_max=one.rating_max,
        badge=_badge(one, project.sentiment_classes),
        badge_words=SHORT_WORDS.get(one.state, ""),
        score=one.score,
        emotion=EMOTIONS.get(one.emotion, ""),
    )


def _badge(one: Any, classes: int) -> str:
    if one.sentiment is None:
        return str(one.state)
    return "uncertain" if one.confidence < UNCERTAIN_BELOW else str(label_shown(one.sentiment, classes))

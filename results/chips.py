"""A filter in words: one chip for every part, with the query that drops it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from bson import ObjectId

from projects.choices import Platform
from projects.models import Project, Target
from results import languages
from results.aspects import shown
from results.choices import Emotion, LabelSource, Sentiment, State
from results.filters import ResultFilter
from results.reading import written
from sentimatrix_studio.mongo.pipelines import rows_where

NAMES: dict[str, dict[str, str]] = {
    "sentiment": dict(Sentiment.choices),
    "platform": dict(Platform.choices),
    "emotion": dict(Emotion.choices),
    "state": dict(State.choices),
    "label_source": dict(LabelSource.choices),
    "language": languages.NAMES,
}
LABELS = {"target_id": "Target", "state": "Analysis", "label_source": "Label by", "job_id": "Job"}
PARTS = (
    "search",
    "sentiment",
    "emotion",
    "aspect",
    "platform",
    "target_id",
    "language",
    "state",
    "label_source",
    "job_id",
)


@dataclass(frozen=True, slots=True)
class Chip:
    label: str  # "Sentiment"
    value: str  # "Very positive"
    query: str  # the query string of the filter without it


def chips(asked: ResultFilter, project: Project) -> list[Chip]:
    """What is asked for, part by part; several values of a part are a chip each."""
    return [*_values(asked, project), *_ranges(asked)]


def _values(asked: ResultFilter, project: Project) -> Iterator[Chip]:
    targets = rows_where(Target, {"_id": {"$in": asked.target_id}}) if asked.target_id else ()
    named = {target.pk: str(target) for target in targets}
    for name in PARTS:
        value = getattr(asked, name)
        label = LABELS.get(name, name.capitalize())
        names: dict[Any, str] = named if name == "target_id" else NAMES.get(name, {})
        if name == "aspect":
            names = {one: shown(one) for one in asked.aspect}
        if isinstance(value, tuple):
            for one in value:
                yield Chip(label, names.get(one, str(one)), asked.without(name, value=one).query)
        elif value:
            words = job_name(str(value)) if name == "job_id" else str(value)
            yield Chip(label, words, asked.without(name).query)


def job_name(pk: str) -> str:
    """A job by when it was started, which its id tells."""
    return f"of {ObjectId(pk).generation_time:%Y-%m-%d %H:%M} UTC" if ObjectId.is_valid(pk) else pk


def _ranges(asked: ResultFilter) -> Iterator[Chip]:
    if dates := _range(asked.date_from, asked.date_to, ("since", "until")):
        yield Chip("Date", dates, asked.without("date_from", "date_to").query)
    if rating := _range(asked.rating_min, asked.rating_max, ("from", "up to")):
        yield Chip("Rating", f"{rating} of 5", asked.without("rating_min", "rating_max").query)
    if asked.min_confidence is not None:
        yield Chip("Confidence", f"from {asked.min_confidence:.0%}", asked.without("min_confidence").query)


def _range(low: date | float | None, high: date | float | None, words: tuple[str, str]) -> str:
    if low is None and high is None:
        return ""
    if low is None:
        return f"{words[1]} {written(high)}"
    if high is None:
        return f"{words[0]} {written(low)}"
    return written(low) if low == high else f"{written(low)} to {written(high)}"

"""Reading filters out of a query string, and writing them back. Each reader takes all values given under a name."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime

from projects.choices import Platform
from projects.models import Project, Target
from results import searching
from results.choices import POLARITIES, Emotion, LabelSource, State, labels_shown

LONGEST_SEARCH = 200
LANGUAGE = re.compile(r"[a-z]{2,3}")
# "story", or what is said of it: "story:negative".
ASPECT = re.compile(rf"[^:;,\s][^:;,]{{0,39}}(:({'|'.join(POLARITIES)}))?")

Reader = Callable[[list[str], Project], Any]


def several(values: list[str]) -> tuple[str, ...]:
    """``["a", "b,c", ""]`` → ``("a", "b", "c")``, each once."""
    return tuple(dict.fromkeys(part.strip() for value in values for part in value.split(",") if part.strip()))


def one(values: list[str]) -> str:
    given = [value.strip() for value in values if value.strip()]
    if len(given) > 1:
        raise ValidationError("Give this once.")
    return given[0] if given else ""


def choices(allowed: list[str], values: list[str], project: Project) -> tuple[str, ...]:
    found = several(values)
    if wrong := next((value for value in found if value not in allowed), None):
        raise ValidationError(f"“{wrong}” is not one of {', '.join(allowed)}.")
    return found


def sentiments(values: list[str], project: Project) -> tuple[str, ...]:
    return choices(labels_shown(project.sentiment_classes), values, project)


def languages(values: list[str], project: Project) -> tuple[str, ...]:
    found = several(values)
    if wrong := next((value for value in found if not LANGUAGE.fullmatch(value)), None):
        raise ValidationError(f"“{wrong}” is not a language code such as en.")
    return found


def aspects(values: list[str], project: Project) -> tuple[str, ...]:
    """Also those that the project has not looked for, or does no more."""
    found = several(values)
    if wrong := next((value for value in found if not ASPECT.fullmatch(value)), None):
        sides = ", ".join(f":{side}" for side in POLARITIES)
        raise ValidationError(f"“{wrong}” is not an aspect such as story, alone or with one of {sides}.")
    return found


def targets(values: list[str], project: Project) -> tuple[ObjectId, ...]:
    """Somebody else's target is answered like one that never was."""
    ids = tuple(object_id(value) for value in several(values))
    if not ids:
        return ()
    own = set(Target.objects.filter(project_id=project.pk, pk__in=ids).values_list("pk", flat=True))
    if wrong := next((pk for pk in ids if pk not in own), None):
        raise ValidationError(f"This project has no target {wrong}.")
    return ids


def job(values: list[str], project: Project) -> ObjectId | None:
    value = one(values)
    return object_id(value) if value else None


def object_id(value: str) -> ObjectId:
    if not ObjectId.is_valid(value):
        raise ValidationError(f"“{value}” is not an id: ids have 24 hexadecimal digits.")
    return ObjectId(value)


def number(low: int, high: int, values: list[str], project: Project) -> float | None:
    value = one(values)
    if not value:
        return None
    try:
        found = float(value)
    except ValueError:
        found = float("nan")
    if not low <= found <= high:
        raise ValidationError(f"Use a number from {low} to {high}.")
    return found


def words(values: list[str], project: Project) -> str:
    value = one(values)
    if len(value) > LONGEST_SEARCH:
        raise ValidationError(f"Search for at most {LONGEST_SEARCH} characters.")
    if value and not searching.parse(value).words:
        raise ValidationError("Name a word to search for, besides those to leave out and those that every text has.")
    return value


def moment(values: list[str], project: Project) -> date | datetime | None:
    value = one(values)
    if not value:
        return None
    try:
        found = parse_date(value) or parse_datetime(value)
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 2999:
        raise ValidationError(f"“{value}” is not a date such as 2026-03-01, nor a time such as 2026-03-01T12:00:00Z.")
    if isinstance(found, datetime):
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return found


READERS: dict[str, Reader] = {
    "sentiment": sentiments,
    "platform": partial(choices, list(Platform.values)),
    "target_id": targets,
    "emotion": partial(choices, list(Emotion.values)),
    "aspect": aspects,
    "language": languages,
    "state": partial(choices, list(State.values)),
    "label_source": partial(choices, list(LabelSource.values)),
    "rating_min": partial(number, 0, 5),
    "rating_max": partial(number, 0, 5),
    "min_confidence": partial(number, 0, 1),
    "search": words,
    "date_from": moment,
    "date_to": moment,
    "job_id": job,
}


def written(value: Any) -> str:
    """A value as a query string has it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return f"{value:g}" if isinstance(value, float) else str(value)

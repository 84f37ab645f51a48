"""Reviews as MongoDB stores them: what a source says made storable, and the document around it.

Written by hand instead of by the ORM because ten thousand model instances a second are not to be had; a test keeps
``new_document`` equal to what ``Result.save`` writes.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from bson import Int64, ObjectId
from django.db.models import Field

from projects.models import Target
from results import labels
from results.choices import State
from results.models import Result
from results.words import words

Document = dict[str, Any]
Segments = dict[str, str | float | bool]

TEXT_LENGTH = 100_000
VERSIONS_KEPT = 20
SEGMENT = 100
# What neither XML nor a terminal may show: control characters but tab and line feed, lone surrogates, non-characters.
UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Item:
    """One review or comment as a source gives it. Dates are aware and in UTC."""

    external_id: str  # the platform's own id, or one made of the content: the same review always has the same
    text: str
    title: str = ""
    author: str = ""
    url: str = ""
    rating: float | None = None
    rating_max: float | None = None  # top of the scale: 5 for stars, 1 for thumbs; without it a rating counts nowhere
    published_at: datetime | None = None
    language: str = ""  # what the source says, e.g. "en" or "english"
    rating_min: float | None = None  # bottom of the scale where it is not 0, as in −4 … 4
    segments: Segments = field(default_factory=dict)  # what else tells reviewers apart, e.g. {"playtime_hours": 12.5}


def _length(name: str) -> int:
    field: Field[Any, Any] = Result._meta.get_field(name)  # type: ignore[assignment]  # none of these is a reverse relation
    return field.max_length or TEXT_LENGTH


TITLE, AUTHOR, URL, LANGUAGE, IDENTITY = map(_length, ("title", "author", "url", "source_language", "external_id"))


def stars(rating: float | None, rating_min: float | None, rating_max: float | None) -> float | None:
    """The rating on a scale of 0 … 5, to hundredths: 5 stars stay 5, 7 of 10 are 3.5, −4 in −4 … 4 is 0.

    None without a scale, or off it: such a rating is shown as it is and counted nowhere.
    """
    bottom = rating_min or 0.0
    if rating is None or rating_max is None or not bottom < rating_max or not bottom <= rating <= rating_max:
        return None
    return round(5 * (rating - bottom) / (rating_max - bottom), 2)


def content(item: Item) -> Document:
    """What the source says, storable. ``content_hash`` changes with what one would call an edit, and only then."""
    title, text = storable(item.title, TITLE), storable(item.text, TEXT_LENGTH)
    rating, bottom, top = map(_finite, (item.rating, item.rating_min, item.rating_max))
    said = "\x1f".join((title, text, repr(rating), repr(bottom), repr(top)))
    return {
        "content_hash": blake2b(said.encode(), digest_size=16).hexdigest(),
        "text": text,
        "title": title,
        "author": storable(item.author, AUTHOR),
        "url": storable(item.url, URL),
        "rating": rating,
        "rating_min": bottom,
        "rating_max": top,
        "stars": stars(rating, bottom, top),
        "published_at": _milliseconds(item.published_at) if item.published_at else None,
        "source_language": storable(item.language, LANGUAGE),
        "segments": {name: _segment(value) for name, value in item.segments.items()},
        "word_count": Int64(len(text.split())),
    }


def unanalysed() -> Document:
    """The fields the analysis fills, as they are before it."""
    return {
        "state": State.PENDING.value,
        "language": "",
        "engine": "",
        "sentiment": None,
        "score": None,
        "confidence": None,
        "scores": {},
        "emotion": None,
        "emotion_score": None,
        "emotions": [],
        "fine_emotions": [],
        "aspects": [],
        "summary": "",
        "insights": [],
        "explanation": None,
        "analyzed_at": None,
    }


def new_document(target: Target, job_id: ObjectId | None, identity: str, said: Document, now: datetime) -> Document:
    """The document of a review never seen before; ``said`` is its ``content``."""
    return {
        "_id": ObjectId(),
        "owner_id": target.owner_id,
        "project_id": target.project_id,
        "target_id": target.pk,
        "job_id": job_id,
        "platform": target.platform,
        "external_id": identity,
        **said,
        "words": words(said["title"], said["text"]),
        "dated_at": said["published_at"] or now,
        "versions": [],
        "missing_since": None,
        **unanalysed(),
        "label_source": "",
        "correction": None,
        "model_label": None,
        "corrected_by_id": None,
        "corrected_at": None,
        "created_at": now,
        "updated_at": now,
    }


def edited(old: Document, job_id: ObjectId | None, said: Document, now: datetime) -> Document:
    """The fields to set when a known review says something else now; what it said before joins its ``versions``.

    What a person has said of it stays.
    """
    before = {name: old[name] for name in ("title", "text", "rating", "rating_max")}
    before["until"] = f"{now:%Y-%m-%dT%H:%M:%S}Z"
    published_at = said["published_at"] or old["published_at"]
    return {
        **said,
        "words": words(said["title"], said["text"]),
        "published_at": published_at,
        "dated_at": published_at or old["dated_at"],
        "job_id": job_id,
        "versions": [*old["versions"], before][-VERSIONS_KEPT:],
        "missing_since": None,
        **unanalysed(),
        **labels.effective(unanalysed(), old["correction"]),
        "updated_at": now,
    }


def identity(external_id: str, content_hash: str) -> str:
    """What tells a review from others of its platform: a missing or overlong id is replaced by a hash."""
    clean = storable(external_id, TEXT_LENGTH)
    if len(clean) > IDENTITY:
        return f"#{blake2b(clean.encode(), digest_size=16).hexdigest()}"
    return clean or f"#{content_hash}"


def storable(text: str, length: int) -> str:
    """The text without what cannot be stored or exported, cut to ``length`` characters."""
    if not text.isprintable():  # most are, and need no second look
        text = UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip()[:length]


def now() -> datetime:
    """The time as MongoDB keeps it: naive, in UTC, to milliseconds."""
    return _milliseconds(datetime.now(UTC))


def _milliseconds(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=None)


def _segment(value: str | float | bool) -> str | float | bool:
    return storable(value, SEGMENT) if isinstance(value, str) else value


def _finite(number: float | None) -> float | None:
    return float(number) if number is not None and math.isfinite(number) else None

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any, Self

from bson import ObjectId
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.models import User
from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.choices import Platform
from projects.models import Project, Target
from results.choices import Emotion, Sentiment, State, label_shown
from results.tallies import COUNTERS, Tally
from sentimatrix_studio.mongo.pipelines import collection, condition, session

UNCERTAIN_BELOW = 0.5  # a label with less confidence is wrong about as often as it is right


class Words(models.Lookup):
    """``text__words="…"``: MongoDB's full-text search in title and text. The words are never more than a string."""

    lookup_name = "words"

    def as_mql(self, compiler: Any, connection: Any, as_expr: bool = False) -> dict[str, Any]:
        return {"$text": {"$search": str(self.rhs)}}


class ResultQuerySet(OwnedQuerySet):
    def for_list(self) -> Self:
        """Without the long fields that only the page of one review shows."""
        return self.defer("versions", "explanation")


class Result(OwnedModel):
    """One review or comment, and what the analysis makes of it."""

    project_id: ObjectId
    target_id: ObjectId
    job_id: ObjectId | None
    id = ObjectIdAutoField(primary_key=True)
    # Goes with its project: a deletion by owner would read all reviews.
    owner = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="results", db_index=False)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="results", db_index=False)
    # Provenance only: a review outlives its job, and to find those of a job that goes would read all reviews.
    job = models.ForeignKey("scraping.Job", on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False)
    platform = models.CharField(max_length=12, choices=Platform)
    external_id = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=32, editable=False)

    text = models.TextField(blank=True)
    title = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    rating = models.FloatField(null=True, blank=True)  # on the platform's own scale
    rating_min = models.FloatField(null=True, blank=True)  # bottom of that scale; none means 0
    rating_max = models.FloatField(null=True, blank=True)
    stars = models.FloatField(null=True, blank=True, editable=False)  # the rating on a scale of 0 … 5
    published_at = models.DateTimeField(null=True, blank=True)  # as the source says
    dated_at = models.DateTimeField()  # published_at, else when it was first seen: sorts and counts every review
    source_language = models.CharField(max_length=10, blank=True)  # as the source says
    segments = models.JSONField(default=dict, blank=True)  # by name, what else tells reviewers apart
    versions = models.JSONField(default=list, blank=True)  # older texts, oldest first
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)  # when its target no longer showed it

    state = models.CharField(max_length=20, choices=State, default=State.PENDING)
    language = models.CharField(max_length=10, blank=True)
    word_count = models.PositiveIntegerField(default=0)
    engine = models.CharField(max_length=100, blank=True)
    sentiment = models.CharField(max_length=13, choices=Sentiment, null=True, blank=True)
    score = models.FloatField(null=True, blank=True)  # −1 … 1
    confidence = models.FloatField(null=True, blank=True)  # 0 … 1
    scores = models.JSONField(default=dict, blank=True)  # label → probability
    emotion = models.CharField(max_length=8, choices=Emotion, null=True, blank=True)  # the strongest
    emotion_score = models.FloatField(null=True, blank=True)
    emotions = models.JSONField(default=list, blank=True)  # [{"emotion", "score"}]
    explanation = models.JSONField(null=True, blank=True)  # [[word, push]], on demand
    analyzed_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ResultQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "platform", "external_id"], name="result_once_a_project")
        ]
        indexes = [
            models.Index(fields=["project", "-dated_at", "-id"], name="result_newest"),
            models.Index(fields=["target", "-dated_at", "-id"], name="result_target_newest"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:60]

    @property
    def label(self) -> str | None:
        """The sentiment as the review's project names it; None without an analysis."""
        return label_shown(self.sentiment, self.project.sentiment_classes)

    @property
    def segments_shown(self) -> list[tuple[str, Any]]:
        """Names and values in words: ``[("Early access", "yes")]``."""
        words = {True: "yes", False: "no"}
        return [
            (name.replace("_", " ").capitalize(), words[value] if isinstance(value, bool) else value)
            for name, value in self.segments.items()
        ]

    @property
    def is_leaving(self) -> bool:
        return self.project.is_leaving

    @property
    def is_uncertain(self) -> bool:
        return self.confidence is not None and self.confidence < UNCERTAIN_BELOW


Result._meta.get_field("text").register_lookup(Words)


class RollupQuerySet(OwnedQuerySet):
    """Each tally is one ``$group`` over the roll-ups of the queryset, whatever the number of reviews behind them."""

    def tally(self, counters: Iterable[str] = COUNTERS) -> Tally:
        return next((tally for _, tally in self._groups(None, counters)), Tally({}))

    def tally_by(self, column: str, counters: Iterable[str] = COUNTERS) -> dict[Any, Tally]:
        """By ``platform``, ``target_id``, ``project_id`` or ``owner_id``."""
        return dict(self._groups(f"${column}", counters))

    def _groups(self, key: Any, counters: Iterable[str]) -> list[tuple[Any, Tally]]:
        sums = {name: {"$sum": f"$counters.{name}"} for name in counters}
        return [(row.pop("_id"), Tally(row)) for row in self._aggregate({"$group": {"_id": key, **sums}})]

    def _aggregate(self, *stages: dict[str, Any]) -> Iterator[dict[str, Any]]:
        pipeline = [{"$match": condition(self)}, *stages]
        yield from collection(self.model).aggregate(pipeline, session=session())


class DailyRollupQuerySet(RollupQuerySet):
    def between(self, start: date | None, end: date | None) -> Self:
        """Days from ``start`` to ``end``, both included; None leaves that side open."""
        rows = self.filter(day__gte=_midnight(start)) if start else self
        return rows.filter(day__lte=_midnight(end)) if end else rows

    def tally_by_period(self, unit: str, counters: Iterable[str] = COUNTERS) -> dict[date, Tally]:
        """By the first day of each ``day``, ``week`` (from Monday) or ``month``, in order; empty ones are left out."""
        found = self._groups(_period(unit), counters)
        return {start.date(): tally for start, tally in sorted(found, key=lambda group: group[0])}

    def first_and_last_day(self) -> tuple[date, date] | None:
        group = {"$group": {"_id": None, "first": {"$min": "$day"}, "last": {"$max": "$day"}}}
        found = next(self._aggregate(group), None)
        return (found["first"].date(), found["last"].date()) if found else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _period(unit: str) -> Any:
    return "$day" if unit == "day" else {"$dateTrunc": {"date": "$day", "unit": unit, "startOfWeek": "monday"}}


class Rollup(OwnedModel):
    """How many reviews of which kind one target got."""

    id = ObjectIdField(primary_key=True, db_column="_id", editable=False)  # made of what it is about: see rollups.py
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.CharField(max_length=12, choices=Platform)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="+")
    counters = models.JSONField(default=dict)  # every name of COUNTERS → integer

    class Meta:
        abstract = True


class DailyRollup(Rollup):
    """On one day (UTC): what charts and figures of a period read."""

    day = models.DateTimeField()  # midnight UTC

    objects = DailyRollupQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project", "day"], name="rollup_project_day"),
            models.Index(fields=["owner", "day"], name="rollup_owner_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.platform}"


class TotalRollup(Rollup):
    """On all its days together: a sum over years takes one document of a target instead of a thousand."""

    objects = RollupQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project"], name="total_project"),
            models.Index(fields=["owner"], name="total_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.platform}, all days"

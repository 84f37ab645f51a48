from typing import Any, Self

from bson import ObjectId
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.models import User
from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.choices import Platform
from projects.models import Project, Target
from results.choices import POLARITIES, Emotion, LabelSource, Sentiment, State, label_shown
from sentimatrix_studio.mongo.pipelines import by_index

WORDS = "result_words"  # the index
UNCERTAIN_BELOW = 0.5  # a label with less confidence is wrong about as often as it is right


class Searched(models.Lookup):
    """``words__searched=condition``: a condition that ``searching.py`` has made, of the whole review."""

    lookup_name = "searched"
    prepare_rhs = False

    def as_mql(self, compiler: Any, connection: Any, as_expr: bool = False) -> dict[str, Any]:
        return dict(self.rhs)


class Mentions(models.Lookup):
    """``aspects__mention=("price", "story:negative")``: reviews that mention an aspect, or say this of it."""

    lookup_name = "mention"
    prepare_rhs = False

    def as_mql(self, compiler: Any, connection: Any, as_expr: bool = False) -> dict[str, Any]:
        asked = [str(value).partition(":") for value in self.rhs]
        # The index holds the names alone; what is said of them is looked up in the reviews it finds.
        named = {"aspects.aspect": {"$in": [name for name, _, _ in asked]}}
        said = [_said(name, side) for name, _, side in asked]
        return {**named, "$or": said} if any(side for _, _, side in asked) else named


def _said(name: str, side: str) -> dict[str, Any]:
    labels = list(POLARITIES[side]) if side else list(Sentiment.values)
    return {"aspects": {"$elemMatch": {"aspect": name, "sentiment": {"$in": labels}}}}


class ResultQuerySet(OwnedQuerySet):
    def for_list(self) -> Self:
        """Without the long fields that only the page of one review shows."""
        return self.defer("versions", "explanation", "words")

    def searched(self, condition: dict[str, Any]) -> Self:
        """By the index of words, whatever else is asked for: MongoDB would judge by what it has found before, and at
        times read all reviews for a word that a few have."""
        return by_index(self.filter(words__searched=condition), WORDS)


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
    words = models.JSONField(default=list, blank=True, editable=False)  # of title and text, to search by: see words.py
    word_count = models.PositiveIntegerField(default=0)
    engine = models.CharField(max_length=100, blank=True)
    sentiment = models.CharField(max_length=13, choices=Sentiment, null=True, blank=True)
    score = models.FloatField(null=True, blank=True)  # −1 … 1
    confidence = models.FloatField(null=True, blank=True)  # 0 … 1
    scores = models.JSONField(default=dict, blank=True)  # label → probability
    emotion = models.CharField(max_length=8, choices=Emotion, null=True, blank=True)  # the strongest
    emotion_score = models.FloatField(null=True, blank=True)
    emotions = models.JSONField(default=list, blank=True)  # [{"emotion", "score"}]
    fine_emotions = models.JSONField(default=list, blank=True)  # the same finer, if the project wants GoEmotions
    aspects = models.JSONField(default=list, blank=True)  # [{"aspect", "sentiment", "score", "quote"}]
    summary = models.CharField(max_length=500, blank=True)
    insights = models.JSONField(default=list, blank=True)  # sentences
    explanation = models.JSONField(null=True, blank=True)  # [[word, push]], on demand
    analyzed_at = models.DateTimeField(null=True, blank=True)

    # State, sentiment, score, confidence and emotion above are those that count. See labels.py
    label_source = models.CharField(max_length=5, choices=LabelSource, blank=True)
    correction = models.JSONField(null=True, blank=True)  # {"sentiment", "emotion"}: what of it a person has said
    model_label = models.JSONField(null=True, blank=True)  # of a corrected review: what the model says
    corrected_by_id = ObjectIdField(null=True, editable=False)  # a user; the correction stays when the account goes
    corrected_at = models.DateTimeField(null=True, editable=False)

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
            models.Index(fields=["project", "words", "-dated_at", "-id"], name=WORDS),  # an entry for each of the words
            models.Index(fields=["project", "engine"], name="result_engine"),
            models.Index(  # a few of many: it costs those that are stored nothing
                fields=["project", "-dated_at", "-id"], name="result_corrected", condition=Q(label_source="human")
            ),
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
    def is_uncertain(self) -> bool:
        return self.confidence is not None and self.confidence < UNCERTAIN_BELOW

    @property
    def is_corrected(self) -> bool:
        return self.label_source == LabelSource.HUMAN


Result._meta.get_field("words").register_lookup(Searched)
Result._meta.get_field("aspects").register_lookup(Mentions)

from bson import ObjectId
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.ownership import OwnedModel
from projects.choices import Platform
from projects.models import Project, Target
from results.choices import Emotion, Sentiment, State

COUNTERS = (
    "total",
    *(f"state_{state}" for state in State.values),
    *(f"label_{label}" for label in Sentiment.values),
    "score_sum",
    *(f"emotion_{emotion}" for emotion in Emotion.values),
    *(f"emotion_{emotion}_sum" for emotion in Emotion.values),
    "rating_count",
    "rating_sum",
    *(f"stars_{stars}" for stars in range(1, 6)),
)
SCALE = 10_000  # roll-ups add whole ten-thousandths, because sums of floats depend on their order


class Result(OwnedModel):
    """One review or comment, and what the analysis makes of it."""

    project_id: ObjectId
    target_id: ObjectId
    job_id: ObjectId | None
    id = ObjectIdAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="results", db_index=False)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="results", db_index=False)
    job = models.ForeignKey("scraping.Job", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
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
    versions = models.JSONField(default=list, blank=True)  # older texts, oldest first

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


class DailyRollup(OwnedModel):
    """How many reviews of which kind one target got on one day (UTC): what pages and charts read."""

    id = ObjectIdField(primary_key=True, db_column="_id", editable=False)  # made of the next four: see rollups.py
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateTimeField()  # midnight UTC
    platform = models.CharField(max_length=12, choices=Platform)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="+", db_index=False)
    counters = models.JSONField(default=dict)  # every name of COUNTERS → integer

    class Meta:
        indexes = [
            models.Index(fields=["project", "day"], name="rollup_project_day"),
            models.Index(fields=["owner", "day"], name="rollup_owner_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.platform}"

from typing import Any, Self

from bson import ObjectId
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.models import User
from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.models import Project
from results.choices import InsightsState


class InsightsQuerySet(OwnedQuerySet):
    def of_filter(self, project: Project, query: str) -> Self:
        return self.filter(project_id=project.pk, query=query)


class Insights(OwnedModel):
    """What the reviews of a filter praise, criticise and ask for: written by a worker, the latest of each filter."""

    project_id: ObjectId
    id = ObjectIdAutoField(primary_key=True)
    # Goes with its project, as reviews do.
    owner = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="insights", db_index=False)
    query = models.TextField(blank=True)  # of the filter; empty for all reviews
    state = models.CharField(max_length=7, choices=InsightsState, default=InsightsState.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField(null=True, db_index=True)  # when a worker may take it up; no time: nothing is to be done
    attempts = models.PositiveSmallIntegerField(default=0)

    # What was written last stays until there is something new.
    written_at = models.DateTimeField(null=True)
    engine = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=500, blank=True)  # why it is not what was asked for
    read = models.PositiveIntegerField(default=0)  # reviews it was built from
    total = models.PositiveIntegerField(null=True)  # reviews there were then, with and without a label
    content = models.JSONField(default=dict, blank=True)  # {"summary", "pros", "cons", "requests"}

    objects = InsightsQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "query"], name="insights_once_a_filter")]

    def __str__(self) -> str:
        return f"Insights of {self.query or 'all reviews'}"

    @property
    def is_waiting(self) -> bool:
        return self.state == InsightsState.WAITING

    @property
    def is_failed(self) -> bool:
        return self.state == InsightsState.FAILED

    @property
    def points(self) -> dict[str, list[Any]]:
        return {name: self.content.get(name, []) for name in ("pros", "cons", "requests")}

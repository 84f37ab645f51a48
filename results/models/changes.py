from typing import Self

from bson import ObjectId
from django.db import models
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.models import User
from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.models import Project, Target
from results.choices import Emotion, Sentiment


class ChangeKind(models.TextChoices):
    DELETION = "deletion", "Deleted"
    LABELS = "labels", "Labelled"


class ChangeQuerySet(OwnedQuerySet):
    def undoable_of(self, project: Project) -> Self:
        """Latest first, without those that MongoDB is about to forget: it looks once a minute."""
        return self.filter(project_id=project.pk, expires_at__gt=timezone.now()).order_by("-made_at", "-pk")


class Change(OwnedModel):
    """Reviews that a person has deleted or labelled in one go: for a day it can be undone."""

    project_id: ObjectId
    id = ObjectIdAutoField(primary_key=True)
    # Goes with its project, as reviews do. Who owns a project is who changes its reviews.
    owner = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=ChangeKind)
    said = models.JSONField(default=dict)  # of labels: {"sentiment", "emotion"}, None for "as the engine has it"
    count = models.PositiveIntegerField(default=0)  # reviews
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["project", "-made_at"], name="change_latest")]

    def __str__(self) -> str:
        return f"{self.count:,} review{pluralize(self.count)} {self._what}"

    @property
    def _what(self) -> str:
        if self.kind == ChangeKind.DELETION:
            return "deleted"
        names = {"sentiment": Sentiment, "emotion": Emotion}
        labels = [str(names[name](label).label).lower() for name, label in self.said.items() if label]
        return f"labelled {' and '.join(labels)}" if labels else "given back to the engine"


class Former(models.Model):
    """A review as it was before a change: all of a deleted one, the correction of a labelled one."""

    target_id: ObjectId
    id = ObjectIdAutoField(primary_key=True)
    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="formers")
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="+")
    result_id = ObjectIdField()
    document = models.JSONField(default=dict)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.result_id)

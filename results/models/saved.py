from typing import Self

from bson import ObjectId
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.models import User
from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.models import Project


class SavedViewQuerySet(OwnedQuerySet):
    def of(self, project: Project) -> Self:
        """In the order in which they were saved."""
        return self.filter(project_id=project.pk).order_by("created_at", "pk")


class SavedView(OwnedModel):
    """A filter and an order of a project's reviews, under a name. What it may ask for: see ``results.saving``."""

    project_id: ObjectId
    id = ObjectIdAutoField(primary_key=True)
    owner = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_index=False)  # of the project
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)  # the query string of the list
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="view_once_a_project")]

    def __str__(self) -> str:
        return self.name

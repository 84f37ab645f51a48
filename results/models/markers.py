from datetime import date
from typing import Self

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.models import User
from accounts.ownership import OwnedModel, OwnedQuerySet
from projects.models import Project

YEARS = range(1900, 3000)  # as of all days that reviews are asked for by


def validate_year(day: date) -> None:
    if day.year not in YEARS:
        raise ValidationError(f"Use a year from {YEARS[0]} to {YEARS[-1]}.")


class MarkerQuerySet(OwnedQuerySet):
    def of(self, project: Project) -> Self:
        """Oldest day first."""
        return self.filter(project_id=project.pk).order_by("day", "pk")


class Marker(OwnedModel):
    """A day that may have changed what people say: a release, a sale. Drawn where time is. See ``results.marking``."""

    project_id: ObjectId
    id = ObjectIdAutoField(primary_key=True)
    owner = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_index=False)  # of the project
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    day = models.DateField(validators=[validate_year])
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MarkerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["project", "day"], name="marker_of_project")]

    def __str__(self) -> str:
        return self.name

from typing import Any

from bson import ObjectId
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.ownership import OwnedModel, OwnedQuerySet, Person
from projects.config import CUSTOM
from projects.models.projects import Project
from projects.models.settings import NAME_LENGTH, Settings
from projects.presets import SYSTEM, SystemPreset, summary

COPY = " (copy)"


class PresetQuerySet(OwnedQuerySet):
    def open_to(self, user: Person) -> list["AnyPreset"]:
        """Those of the system, then the person's own by name."""
        return [*SYSTEM.values(), *self.owned_by(user).order_by("name", "pk")]

    def find(self, user: Person, key: str) -> "AnyPreset | None":
        """The preset with this id if it is the system's or the person's own."""
        if key in SYSTEM:
            return SYSTEM[key]
        return self.owned_by(user).filter(pk=ObjectId(key)).first() if ObjectId.is_valid(key) else None


class Preset(OwnedModel, Settings):
    """Settings a person has put together, to start projects from. A project keeps a copy of them."""

    id = ObjectIdAutoField(primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH)
    description = models.CharField(max_length=500, blank=True)
    schedule = models.JSONField(null=True, blank=True)  # how often to run
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PresetQuerySet.as_manager()

    is_system = False

    class Meta:
        indexes = [models.Index(fields=["owner", "name"], name="preset_owner_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def summary(self) -> list[str]:
        return summary(self.config, self.schedule)

    @classmethod
    def copy_of(cls, preset: "AnyPreset", owner_id: ObjectId) -> "Preset":
        """To be saved."""
        name = f"{preset.name[: NAME_LENGTH - len(COPY)]}{COPY}"
        said = {"description": preset.description, "config": preset.config, "schedule": preset.schedule}
        return cls(owner_id=owner_id, name=name, **said)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Projects keep the settings they took from it."""
        Project.objects.filter(owner_id=self.owner_id, preset=str(self.pk)).update(preset=CUSTOM)
        return super().delete(*args, **kwargs)


AnyPreset = SystemPreset | Preset

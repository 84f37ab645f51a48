from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts import audit
from accounts.ownership import OwnedModel, OwnedQuerySet
from projects import config
from projects.choices import ProjectStatus
from projects.config import CUSTOM, STANDARD, Config
from projects.declarations import overlay
from projects.models.settings import NAME_LENGTH, Settings
from projects.options import Wanted
from projects.platforms import Detected
from projects.presets import summary
from sentimatrix_studio import bell
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.transaction import in_transaction

if TYPE_CHECKING:  # presets tell projects when they go, and targets hang on them
    from projects.models.presets import AnyPreset
    from projects.models.targets import Target, TargetQuerySet

# Gives a new project the schedule its preset names, if it does. Schedules are known above: they are handed in there.
Plan = Callable[["Project", Mapping[str, str] | None], object]
ABLE_TO_RUN = (ProjectStatus.ACTIVE, ProjectStatus.ERROR)


class Added(NamedTuple):
    """A target somebody asked for; ``is_new`` is false for one that was there before."""

    target: "Target"
    is_new: bool


class ProjectQuerySet(OwnedQuerySet):
    def not_archived(self) -> Self:
        return self.exclude(status=ProjectStatus.ARCHIVED)

    def named_like(self, words: str) -> Self:
        return self.filter(name__icontains=words) if words else self

    def able_to_run(self) -> Self:
        return self.filter(status__in=ABLE_TO_RUN)

    def halted(self) -> Self:
        """Those of which no job runs."""
        return self.filter(Q(status=ProjectStatus.ARCHIVED) | Q(leaving_at__isnull=False))

    def leaving(self) -> Self:
        """Deleted for good by their owners, and about to be removed with all that hangs on them."""
        return self.exclude(leaving_at=None)


class ProjectManager(models.Manager.from_queryset(ProjectQuerySet)):
    """Projects that are there for their owners. Those that are leaving are found through ``Project.everything``."""

    def get_queryset(self) -> ProjectQuerySet:
        found: ProjectQuerySet = super().get_queryset().filter(leaving_at=None)
        return found


class Project(OwnedModel, Settings):
    """A thing one wants to hear about: its targets, jobs and reviews hang on it, and go when it is deleted."""

    id = ObjectIdAutoField(primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH)
    description = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=ProjectStatus, default=ProjectStatus.ACTIVE)
    product = models.JSONField(default=config.no_product)
    preset = models.CharField(max_length=24, default=STANDARD)  # where the settings come from; CUSTOM once changed
    is_sample = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    leaving_at = models.DateTimeField(null=True, editable=False, db_index=True)
    requests_on = models.CharField(max_length=10, blank=True, editable=False)  # the latest day with requests, and …
    requests_made = models.PositiveIntegerField(default=0, editable=False)  # … how many those were

    objects = ProjectManager()
    everything = ProjectQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "status", "-created_at"], name="project_owner_status"),
            models.Index(fields=["owner", "-created_at"], name="project_owner_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:project_detail", args=[self.pk])

    @property
    def summary(self) -> list[str]:
        return summary(self.config)

    @property
    def analyse(self) -> bool:
        return bool(self.config["analysis"]["sentiment"])

    @property
    def sentiment_classes(self) -> int:
        return int(self.config["analysis"]["sentiment_classes"])

    @property
    def is_archived(self) -> bool:
        return self.status == ProjectStatus.ARCHIVED

    @property
    def is_leaving(self) -> bool:
        return self.leaving_at is not None

    @property
    def can_run(self) -> bool:
        return self.status in ABLE_TO_RUN and not self.is_leaving

    def use(self, preset: "AnyPreset | None") -> None:
        """Take over the settings of a preset, or let go of it and keep them; to be saved."""
        self.preset = str(preset.pk) if preset else CUSTOM
        self.config = overlay(preset.config, {}) if preset else self.config

    def adjust(self, changes: Config) -> None:
        """Change some of the settings; to be saved. They are then nobody's preset any more."""
        adjusted = overlay(self.config, changes)
        if adjusted != self.config:
            self.preset, self.config = CUSTOM, adjusted

    def archive(self) -> None:
        self.set_status(ProjectStatus.ARCHIVED)

    def pause(self) -> None:
        self.set_status(ProjectStatus.PAUSED)

    def restore(self) -> None:
        self.set_status(ProjectStatus.ACTIVE)

    def leave(self) -> None:
        """Be gone for everybody at once. A worker removes the row and all that hangs on it, which may take a while."""
        self.leaving_at = timezone.now()
        self.save(update_fields=["leaving_at"])
        audit.record("project.deleted", self.owner, project_id=str(self.pk))
        bell.ring()

    def count_request(self) -> bool:
        """Whether another request may be sent today; it is counted then, exactly, however many workers ask at once."""
        today, most = f"{timezone.now():%Y-%m-%d}", self.config["limits"]["max_requests_per_day"]
        is_today = {"$eq": ["$requests_on", today]}
        made = {"$cond": [is_today, {"$add": ["$requests_made", 1]}, 1]}
        may = {"_id": self.pk, "$or": [{"requests_on": {"$ne": today}}, {"requests_made": {"$lt": most}}]}
        counted = collection(Project).update_one(may, [{"$set": {"requests_made": made, "requests_on": today}}])
        return counted.matched_count == 1

    def to_collect(self) -> "TargetQuerySet":
        """What a run visits."""
        targets: TargetQuerySet = self.targets.collectable()
        platforms = self.config["scrapers"]["platforms"]
        return targets.filter(platform__in=platforms) if platforms else targets

    def set_status(self, status: str) -> None:
        """Also keeps since when the project is archived."""
        archived_at = (self.archived_at or timezone.now()) if status == ProjectStatus.ARCHIVED else None
        self.status, self.archived_at = status, archived_at
        self.save(update_fields=["status", "archived_at", "updated_at"])

    def has_target(self, found: Detected) -> bool:
        return self.targets.filter(platform=found.platform, external_id=found.external_id).exists()

    def save_said(self) -> None:
        """Save what its owner says about it, and nothing of what workers write meanwhile."""
        self.save(update_fields=["name", "description", "product", "preset", "config", "updated_at"])

    def create_with(self, wanted: Sequence[Wanted], beside: Callable[["Project"], object]) -> None:
        """Store a new project together with what it watches and what ``beside`` stores for it: all, or nothing."""

        def create() -> None:
            self.save(force_insert=True)
            self._add_targets(wanted)
            beside(self)

        in_transaction(create)

    def add_targets(self, wanted: Sequence[Wanted]) -> list[Added]:
        """Watch these as well: a target for each, in the order given. One that is already there stays as it is."""
        return in_transaction(lambda: self._add_targets(wanted))

    def _add_targets(self, wanted: Sequence[Wanted]) -> list[Added]:
        if not wanted:
            return []
        here = self.targets.filter(external_id__in=[one.found.external_id for one in wanted])
        targets = {(target.platform, target.external_id): target for target in here}
        added = []
        for one in wanted:
            key = (one.found.platform.value, one.found.external_id)
            is_new = key not in targets
            if is_new:
                fields = {**asdict(one.found), "label": one.label, "options": {**one.found.options, **one.options}}
                targets[key] = self.targets.create(owner_id=self.owner_id, **fields)
            added.append(Added(targets[key], is_new))
        return added

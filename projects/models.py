from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple, Self

from bson import ObjectId
from django.db import models
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts import audit
from accounts.ownership import OwnedModel, OwnedQuerySet, Person
from projects import config, files
from projects.choices import Platform, ProjectStatus, TargetStatus, TargetType
from projects.config import CUSTOM, STANDARD, Config
from projects.declarations import overlay
from projects.options import Wanted, understood
from projects.platforms import Detected
from projects.presets import SYSTEM, SystemPreset, summary
from sentimatrix_studio import bell
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.transaction import in_transaction

NAME_LENGTH, COPY = 100, " (copy)"


class Settings(models.Model):
    """What a project has of its own, and a preset keeps for many."""

    config = models.JSONField("settings", default=config.defaults)

    class Meta:
        abstract = True

    def unmet(self, keys: Collection[str] = ()) -> list[str]:
        """What the settings want and cannot get here, and what happens instead. ``keys`` are the providers for which
        their owner has one."""
        return config.unmet(self.config, keys)


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
# Gives a new project the schedule its preset names, if it does. Schedules are known above: they are handed in there.
Plan = Callable[["Project", Mapping[str, str] | None], object]
ABLE_TO_RUN = (ProjectStatus.ACTIVE, ProjectStatus.ERROR)


class ProjectQuerySet(OwnedQuerySet):
    def active(self) -> Self:
        return self.filter(status=ProjectStatus.ACTIVE)

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

    def use(self, preset: AnyPreset | None) -> None:
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

    def add_targets(self, wanted: Sequence[Wanted]) -> list["Added"]:
        """Watch these as well: a target for each, in the order given. One that is already there stays as it is."""
        return in_transaction(lambda: self._add_targets(wanted))

    def _add_targets(self, wanted: Sequence[Wanted]) -> list["Added"]:
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
                targets[key] = Target.objects.create(owner_id=self.owner_id, project=self, **fields)
            added.append(Added(targets[key], is_new))
        return added


class TargetQuerySet(OwnedQuerySet):
    def collectable(self) -> Self:
        """Targets a run visits: a file is read once, when it is imported."""
        return self.exclude(status=TargetStatus.PAUSED).exclude(detected_type=TargetType.FILE)


class Target(OwnedModel):
    """One place to collect from: a page of a platform, or an imported file."""

    id = ObjectIdAutoField(primary_key=True)
    project_id: ObjectId
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="targets", db_index=False)
    platform = models.CharField(max_length=12, choices=Platform)
    detected_type = models.CharField(max_length=10, choices=TargetType)
    external_id = models.CharField(max_length=200, editable=False)  # the platform's own id, or a file's SHA-256
    url = models.CharField(max_length=2000, blank=True)
    label = models.CharField(max_length=200, blank=True)
    options = models.JSONField(default=dict, blank=True)
    file_id = ObjectIdField(null=True, editable=False)  # of the upload in GridFS
    status = models.CharField(max_length=8, choices=TargetStatus, default=TargetStatus.ACTIVE)
    outcome_code = models.CharField(max_length=20, blank=True, editable=False)
    error_message = models.CharField(max_length=500, blank=True, editable=False)
    reported_total = models.PositiveIntegerField(null=True, editable=False)
    last_scraped_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "platform", "external_id"], name="target_once_a_project")
        ]
        indexes = [models.Index(fields=["owner", "-created_at"], name="target_owner_created")]

    def __str__(self) -> str:
        return self.label or self.url or self.external_id

    @property
    def is_file(self) -> bool:
        return self.detected_type == TargetType.FILE

    @property
    def is_paused(self) -> bool:
        return self.status == TargetStatus.PAUSED

    def with_options(self, said: Mapping[str, str]) -> dict[str, str]:
        """The options with some changed, or taken away where they are empty. Raises ValidationError by name.

        How a file is read is said when it is imported.
        """
        changes = understood(Platform.FILE if self.is_file else self.platform, said)
        taken_away = {name for name, value in changes.items() if not value}
        return {name: value for name, value in {**self.options, **changes}.items() if name not in taken_away}

    def pause(self) -> None:
        self._set_status(TargetStatus.PAUSED)

    def resume(self) -> None:
        """Visit it again with the next run; whether it still needs attention is seen then."""
        self._set_status(TargetStatus.ACTIVE)

    def _set_status(self, status: TargetStatus) -> None:
        self.status = status
        self.save(update_fields=["status"])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the target with all that hangs on it.

        Twice: a page which a worker was just storing may come in behind the first round. By the second its step is
        gone, so nothing more can come.
        """
        pk = self.pk
        deleted = super().delete(*args, **kwargs)
        super(Target, Target(pk=pk)).delete(*args, **kwargs)
        return deleted

    def record_outcome(self, code: str, message: str, reported_total: int | None, at: datetime) -> None:
        """Keep how the latest visit ended; an empty message means that all went well."""
        self.outcome_code, self.error_message, self.last_scraped_at = code, message[:500], at
        self.reported_total = reported_total if reported_total is not None else self.reported_total
        if self.status != TargetStatus.PAUSED:
            self.status = TargetStatus.ERROR if message else TargetStatus.ACTIVE
        self.save(update_fields=["outcome_code", "error_message", "last_scraped_at", "reported_total", "status"])


class Added(NamedTuple):
    """A target somebody asked for; ``is_new`` is false for one that was there before."""

    target: Target
    is_new: bool


@receiver(post_delete, sender=Target)
def delete_upload(instance: Target, **kwargs: Any) -> None:
    """A file goes with its target, also when that goes with its project or its owner."""
    if instance.file_id:
        files.delete(instance.file_id)

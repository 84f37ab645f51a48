import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, takewhile
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils import timezone as clock
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.models import validate_timezone
from accounts.ownership import OwnedModel, OwnedQuerySet, Person, owned_or_404
from integrations import events
from projects.models import Project
from scraping.choices import JobStatus, Trigger
from scraping.schedules import wording
from scraping.schedules.choices import FAILURES, SUCCESSES, WEEKDAYS, Frequency, Missed, SlotStatus
from scraping.schedules.recurrence import Recurrence, validate_cron
from sentimatrix_studio import rest

if TYPE_CHECKING:
    from scraping.models.jobs import Job  # which tells its slot when it ends

SHOWN_RUNS = 5
LONGEST_JITTER = 59  # minutes: less than the shortest of the usual distances
MOST_FAILURES = 20
TIMES = ("frequency", "cron", "time", "day_of_week", "day_of_month", "timezone")
SAID = (*TIMES, "enabled", "missed", "jitter_minutes", "max_retries", "notify_on_failure")


class ScheduleQuerySet(OwnedQuerySet):
    def shown_to(self, user: Person) -> Self:
        """The person's, but for those of projects that are leaving."""
        leaving = Project.everything.owned_by(user).leaving().values_list("pk", flat=True)
        return self.owned_by(user).exclude(project_id__in=list(leaving))

    def due(self, now: datetime) -> Self:
        """Those whose next run is planned for now, or should have been before. Jitter may still make them wait."""
        return self.filter(next_run__lte=now)

    def of_project_or_404(self, user: Person, project_id: ObjectId) -> "Schedule":
        project = owned_or_404(Project, user, project_id)
        schedule: Schedule | None = self.filter(project=project).first()
        if schedule is None:
            raise Http404
        return schedule

    def begin(self, project: Project, said: Mapping[str, str] | None) -> None:
        """Schedule a new project as its preset wants it, if it does, in the zone of its owner."""
        if said:
            times = {name: value for name, value in said.items() if value}
            zone = project.owner.timezone
            Schedule(owner_id=project.owner_id, project=project, timezone=zone, **times).keep(clock.now())

    def coming(self, user: Person) -> Self:
        """Those of the person's that will run, the next first."""
        projects = Project.objects.owned_by(user).able_to_run().values_list("pk", flat=True)
        planned = self.owned_by(user).filter(next_run__isnull=False, project_id__in=list(projects))
        return planned.order_by("next_run", "pk")

    def in_order(self) -> Self:
        """The next to run first, and those that are off at the end."""
        return self.order_by("-enabled", "next_run", "pk")


def between(least: int, most: int) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class Schedule(OwnedModel):
    """When a project runs by itself. What became of each planned run is in its slots."""

    id = ObjectIdAutoField(primary_key=True)
    project_id: ObjectId
    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="schedule")
    frequency = models.CharField("how often", max_length=8, choices=Frequency, default=Frequency.DAILY)
    cron = models.CharField("cron expression", max_length=100, blank=True)
    time = models.CharField(
        "at",
        max_length=5,
        default="09:00",
        validators=[RegexValidator(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", "Use hours and minutes, such as 09:00.")],
    )
    day_of_week = models.PositiveSmallIntegerField("on", choices=WEEKDAYS, default=0)
    day_of_month = models.PositiveSmallIntegerField("on day", default=1, validators=between(1, 28))
    timezone = models.CharField("time zone", max_length=64, default="UTC", validators=[validate_timezone])
    enabled = models.BooleanField("on", default=True)
    missed = models.CharField("missed runs", max_length=4, choices=Missed, default=Missed.ONCE)
    jitter_minutes = models.PositiveSmallIntegerField(
        "jitter in minutes", default=0, validators=between(0, LONGEST_JITTER)
    )
    max_retries = models.PositiveSmallIntegerField(
        "failures in a row before it pauses", default=3, validators=between(1, MOST_FAILURES)
    )
    notify_on_failure = models.BooleanField("tell me when a run fails", default=True)
    next_run = models.DateTimeField(null=True, editable=False)  # without jitter; none while it is off
    last_run = models.DateTimeField(null=True, editable=False)  # when it was planned
    last_status = models.CharField(max_length=9, choices=SlotStatus, null=True, editable=False)
    consecutive_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_run"], name="schedule_due"),
            models.Index(fields=["owner", "next_run"], name="schedule_owner_next"),
        ]

    def __str__(self) -> str:
        return f"{self.get_frequency_display()} in {self.timezone}"

    def get_absolute_url(self) -> str:
        return reverse("scraping:schedule_detail", args=[self.project_id])

    def clean(self) -> None:
        if self.frequency != Frequency.CRON:
            self.cron = ""
            return
        self.cron = " ".join(self.cron.split())
        try:
            validate_cron(self.cron)
        except ValidationError as error:
            raise ValidationError({"cron": error.messages}) from error

    @property
    def is_leaving(self) -> bool:
        return self.project.is_leaving

    @property
    def has_paused_itself(self) -> bool:
        return not self.enabled and self.consecutive_failures >= self.max_retries

    @property
    def expression(self) -> str:
        """As cron would say it."""
        hour, minute = map(int, self.time.split(":"))
        simple = {
            Frequency.HOURLY: f"{minute} * * * *",
            Frequency.DAILY: f"{minute} {hour} * * *",
            Frequency.WEEKLY: f"{minute} {hour} * * {self.day_of_week + 1}",
            Frequency.MONTHLY: f"{minute} {hour} {self.day_of_month} * *",
        }
        return simple.get(Frequency(self.frequency), self.cron)

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(self.expression, ZoneInfo(self.timezone))

    @property
    def sentence(self) -> str:
        return wording.sentence(self)

    def upcoming(self, now: datetime, number: int = SHOWN_RUNS) -> list[datetime]:
        """The next runs, without jitter: none while it is off."""
        if not self.enabled:
            return []
        first = [self.next_run] if self.next_run else []
        return list(islice(chain(first, self.recurrence.after(self.next_run or now)), number))

    def jitter(self, planned_at: datetime) -> timedelta:
        """How much later the run of this time starts: always the same for it, and different for others."""
        seed = hashlib.sha256(f"{self.pk} {planned_at.astimezone(UTC).isoformat()}".encode()).digest()
        return timedelta(seconds=int.from_bytes(seed[:8]) % (self.jitter_minutes * 60 + 1))

    def come(self, now: datetime) -> list[datetime]:
        """The planned times that have come by now, the first being the next run; of any number, should it be late."""
        if self.next_run is None:
            return []
        planned = chain([self.next_run], self.recurrence.after(self.next_run))
        return list(takewhile(lambda at: at + self.jitter(at) <= now, planned))

    def without_taken(self, come: Sequence[datetime]) -> list[datetime]:
        """Those of the times that nobody has seen to: a clock that went back, or a change, brings some twice."""
        taken = self.slots.filter(planned_at__gte=come[0], planned_at__lte=come[-1])
        seen = set(taken.values_list("planned_at", flat=True))
        return [at for at in come if at not in seen]

    def keep(self, now: datetime) -> None:
        """Save what its owner says.

        The next run is planned anew only where the times are others now: one that has just come is not lost by it.
        """
        kept = Schedule.objects.filter(pk=self.pk).first()
        if kept is None:
            self.next_run = self.recurrence.next(now) if self.enabled else None
            return self.save(force_insert=True)
        fields = [*SAID]
        if any(getattr(kept, name) != getattr(self, name) for name in (*TIMES, "enabled")):
            self.next_run = self.recurrence.next(now) if self.enabled else None
            fields.append("next_run")
        if self.enabled and not kept.enabled:
            self.consecutive_failures = 0
            fields.append("consecutive_failures")
        return self.save(update_fields=fields)

    def switch(self, now: datetime) -> None:
        """Off if it is on, and on if it is off: then it begins anew, whatever failed before."""
        self.enabled = not self.enabled
        self.keep(now)

    def move_on(self, handled: datetime) -> bool:
        """Plan the run after this one, which has been seen to; False when the schedule is no longer as it was read."""
        mine = Schedule.objects.filter(pk=self.pk, next_run=self.next_run)
        return bool(mine.update(next_run=self.recurrence.next(handled)))

    def record(self, slot: "Slot") -> None:
        """Keep what became of a run, and pause after too many failures in a row. Belongs in a transaction."""
        said: dict[str, Any] = {"last_run": slot.planned_at, "last_status": slot.status}
        if slot.status in SUCCESSES:
            said["consecutive_failures"] = 0
        if slot.status in FAILURES:
            said["consecutive_failures"] = F("consecutive_failures") + 1
        Schedule.objects.filter(pk=self.pk).update(**said)
        if slot.status in FAILURES:
            self.refresh_from_db()
            self._tell_of(slot)

    def _tell_of(self, slot: "Slot") -> None:
        message = {"message": slot.message, "consecutive_failures": self.consecutive_failures}
        self.announce("schedule.failed", slot, {**slot.facts, **message}, to_people=self.notify_on_failure)
        if self.consecutive_failures >= self.max_retries:
            mine = Schedule.objects.filter(pk=self.pk, enabled=True)
            if mine.update(enabled=False, next_run=None):
                self.announce("schedule.paused", slot, message)

    def announce(self, event: str, slot: "Slot", data: Mapping[str, Any], *, to_people: bool = True) -> None:
        said = {"schedule_id": str(self.pk), "project_id": str(self.project_id), "project": self.project.name}
        whose = {"owner_id": self.owner_id, "project_id": self.project_id}
        events.announce(event, **whose, cause=str(slot.pk), data={**said, **data}, to_people=to_people)


class SlotQuerySet(models.QuerySet["Slot"]):
    def newest(self) -> Self:
        return self.order_by("-planned_at").prefetch_related("job")

    def job_ended(self, job_id: ObjectId, status: JobStatus, message: str) -> None:
        """To be called with the end of every job; most belong to no slot."""
        slot = self.filter(job_id=job_id, status=SlotStatus.RUNNING).first()
        if slot is not None:
            slot.end(SlotStatus(status.value), message)


class Slot(models.Model):
    """A planned run and what became of it. Whoever inserts the row has the run; nobody else can.

    Rows are removed after 90 days: see the migration.
    """

    id = ObjectIdAutoField(primary_key=True)
    schedule_id: ObjectId
    job_id: ObjectId | None
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="slots", db_index=False)
    planned_at = models.DateTimeField()
    job = models.ForeignKey("scraping.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=9, choices=SlotStatus, default=SlotStatus.RUNNING)
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "planned_at"], name="slot_once_a_time")]

    def __str__(self) -> str:
        return f"{self.planned_at:%Y-%m-%d %H:%M}, {self.get_status_display().lower()}"

    @property
    def facts(self) -> dict[str, str | None]:
        """What is said of it in events."""
        return {"job_id": str(self.job_id) if self.job_id else None, "planned_at": rest.utc(self.planned_at)}

    @property
    def is_by_hand(self) -> bool:
        return self.job is not None and self.job.trigger != Trigger.SCHEDULED

    def begin(self, job: "Job") -> None:
        """Take the run for this job. Belongs in the transaction that stores the job."""
        self.job = job
        self.save(force_insert=True)
        self.schedule.record(self)

    def end(self, status: SlotStatus, message: str) -> None:
        """Belongs in a transaction."""
        self.status, self.message = status, message[:500]
        self.save(update_fields=["status", "message"])
        self.schedule.record(self)

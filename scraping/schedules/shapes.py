"""Schedules as the API shows them, and what is said of one."""

from datetime import datetime
from typing import Any, TypedDict

from django.utils.timezone import now
from rest_framework import serializers

from accounts.models import User
from projects.bodies import pointing_to
from projects.models import Project
from scraping.models import Schedule, Slot
from scraping.models.schedules import TIMES
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Id, Moment


class StartedJson(TypedDict):
    job_id: Id


class UpcomingJson(TypedDict):
    """What the times mean, in words and in the next runs."""

    description: str
    next_runs: list[Moment]


def upcoming(schedule: Schedule, at: datetime) -> UpcomingJson:
    return {"description": schedule.sentence, "next_runs": [rest.utc(run) for run in schedule.upcoming(at)]}


class TimesSerializer(rest.ModelSerializer):
    """When runs are. ``time`` counts for all but cron; of an hourly schedule only its minutes do."""

    class Meta:
        model = Schedule
        fields: tuple[str, ...] = TIMES

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The zone of who asks, if none is said, and an expression that cron understands."""
        kept = self.instance or Schedule(timezone=self._user.timezone)
        times = Schedule(**{name: attrs.get(name, getattr(kept, name)) for name in TIMES})
        with pointing_to():
            times.clean()
        return {**attrs, "cron": times.cron, "timezone": times.timezone}

    @property
    def _user(self) -> User:
        user: User = self.context["user"]
        return user


class ScheduleSerializer(TimesSerializer):
    """``next_run`` and ``next_runs`` are without jitter, and empty while the schedule is off."""

    project_id = rest.IdField()
    description = serializers.CharField(source="sentence", read_only=True)
    next_runs = serializers.SerializerMethodField()

    class Meta(TimesSerializer.Meta):
        fields = (
            *("id", "project_id", "description", *TIMES, "enabled", "missed", "jitter_minutes", "max_retries"),
            *("notify_on_failure", "next_run", "next_runs", "last_run", "last_status", "consecutive_failures"),
            "created_at",
        )
        read_only_fields = ("next_run", "last_run", "last_status", "consecutive_failures", "created_at")

    def get_next_runs(self, schedule: Schedule) -> list[Moment]:
        return upcoming(schedule, now())["next_runs"]

    def validate_project_id(self, value: Any) -> Any:
        if not Project.objects.owned_by(self._user).filter(pk=value).exists():
            raise serializers.ValidationError("There is no such project.")
        return value

    def create(self, validated_data: dict[str, Any]) -> Schedule:
        schedule = Schedule(owner=self._user, **validated_data)
        schedule.keep(now())
        return schedule

    def update(self, instance: Schedule, validated_data: dict[str, Any]) -> Schedule:
        for name in validated_data:
            setattr(instance, name, validated_data[name])
        instance.keep(now())
        return instance


class ScheduleChangeSerializer(ScheduleSerializer):
    """What is named is changed, the rest stays."""

    project_id = rest.IdField(read_only=True)


class SlotSerializer(rest.ModelSerializer):
    """A planned run and what became of it."""

    job_id = rest.IdField(allow_null=True)

    class Meta:
        model = Slot
        fields = ("id", "planned_at", "status", "message", "job_id")

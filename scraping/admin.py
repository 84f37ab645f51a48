from django.contrib import admin

from scraping.models import Job, LogLine, RowError, Schedule, Slot, Step
from sentimatrix_studio.mongo.admin import ReadOnlyAdmin


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """To be looked at and deleted: a job changes through its own verbs only."""

    list_display = ("__str__", "project_id", "trigger", "new", "updated", "unchanged", "errors_count", "completed_at")
    list_filter = ("status", "trigger")
    ordering = ("-pk",)


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "job_id", "turn", "attempts", "worker", "lease_until", "outcome_code", "message")
    list_filter = ("state", "kind", "outcome_code")
    ordering = ("-pk",)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """To be looked at and deleted: its next run belongs to its times, and only its own verbs know both."""

    list_display = ("__str__", "project_id", "enabled", "next_run", "last_run", "last_status", "consecutive_failures")
    list_filter = ("enabled", "frequency", "last_status")
    ordering = ("-pk",)


@admin.register(Slot)
class SlotAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "schedule_id", "job_id", "message", "created_at")
    list_filter = ("status",)
    ordering = ("-pk",)


@admin.register(LogLine)
class LogLineAdmin(ReadOnlyAdmin):
    list_display = ("message", "level", "job_id", "at")
    list_filter = ("level",)
    ordering = ("-pk",)


@admin.register(RowError)
class RowErrorAdmin(ReadOnlyAdmin):
    list_display = ("line", "reason", "job_id", "target_id")
    ordering = ("-pk",)

from django.db import models

from scraping.choices import JobStatus


class Frequency(models.TextChoices):
    HOURLY = "hourly", "Every hour"
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"
    CRON = "cron", "As cron says it"


class Missed(models.TextChoices):
    """What to do about runs whose time passed while no worker was there."""

    SKIP = "skip", "Leave them out"
    ONCE = "once", "Make up for them with one run"
    ALL = "all", "Make up for each, one after the other"


class SlotStatus(models.TextChoices):
    """What became of a planned run: left out, on its way, or the end of its job."""

    SKIPPED = "skipped", "Left out"
    RUNNING = "running", "Running"
    COMPLETED = JobStatus.COMPLETED.value, JobStatus.COMPLETED.label
    PARTIAL = JobStatus.PARTIAL.value, JobStatus.PARTIAL.label
    FAILED = JobStatus.FAILED.value, JobStatus.FAILED.label
    CANCELLED = JobStatus.CANCELLED.value, JobStatus.CANCELLED.label
    TIMED_OUT = JobStatus.TIMED_OUT.value, JobStatus.TIMED_OUT.label


FAILURES = (SlotStatus.FAILED, SlotStatus.TIMED_OUT)
SUCCESSES = (SlotStatus.COMPLETED, SlotStatus.PARTIAL)
WEEKDAYS = ((0, "Monday"), (1, "Tuesday"), (2, "Wednesday"), (3, "Thursday"), (4, "Friday"), (5, "Saturday"),
            (6, "Sunday"))  # fmt: skip

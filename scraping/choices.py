from django.db import models


class JobStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    PARTIAL = "partial", "Partly completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    TIMED_OUT = "timed_out", "Timed out"


LIVE = (JobStatus.QUEUED, JobStatus.RUNNING)


class Trigger(models.TextChoices):
    MANUAL = "manual", "Started by hand"
    SCHEDULED = "scheduled", "Scheduled"
    API = "api", "Started through the API"
    RETRY = "retry", "Retry"
    IMPORT = "import", "Import"
    REANALYSE = "reanalyse", "Read again"


class StepKind(models.TextChoices):
    """In the order in which they are taken up: see ``Step.turn``."""

    ANALYSE = "analyse", "Analyse"
    COLLECT = "collect", "Collect"
    GATHER = "gather", "Gather"  # the reviews that are to be read again


class StepState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (StepState.WAITING, StepState.RUNNING)


class Change(models.TextChoices):
    """What became of a review in a job."""

    NEW = "new", "New"
    UPDATED = "updated", "Updated"
    UNCHANGED = "unchanged", "Unchanged"
    MISSING = "missing", "No longer there"


class Level(models.TextChoices):
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"

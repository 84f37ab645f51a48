"""What a job tells webhooks, mails and chats. Each belongs in the transaction in which it becomes true."""

from typing import TYPE_CHECKING

from integrations import events
from integrations.catalogue import Value
from scraping.choices import JobStatus, StepState

if TYPE_CHECKING:  # jobs announce themselves
    from projects.models import Target
    from scraping.models import Job

FAILED = (JobStatus.FAILED, JobStatus.TIMED_OUT)
STOPPED = (JobStatus.CANCELLED, JobStatus.TIMED_OUT)


def started(job: "Job") -> None:
    about: dict[str, Value] = {"trigger": job.trigger, "targets_total": job.steps.collecting().count()}
    _announce("job.started", job, str(job.pk), about)


def ended(job: "Job") -> None:
    """The job as it has just become."""
    seconds = (job.completed_at - job.started_at).total_seconds() if job.completed_at and job.started_at else 0.0
    about: dict[str, Value] = {
        "status": job.status,
        "trigger": job.trigger,
        "message": job.status_message,
        "results_total": job.results_total,
        "errors_count": job.errors_count,
        "seconds": round(seconds, 1),
    }
    if job.to_analyse and job.status not in STOPPED:
        _analysed(job)
    if job.status in FAILED:
        _announce("job.failed", job, str(job.pk), about)
    else:
        found = {"new": job.new, "updated": job.updated, "unchanged": job.unchanged}
        _announce("job.completed", job, str(job.pk), {**about, **found})


def _analysed(job: "Job") -> None:
    failed = sum(len(step.result_ids) for step in job.steps.analysing().filter(state=StepState.FAILED))
    _announce("analysis.completed", job, str(job.pk), {"analysed": job.analysed - failed, "failed": failed})


def target_failed(job: "Job", target: "Target", code: str, message: str) -> None:
    about: dict[str, Value] = {"target_id": str(target.pk), "label": str(target), "platform": target.platform}
    _announce("target.error", job, f"{job.pk}/{target.pk}", {**about, "outcome_code": code, "message": message})


def _announce(event: str, job: "Job", cause: str, data: dict[str, Value]) -> None:
    about = {"job_id": str(job.pk), "project_id": str(job.project_id), "project": job.project.name}
    events.announce(event, owner_id=job.owner_id, project_id=job.project_id, cause=cause, data={**about, **data})

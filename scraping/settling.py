"""How steps and jobs end, and what their people are told. All of it belongs in a transaction.

Those that end a step say whether the job ended with it. Of several workers exactly one hears yes.
"""

from collections.abc import Sequence

from django.utils import timezone

from integrations.prices import dollars
from projects.models import Target
from results import ingest, insights
from results.filters import ResultFilter
from scraping import announcing, leases
from scraping.choices import JobStatus, Level, StepKind, StepState
from scraping.models import Job, Step
from scraping.sources.outcomes import Outcome

BROKEN_OFF = (
    f"The work broke off {leases.MAX_ATTEMPTS} times at the same place, so it was given up. "
    "What was stored until then is kept; the log of the worker says more."
)


def end_collecting(step: Step, job: Job, outcome: Outcome, *, missing: int = 0, is_cut: bool = False) -> bool:
    """The target is read, or, if ``is_cut``, read as far as it has something new. Raises LeaseLost."""
    leases.finish(step, StepState.DONE, outcome_code=outcome.value, fraction=1.0, message="")
    target = Target.objects.get(pk=step.target_id)
    target.record_outcome(outcome.value, "", step.reported_total, timezone.now())
    how = " Only known ones came then, so it was left there." if is_cut else ""
    _change(job, Level.INFO, f"{target}: done, {_reviews(step.collected)}.{how}", missing=missing)
    return settle(job)


def end_gathering(step: Step, job: Job) -> bool:
    """All that is to be read again is handed on. Raises LeaseLost."""
    leases.drop(step)
    return settle(job)


def fail(step: Step, job: Job, code: Outcome, message: str) -> bool:
    """No further attempt will help. Raises LeaseLost."""
    leases.finish(step, StepState.FAILED, outcome_code=code.value, message=message[:500])
    if step.kind == StepKind.ANALYSE:
        number = ingest.give_up(step.result_ids)
        line = f"The analysis of {_reviews(number)} failed: {message}"
        if job.is_reanalysis:
            line = f"{_reviews(len(step.result_ids))} could not be read again and keep their labels: {message}"
        _change(job, Level.ERROR, line, analysed=len(step.result_ids), errors_count=1)
    elif step.kind == StepKind.GATHER:
        _change(job, Level.ERROR, f"Not all reviews could be found: {message}", errors_count=1)
    else:
        target = Target.objects.get(pk=step.target_id)
        target.record_outcome(code.value, message, step.reported_total, timezone.now())
        announcing.target_failed(job, target, code.value, message)
        _change(job, Level.ERROR, f"{target}: {message}", errors_count=1)
    return settle(job)


def end_analysis(step: Step, job: Job) -> bool:
    """A batch is through. Raises LeaseLost."""
    leases.drop(step)
    _change(job, analysed=len(step.result_ids))
    return settle(job)


def settle(job: Job) -> bool:
    """Give the job its last status if no step is left to do.

    Of two workers who finish the last two steps in the same moment both have written to the job, so MongoDB lets only
    one commit; the other repeats its transaction and finds that nothing is left.
    """
    if job.steps.unfinished().exists():
        return False
    last = Job.objects.get(pk=job.pk)
    has_ended = job.end(*_verdict(last))
    if has_ended and _wants_insights(last):
        insights.put_down(last.project, ResultFilter())
    return has_ended


def _wants_insights(job: Job) -> bool:
    """Where nothing was brought or read, nothing new is to be said."""
    wanted = job.project.config["analysis"]
    return (wanted["summarize"] or wanted["extract_insights"]) and bool(job.new or job.updated or job.analysed)


def _verdict(job: Job) -> tuple[JobStatus, str, str]:
    """Status, message and error of a job without steps to do."""
    failed = list(job.steps.filter(state=StepState.FAILED).order_by("kind", "turn", "id"))
    targets = job.steps.collecting().count()
    lost = sum(step.kind == StepKind.COLLECT for step in failed)
    if job.is_reanalysis:
        return _verdict_on_reading(job, failed)
    summary = _summary(job, bad_rows=job.errors_count - len(failed))
    if not failed:
        return JobStatus.COMPLETED, summary, ""
    reason = failed[-1].message
    if lost == targets and not job.results_total:
        return JobStatus.FAILED, reason, reason
    where = f"{lost} of {targets} targets failed" if lost else "Part of the analysis failed"
    return JobStatus.PARTIAL, f"{summary} {where}: {reason}", reason


def _verdict_on_reading(job: Job, failed: Sequence[Step]) -> tuple[JobStatus, str, str]:
    """The same of a job that has read reviews again."""
    read = job.analysed - sum(len(step.result_ids) for step in failed)
    summary = f"Read again: {_reviews(read)}.{_spending(job)}"
    if not failed:
        return JobStatus.COMPLETED, summary, ""
    reason = failed[-1].message
    if not read:
        return JobStatus.FAILED, reason, reason
    return JobStatus.PARTIAL, f"{summary} Part of the analysis failed: {reason}", reason


def _change(job: Job, level: Level = Level.INFO, line: str = "", **counters: int) -> None:
    if not job.change([(level, line)] if line else [], **counters):
        raise leases.LeaseLost


def _summary(job: Job, bad_rows: int) -> str:
    parts = {"new": job.new, "updated": job.updated, "known already": job.unchanged}
    detail = ", ".join(f"{number:,} {word}" for word, number in parts.items() if number)
    said = [f"{_reviews(job.results_total)}{f': {detail}' if detail else ''}."]
    if job.missing:
        said.append(f"{job.missing:,} {'is' if job.missing == 1 else 'are'} no longer there.")
    if bad_rows:
        said.append(f"{bad_rows:,} {'row' if bad_rows == 1 else 'rows'} could not be read.")
    return " ".join(said) + _spending(job)


def _spending(job: Job) -> str:
    if not job.llm_tokens:
        return ""
    return f" The language model took {job.llm_tokens:,} tokens, which cost {dollars(job.cost_usd)}."


def _reviews(number: int) -> str:
    return f"{number:,} {'review' if number == 1 else 'reviews'}"

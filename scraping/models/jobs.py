from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from bson import ObjectId
from django.db import IntegrityError, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.ownership import OwnedModel, OwnedQuerySet, Person
from integrations import spending
from projects.config import ENGINES
from projects.models import Project, Target
from results.models import DailyRollup, Result
from scraping import announcing
from scraping.choices import LIVE, JobStatus, Level, StepKind, StepState, Trigger
from scraping.models.records import LogLine
from scraping.models.refusals import BUSY, JobRefused
from scraping.models.schedules import Slot
from scraping.models.steps import Step
from sentimatrix_studio import bell
from sentimatrix_studio.mongo.transaction import in_transaction
from sentimatrix_studio.requests import current_request_id

DEADLINE = timedelta(hours=6)  # from its start, or from the end of its latest rest
SILENT_QUEUE = "The queue cannot be reached at the moment. The job is kept and starts by itself."


class JobQuerySet(OwnedQuerySet):
    def shown_to(self, user: Person) -> Self:
        """Those of the person's projects, but for projects that are leaving."""
        leaving = Project.everything.owned_by(user).leaving().values_list("pk", flat=True)
        return self.owned_by(user).exclude(project_id__in=list(leaving))

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def with_collecting(self) -> Self:
        """Each job with its targets' steps as ``collecting``, in two queries more."""
        steps = Step.objects.collecting().order_by("id")
        return self.prefetch_related(models.Prefetch("steps", steps, to_attr="collecting"))

    def overdue(self) -> Self:
        too_long_ago = timezone.now() - DEADLINE
        return self.live().filter(created_at__lt=too_long_ago).exclude(rests_until__gte=too_long_ago)

    def start(
        self,
        project: Project,
        targets: Iterable[Target] | None = None,
        *,
        trigger: Trigger = Trigger.MANUAL,
        options: dict[str, Any] | None = None,
        retry_of: "Job | None" = None,
        is_parallel: bool = False,
        beside: Callable[["Job"], None] = lambda job: None,
    ) -> "Job":
        """Store a job over the project's targets (all it can visit, unless some are given) and ring for a worker.

        With ``filters`` among the options it reads again the reviews that they find, and visits no target; otherwise
        reviews which an earlier job left without analysis join it. A project has one job at a time, but for those that
        are parallel on purpose. What ``beside`` writes is stored with the job, or neither is. Raises JobRefused.
        """

        def enter() -> Job:
            job = self.enter(project, targets, **said)
            beside(job)
            return job

        said = {"trigger": trigger, "options": options or {}, "retry_of": retry_of, "is_parallel": is_parallel}
        try:
            job = in_transaction(enter)
        except IntegrityError:
            raise JobRefused("busy", BUSY) from None
        if not bell.ring():
            self.filter(pk=job.pk, status=JobStatus.QUEUED).update(status_message=SILENT_QUEUE)
            job.refresh_from_db()
        return job

    def enter(self, project: Project, targets: Iterable[Target] | None = None, **said: Any) -> "Job":
        """What ``start`` stores, to be called in a transaction; whoever commits that rings.

        Raises JobRefused, and IntegrityError when another job of the project came first.
        """
        self.check_free(project, is_parallel=said.get("is_parallel", False))
        wanted = list(project.to_collect() if targets is None else targets)
        job = Job(owner_id=project.owner_id, project=project, request_id=current_request_id(), **said)
        if not wanted and not job.is_reanalysis:
            raise JobRefused("nothing_to_collect", "There is nothing to collect: add a target, or import a file.")
        job._store(wanted)
        return job

    def check_free(self, project: Project, *, is_parallel: bool = False) -> None:
        """Raises JobRefused when no job of the project can start now."""
        if not project.can_run:
            state = project.get_status_display().lower()
            raise JobRefused("not_running", f"The project is {state}. Make it active again to run it.")
        if not is_parallel and self.live().filter(project=project).exists():
            raise JobRefused("busy", BUSY)


class Job(OwnedModel):
    """One run over some targets of a project, as its user sees it. The work itself is done in steps."""

    id = ObjectIdAutoField(primary_key=True)
    project_id: ObjectId
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs", db_index=False)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    status_message = models.CharField(max_length=500, blank=True)
    trigger = models.CharField(max_length=10, choices=Trigger, default=Trigger.MANUAL)
    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    options = models.JSONField(default=dict, blank=True)
    is_parallel = models.BooleanField(default=False, editable=False)  # it may run beside others of its project
    request_id = models.CharField(max_length=64, blank=True, editable=False)  # of the request that asked for it
    seq = models.PositiveIntegerField(default=0)  # grows with every change one can see
    new = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)  # known before, and no longer there
    to_analyse = models.PositiveIntegerField(default=0)  # reviews handed to the analysis, leftovers included
    analysed = models.PositiveIntegerField(default=0)  # how many of those are through
    requests_made = models.PositiveIntegerField(default=0)
    credits_used = models.PositiveIntegerField(default=0)  # of a commercial service, where it says so
    llm_tokens = models.PositiveBigIntegerField(default=0)  # sent to a language model and received from it
    cost_usd = models.FloatField(default=0.0)  # of those, at the prices noted
    errors_count = models.PositiveIntegerField(default=0)
    error_message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)  # when the latest pause of a part of it ends

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(status__in=[s.value for s in LIVE], is_parallel=False),
                name="job_one_live_a_project",
            )
        ]
        indexes = [
            models.Index(fields=["project", "-created_at"], name="job_project_created"),
            models.Index(fields=["owner", "status", "-created_at"], name="job_owner_status"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} job of {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("scraping:job_detail", args=[self.project_id, self.pk])

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_reanalysis(self) -> bool:
        """Whether it reads reviews again. Its options: ``engine``, ``filters`` as a query string, ``total``, how many
        reviews they found, and ``since``, from when on a review counts as read again."""
        return "filters" in self.options

    @property
    def engine(self) -> str:
        """The one that is wanted."""
        return str(self.options.get("engine") or self.project.config["analysis"]["engine"])

    @property
    def engine_name(self) -> str:
        return dict(ENGINES)[self.engine]

    @property
    def results_total(self) -> int:
        return self.new + self.updated + self.unchanged

    @property
    def pending(self) -> int:
        return self.to_analyse - self.analysed

    def change(self, lines: Sequence[tuple[Level, str]] = (), **counters: int) -> bool:
        """Add to the counters and the log in one visible change; False when the job has ended.

        Inside a transaction every change of a job makes it wait for, or repeat after, the others: that is what keeps
        counters exact and lets exactly one worker find that nothing is left to do.
        """
        more = {name: F(name) + number for name, number in counters.items() if number}
        if not Job.objects.live().filter(pk=self.pk).update(seq=F("seq") + 1 + len(lines), **more):
            return False
        self._log(lines)
        return True

    def note(self, line: str, level: Level = Level.WARNING) -> bool:
        return in_transaction(lambda: self.change([(level, line)]))

    def rest(self, until: datetime, line: str) -> bool:
        """Part of its work waits, and the time it has begins again after that; False when it has ended."""

        def write() -> bool:
            Job.objects.filter(pk=self.pk).update(rests_until=until)
            return self.change([(Level.WARNING, line)])

        return in_transaction(write)

    def begin(self) -> bool:
        """The first worker is at it; False when it has begun already, or ended."""
        return in_transaction(self._begin)

    def _begin(self) -> bool:
        waiting = Job.objects.filter(pk=self.pk, status=JobStatus.QUEUED)
        if not waiting.update(status=JobStatus.RUNNING, started_at=timezone.now(), status_message=""):
            return False
        announcing.started(self)
        return self.change([(Level.INFO, "Started.")])

    def count_spending(self) -> None:
        """Note what its language model has cost until now. To be called in a transaction."""
        purse = spending.of_run(self.owner_id, str(self.pk))
        if purse.calls:
            Job.objects.filter(pk=self.pk).update(llm_tokens=purse.tokens, cost_usd=purse.dollars)

    def end(self, status: JobStatus, message: str, error: str = "") -> bool:
        """Give the job its last status, once: False when it has one already."""
        ended = Job.objects.live().filter(pk=self.pk)
        fields = {"status": status, "status_message": message, "error_message": error[:500]}
        if not ended.update(seq=F("seq") + 2, completed_at=timezone.now(), **fields):
            return False
        level = Level.ERROR if status in (JobStatus.FAILED, JobStatus.TIMED_OUT) else Level.INFO
        self._log([(level, message)])
        Slot.objects.job_ended(self.pk, status, message)
        announcing.ended(Job.objects.get(pk=self.pk))
        return True

    def cancel(self) -> bool:
        """End the job at once and keep what it has stored; False when it has already ended.

        A worker in the middle of a step finds its token outdated and writes nothing more.
        """
        return in_transaction(lambda: self._stop(JobStatus.CANCELLED, "Cancelled. What was stored until then is kept."))

    def time_out(self) -> bool:
        hours = DEADLINE // timedelta(hours=1)
        message = f"Stopped after {hours} hours. What was stored until then is kept; retry to go on."
        return in_transaction(lambda: self._stop(JobStatus.TIMED_OUT, message))

    def retry(self) -> "Job":
        """A new job over the targets which this one did not finish. Raises JobRefused."""
        if self.is_live:
            raise JobRefused("busy", "The job is still running.")
        if self.is_reanalysis:
            return self._read_rest()
        undone = self.steps.collecting().undone().values_list("target_id", flat=True)
        targets = Target.objects.filter(pk__in=list(undone))
        if not targets:
            raise JobRefused("nothing_to_collect", "Every target of this job was read: there is nothing to retry.")
        return Job.objects.start(self.project, targets, trigger=Trigger.RETRY, options=self.options, retry_of=self)

    def _read_rest(self) -> "Job":
        if self.status == JobStatus.COMPLETED:
            raise JobRefused("nothing_to_collect", "Every review was read again: there is nothing to retry.")
        return Job.objects.start(self.project, (), trigger=Trigger.RETRY, options=self.options, retry_of=self)

    def _store(self, targets: Sequence[Target]) -> None:
        left = _without_analysis(self.project) if self.project.analyse and not self.is_reanalysis else []
        self.to_analyse = len(left)
        self.save(force_insert=True)
        Step.objects.collect(self, targets)
        Step.objects.analyse(self, left, after=0)
        if self.is_reanalysis:
            self.steps.create(kind=StepKind.GATHER)

    def _stop(self, status: JobStatus, message: str) -> bool:
        if not self.end(status, message, error="" if status == JobStatus.CANCELLED else message):
            return False
        self.steps.analysing().delete()
        self.steps.unfinished().update(
            state=StepState.CANCELLED,
            token=F("token") + 1,
            outcome_code="cancelled",
            message=message,
            finished_at=timezone.now(),
        )
        return True

    def _log(self, lines: Sequence[tuple[Level, str]]) -> None:
        """To be called with the change that made room for the lines."""
        if lines:
            LogLine.objects.write(self, Job.objects.values_list("seq", flat=True).get(pk=self.pk), lines)


def _without_analysis(project: Project) -> list[ObjectId]:
    """Reviews whose analysis a job left undone. The roll-ups say whether it is worth looking for them."""
    if not DailyRollup.objects.filter(project=project, counters__state_pending__gt=0).exists():
        return []
    return list(Result.objects.filter(project=project, state="pending").values_list("pk", flat=True))

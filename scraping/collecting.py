"""The collect step: page by page from a source into the database, each page in one transaction."""

import time
from typing import Any

from bson import ObjectId
from django.db.models import F
from prometheus_client import Counter

from projects.models import Target
from results import ingest
from results.models import Result
from scraping import access, differences, incremental, leases, removal, settling
from scraping.choices import Change, Level
from scraping.hand import Hand, Resting
from scraping.models import Job, RowError, Step
from scraping.scope import Scope
from scraping.sources import get_source, robots
from scraping.sources.base import Page, Request
from scraping.sources.fetch import Fetcher, Manners
from scraping.sources.outcomes import Outcome, SourceError
from sentimatrix_studio.mongo.transaction import in_transaction

SPELL = 20.0  # seconds after which analysis may go first
LONGEST_SPELL = 25 * 60.0  # together with the runner's LONGEST_WORK well under an hour: then the queue ends a task
ROW_ERRORS_KEPT = 10_000
PLENTY = 10  # reviews that do not all go at once: where they seem to, it is the site that has changed
STORED = Counter("studio_reviews_stored", "Reviews stored, new ones and new versions.", ["platform"])


def collect(hand: Hand) -> None:
    """Read the target from where the step's cursor stands. Raises LeaseLost, Leaving, Resting and SourceError."""
    visit = Visit(hand)
    try:
        is_read = visit.read()
    except SourceError as error:
        access.note_refusal(visit.target, visit.access, error)
        raise
    finally:
        visit.count_requests()
    if is_read:
        visit.end()
    else:
        leases.release(hand.step)


class Visit:
    """One attempt at a target."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.step, self.job = hand, hand.step, hand.job
        self.target = Target.objects.get(pk=hand.step.target_id)
        self.scope = Scope.of(hand.job.options, self.target)
        self.source = get_source(self.target)
        project = self.target.project
        manners = Manners(str(project.pk), project.config["limits"]["rate_limit_delay"], self._may_send)
        self.access = access.of(self.target)
        transport, hint = self.access.transport, self.access.hint
        self.fetcher = Fetcher(hand.check, manners=manners, rule=robots.rule, transport=transport, hint=hint)
        self.began = time.monotonic()
        self.stretch = incremental.Stretch()
        self.is_exhausted = False  # the source has no more
        self._seen: set[ObjectId] = set()
        self._counted = {"requests_made": 0, "credits_used": 0}  # what is in the job's counters
        if self.step.cursor:
            self._seen = set() if self.target.is_file else differences.seen([self.job.pk], self.target.pk)
        else:
            self._decide()

    def read(self) -> bool:
        """Page by page, until all is read; False when other work should come before the rest."""
        for note in self.access.notes if not self.step.cursor else ():
            self.job.note(f"{self.target}: {note}", Level.INFO)
        for page in self.source.pages(self._request(), self.fetcher):
            self._keep(page)
            if self._is_enough(page):
                return True
            if self._should_pause():
                return False
            self.hand.check()
        self.is_exhausted = True
        return True

    def end(self) -> None:
        """Raises LeaseLost, and SourceError where a site that had plenty shows nothing."""
        if not self.step.collected and self._had_plenty():
            raise SourceError(
                Outcome.LAYOUT_CHANGED, f"No review is shown where there were many. {Outcome.LAYOUT_CHANGED.advice}"
            )
        self.hand.tell(is_over=in_transaction(self._end))

    def count_requests(self) -> None:
        """Those since the last page, and what they cost; a kill may lose their count, never a review's."""
        if any((more := self._uncounted()).values()):
            Job.objects.filter(pk=self.job.pk).update(**{name: F(name) + number for name, number in more.items()})
            self._count(more)

    def _decide(self) -> None:
        """How far to read, once for all attempts."""
        self.step.wanted, self.step.options = self.scope.max_results, self.target.options
        is_short = (
            self.source.newest_first
            and not self.scope.is_narrowed
            and not self.job.options.get("full")
            and not incremental.is_full_read_due(self.step, self.scope.max_results)
        )
        self.step.is_full = not is_short and not self.scope.is_narrowed

    @property
    def _is_short(self) -> bool:
        return not self.step.is_full and not self.scope.is_narrowed

    def _is_enough(self, page: Page) -> bool:
        if self.scope.is_met(self.step.collected) or self.scope.is_passed(page.items):
            return True
        return self._is_short and self.stretch.is_long

    def _may_send(self) -> bool:
        if not self.target.project.count_request():
            raise Resting
        return True

    def _request(self) -> Request:
        return Request(
            platform=self.target.platform,
            external_id=self.target.external_id,
            url=self.target.url,
            options=self.target.options,
            keys=self.access.keys,
            max_results=self.scope.max_results,
            cursor=self.step.cursor,
            include_replies=bool(self.job.options.get("include_replies", True)),
        )

    def _keep(self, page: Page) -> None:
        sent = self._uncounted()
        stored, after = in_transaction(lambda: self._store(page, sent))
        STORED.labels(self.target.platform).inc(len(stored.new) + len(stored.updated))
        self._count(sent)
        for name, value in after.items():
            setattr(self.step, name, value)
        self.stretch.add(page.items, stored)
        if not self.target.is_file:
            self._seen.update(stored.new, stored.updated, stored.unchanged)
        self.hand.tell(added=len(stored.new))

    def _store(self, page: Page, sent: dict[str, int]) -> tuple[ingest.Stored, dict[str, Any]]:
        """Everything the page changes, in a transaction: all of it, or nothing. Also how the step stands after it."""
        step, job = self.step, self.job
        leases.renew(step, self.hand.lease)  # first, so that a worker whose step is gone does not even begin
        items = self.scope.cut(page.items, step.collected)
        stored = self._without_seen(ingest.store(self.target, job.pk, items, analyse=job.project.analyse))
        found = {Change.NEW: stored.new, Change.UPDATED: stored.updated, Change.UNCHANGED: stored.unchanged}
        differences.keep(job.pk, self.target.pk, found)
        after = self._after(page, sum(map(len, found.values())))
        after["turn"] = Step.objects.analyse(job, stored.pending, after=step.turn)
        leases.hold(step, **after)
        self._keep_row_errors(page)
        is_live = job.change(
            [(Level.INFO, f"{self.target}: {note}") for note in page.notes],
            **{change.value: len(ids) for change, ids in found.items()},
            to_analyse=len(stored.pending),
            errors_count=len(page.row_errors),
            **sent,
        )
        if not is_live:
            raise leases.LeaseLost
        return stored, after

    def _after(self, page: Page, found: int) -> dict[str, Any]:
        """How the step stands after a page on which so many reviews were found."""
        step, collected = self.step, self.step.collected + found
        total = page.reported_total if page.reported_total is not None else step.reported_total
        return {
            "cursor": page.cursor,
            "attempts": 0,  # it got on: what comes next deserves all attempts
            "outcome_code": "",
            "message": "",
            "collected": collected,
            "reported_total": total,
            "fraction": self.scope.fraction(collected, total),
            "is_whole": step.is_whole and page.is_whole,
            "is_full": step.is_full,
            "wanted": step.wanted,
            "options": step.options,
        }

    def _without_seen(self, stored: ingest.Stored) -> ingest.Stored:
        """A review that has moved to a later page while the site was read counts once."""
        unchanged = [pk for pk in stored.unchanged if pk not in self._seen]
        return ingest.Stored(stored.new, stored.updated, unchanged, stored.pending)

    def _end(self) -> bool:
        if self.is_exhausted:
            leases.hold(self.step, is_full=not self.scope.is_narrowed, wanted=None)
        missing = self._missing()
        differences.keep(self.job.pk, self.target.pk, {Change.MISSING: missing})
        outcome = Outcome.OK if self.step.collected else Outcome.EMPTY
        is_cut = self._is_short and not self.is_exhausted
        return settling.end_collecting(self.step, self.job, outcome, missing=len(missing), is_cut=is_cut)

    def _missing(self) -> list[ObjectId]:
        """Known reviews that are no longer there: nobody can say where the target was not read to its end."""
        step, told = self.step, self.step.reported_total or 0
        is_all = self.is_exhausted or (step.is_full and told > 0)
        if self.target.is_file or self.scope.is_narrowed or not (is_all and step.is_whole and step.collected >= told):
            return []
        seen, alike = differences.seen([self.job.pk], self.target.pk), incremental.jobs_alike(step)
        known = None if alike is None else differences.seen(alike, self.target.pk)
        return ingest.mark_missing(self.target, seen, self.job.created_at, among=known)

    def _had_plenty(self) -> bool:
        if self.target.is_file or self.scope.is_narrowed:
            return False
        return Result.objects.filter(target=self.target, missing_since=None)[:PLENTY].count() == PLENTY

    def _keep_row_errors(self, page: Page) -> None:
        if not page.row_errors:
            return
        room = max(0, ROW_ERRORS_KEPT - self.job.row_errors.count())
        RowError.objects.bulk_create(
            RowError(job=self.job, target=self.target, line=error.line, reason=error.reason[:300], raw=error.raw)
            for error in page.row_errors[:room]
        )

    def _should_pause(self) -> bool:
        """Analysis that waits goes first, so that one sees early what the reviews say; and whoever leaves does not
        wait for those who stay."""
        seconds = time.monotonic() - self.began
        if seconds <= SPELL:
            return False
        return seconds > LONGEST_SPELL or self.job.steps.analysing().waiting().exists() or removal.is_waiting()

    def _uncounted(self) -> dict[str, int]:
        sent = {"requests_made": self.fetcher.requests, "credits_used": self.fetcher.credits}
        return {name: number - self._counted[name] for name, number in sent.items()}

    def _count(self, more: dict[str, int]) -> None:
        for name, number in more.items():
            self._counted[name] += number

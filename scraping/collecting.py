"""The collect step: page by page from a source into the database, each page in one transaction."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F
from prometheus_client import Counter

from integrations import keys
from integrations.providers import PROVIDERS
from projects.models import Target
from results import ingest
from scraping import leases, removal, settling
from scraping.choices import Level
from scraping.hand import Hand
from scraping.models import Job, RowError
from scraping.sources import get_source
from scraping.sources.base import Page, Request
from scraping.sources.fetch import Fetcher, Manners
from scraping.sources.outcomes import Outcome, SourceError
from sentimatrix_studio.mongo.transaction import in_transaction

SPELL = 20.0  # seconds after which analysis may go first
LONGEST_SPELL = 25 * 60.0  # together with the runner's LONGEST_WORK well under an hour: then the queue ends a task
ROW_ERRORS_KEPT = 10_000
STORED = Counter("studio_reviews_stored", "Reviews stored, new ones and new versions.", ["platform"])


@dataclass(frozen=True)
class Scope:
    """Which reviews of a target are wanted."""

    max_results: int | None
    date_from: datetime | None
    date_to: datetime | None  # the first moment that is too late

    @classmethod
    def of(cls, options: dict[str, Any], target: Target) -> "Scope":
        """By the job's options, else by the limits of the project; files are read to their end."""
        most = target.project.config["limits"]["max_reviews_per_target"]
        limit = options.get("max_results") or (None if target.is_file else most)
        date_to = _midnight(options.get("date_to"))
        return cls(limit, _midnight(options.get("date_from")), date_to + timedelta(days=1) if date_to else None)

    def cut(self, items: Iterable[ingest.Item], collected: int) -> list[ingest.Item]:
        wanted = [item for item in items if self._covers(item.published_at)]
        return wanted if self.max_results is None else wanted[: max(0, self.max_results - collected)]

    def is_met(self, collected: int) -> bool:
        return self.max_results is not None and collected >= self.max_results

    def is_passed(self, items: Sequence[ingest.Item]) -> bool:
        """Whether a page that goes back in time has left the dates asked for: then nothing behind it is wanted."""
        dates = [item.published_at for item in items if item.published_at]
        if self.date_from is None or not 1 < len(dates) == len(items) or dates[0] >= self.date_from:
            return False
        return dates == sorted(dates, reverse=True)

    def fraction(self, collected: int, reported_total: int | None) -> float:
        ends = [end for end in (self.max_results, reported_total) if end]
        return min(1.0, collected / min(ends)) if ends else 0.0

    def _covers(self, at: datetime | None) -> bool:
        if at is None:
            return self.date_from is None and self.date_to is None
        return (self.date_from is None or at >= self.date_from) and (self.date_to is None or at < self.date_to)


def _midnight(day: str | None) -> datetime | None:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None


def collect(hand: Hand) -> None:
    """Read the target from where the step's cursor stands. Raises LeaseLost, Leaving and SourceError."""
    visit = Visit(hand)
    try:
        is_read = visit.read()
    except SourceError:
        visit.count_requests()
        raise
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
        project = self.target.project
        manners = Manners(str(project.pk), project.config["limits"]["rate_limit_delay"], project.count_request)
        self.fetcher = Fetcher(hand.check, manners=manners)
        self.began = time.monotonic()
        self._counted = 0  # requests in the job's counters

    def read(self) -> bool:
        """Page by page, until all is read; False when other work should come before the rest."""
        for page in get_source(self.target).pages(self._request(), self.fetcher):
            self._keep(page)
            if self.scope.is_met(self.step.collected) or self.scope.is_passed(page.items):
                return True
            if self._should_pause():
                return False
            self.hand.check()
        return True

    def end(self) -> None:
        outcome = Outcome.OK if self.step.collected else Outcome.EMPTY
        self.count_requests()
        self.hand.tell(is_over=in_transaction(lambda: settling.end_collecting(self.step, self.job, outcome)))

    def count_requests(self) -> None:
        """Those since the last page; a kill may lose their count, never a review's."""
        if more := self._uncounted():
            Job.objects.filter(pk=self.job.pk).update(requests_made=F("requests_made") + more)

    def _request(self) -> Request:
        return Request(
            platform=self.target.platform,
            external_id=self.target.external_id,
            url=self.target.url,
            options={**self.target.options, **self._key()},
            max_results=self.scope.max_results,
            cursor=self.step.cursor,
        )

    def _key(self) -> dict[str, str]:
        """What the platform wants to be told by those who come from the owner. It is kept nowhere else."""
        if self.target.platform not in PROVIDERS:
            return {}
        return keys.values_for(self.target.owner_id, self.target.platform)

    def _keep(self, page: Page) -> None:
        requests = self._uncounted()
        stored, after = in_transaction(lambda: self._store(page, requests))
        STORED.labels(self.target.platform).inc(stored.new + stored.updated)
        self._counted += requests
        for name, value in after.items():
            setattr(self.step, name, value)
        self.hand.tell(added=stored.new)

    def _store(self, page: Page, requests: int) -> tuple[ingest.Stored, dict[str, Any]]:
        """Everything the page changes, in a transaction: all of it, or nothing. Also how the step stands after it."""
        step, job = self.step, self.job
        leases.renew(step, self.hand.lease)  # first, so that a worker whose step is gone does not even begin
        items = self.scope.cut(page.items, step.collected)
        stored = ingest.store(self.target, job.pk, items, analyse=job.project.analyse)
        collected = step.collected + stored.new + stored.updated + stored.unchanged
        total = page.reported_total if page.reported_total is not None else step.reported_total
        after = {
            "cursor": page.cursor,
            "attempts": 0,  # it got on: what comes next deserves all attempts
            "turn": job.add_analysis(stored.pending, turn=step.turn),
            "collected": collected,
            "reported_total": total,
            "fraction": self.scope.fraction(collected, total),
        }
        leases.hold(step, **after)
        self._keep_row_errors(page)
        is_live = job.change(
            [(Level.INFO, f"{self.target}: {note}") for note in page.notes],
            new=stored.new,
            updated=stored.updated,
            unchanged=stored.unchanged,
            to_analyse=len(stored.pending),
            errors_count=len(page.row_errors),
            requests_made=requests,
        )
        if not is_live:
            raise leases.LeaseLost
        return stored, after

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

    def _uncounted(self) -> int:
        return self.fetcher.requests - self._counted

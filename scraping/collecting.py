"""The collect step: page by page from a source into the database, each page in one transaction."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from projects.models import Target
from results import ingest
from scraping import leases, settling
from scraping.choices import Level
from scraping.hand import Hand
from scraping.models import RowError
from scraping.sources import get_source
from scraping.sources.base import Fetcher, Outcome, Page, Request
from sentimatrix_studio.mongo.transaction import in_transaction

SPELL = 20.0  # seconds after which analysis may go first
LONGEST_SPELL = 40 * 60.0  # the queue ends what takes an hour
MAX_RESULTS = 1000  # from one target, unless the job says otherwise; files are read to their end
ROW_ERRORS_KEPT = 10_000


@dataclass(frozen=True)
class Scope:
    """Which reviews of a target are wanted."""

    max_results: int | None
    date_from: datetime | None
    date_to: datetime | None  # the first moment that is too late

    @classmethod
    def of(cls, options: dict[str, Any], target: Target) -> "Scope":
        limit = options.get("max_results") or (None if target.is_file else MAX_RESULTS)
        date_to = _midnight(options.get("date_to"))
        return cls(limit, _midnight(options.get("date_from")), date_to + timedelta(days=1) if date_to else None)

    def cut(self, items: Iterable[ingest.Item], collected: int) -> list[ingest.Item]:
        wanted = [item for item in items if self._covers(item.published_at)]
        return wanted if self.max_results is None else wanted[: max(0, self.max_results - collected)]

    def is_met(self, collected: int) -> bool:
        return self.max_results is not None and collected >= self.max_results

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
    step, target = hand.step, Target.objects.get(pk=hand.step.target_id)
    scope = Scope.of(hand.job.options, target)
    request = Request(
        platform=target.platform,
        external_id=target.external_id,
        url=target.url,
        options=target.options,
        max_results=scope.max_results,
        cursor=step.cursor,
    )
    began = time.monotonic()
    for page in get_source(target).pages(request, Fetcher(check=hand.check)):
        _keep(hand, target, scope, page)
        if scope.is_met(step.collected):
            break
        if _should_pause(hand, time.monotonic() - began):
            leases.release(step)
            return
        hand.check()
    outcome = Outcome.OK if step.collected else Outcome.EMPTY
    hand.tell(is_over=in_transaction(lambda: settling.end_collecting(step, hand.job, outcome)))


def _keep(hand: Hand, target: Target, scope: Scope, page: Page) -> None:
    stored, after = in_transaction(lambda: _store(hand, target, scope, page))
    for name, value in after.items():
        setattr(hand.step, name, value)
    hand.tell(added=stored.new)


def _store(hand: Hand, target: Target, scope: Scope, page: Page) -> tuple[ingest.Stored, dict[str, Any]]:
    """Everything the page changes, and how the step stands after it. To be called in a transaction."""
    step, job = hand.step, hand.job
    leases.renew(step, hand.lease)  # first, so that a worker whose step is gone does not even begin
    items = scope.cut(page.items, step.collected)
    stored = ingest.store(target, job.pk, items, analyse=job.project.analyse)
    collected = step.collected + stored.new + stored.updated + stored.unchanged
    total = page.reported_total if page.reported_total is not None else step.reported_total
    after = {
        "cursor": page.cursor,
        "attempts": 0,  # it got on: what comes next deserves all attempts
        "turn": job.add_analysis(stored.pending, turn=step.turn),
        "collected": collected,
        "reported_total": total,
        "fraction": scope.fraction(collected, total),
    }
    leases.hold(step, **after)
    _keep_row_errors(hand, target, page)
    lines = [(Level.INFO, f"{target}: {note}") for note in page.notes]
    is_live = job.change(
        lines,
        new=stored.new,
        updated=stored.updated,
        unchanged=stored.unchanged,
        to_analyse=len(stored.pending),
        errors_count=len(page.row_errors),
    )
    if not is_live:
        raise leases.LeaseLost
    return stored, after


def _keep_row_errors(hand: Hand, target: Target, page: Page) -> None:
    if not page.row_errors:
        return
    room = max(0, ROW_ERRORS_KEPT - hand.job.row_errors.count())
    RowError.objects.bulk_create(
        RowError(job=hand.job, target=target, line=error.line, reason=error.reason[:300], raw=error.raw)
        for error in page.row_errors[:room]
    )


def _should_pause(hand: Hand, seconds: float) -> bool:
    """Between two pages: analysis that waits goes first, so that one sees early what the reviews say."""
    if seconds > LONGEST_SPELL:
        return True
    return seconds > SPELL and hand.job.steps.analysing().waiting().exists()

"""The gather step: the reviews of a filter, page by page, into steps of analysis."""

from collections.abc import Sequence
from datetime import datetime

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict

from results.analysis.engine import AnalysisError
from results.filters import ResultFilter
from results.models import ResultQuerySet
from results.paging import Slice, take
from scraping import leases, settling
from scraping.hand import Hand
from scraping.models import Job, Step
from sentimatrix_studio.mongo.transaction import in_transaction

PAGE = 1_000
PAGES = 20  # after which other work may come first


def gather(hand: Hand) -> None:
    """Hand on what is left behind the step's cursor. Raises LeaseLost, Leaving and AnalysisError."""
    found, cursor = _found(hand.job), hand.step.cursor
    for _ in range(PAGES):
        hand.check()
        page = take(found, cursor=cursor, size=PAGE)
        is_over = in_transaction(lambda page=page: _keep(hand, page))
        hand.tell(is_over=is_over)
        if not page.next:
            return
        cursor = page.next
        hand.step.refresh_from_db()
    leases.release(hand.step)


def _found(job: Job) -> ResultQuerySet:
    """Those that have not been read since the first attempt at this began; in the order of an index, which edits and
    new labels leave as it is."""
    try:
        asked = ResultFilter.parse(job.project, QueryDict(job.options["filters"]))
    except ValidationError as error:
        raise AnalysisError("no_filter", f"The filter finds nothing any more: {' '.join(error.messages)}") from error
    since = datetime.fromisoformat(job.options["since"])
    rows = asked.queryset(job.project).filter(Q(analyzed_at=None) | Q(analyzed_at__lt=since))
    return rows.only("dated_at")


def _keep(hand: Hand, page: Slice) -> bool:
    """The steps for a page, and how far the gathering is, in a transaction; whether the job ended with it."""
    step, job = hand.step, hand.job
    leases.renew(step, hand.lease)
    ids: Sequence[ObjectId] = [result.pk for result in page.results]
    turn = Step.objects.analyse(job, ids, after=step.turn)
    leases.hold(step, cursor=page.next, turn=turn, attempts=0, collected=step.collected + len(ids))
    if not job.change(to_analyse=len(ids)):
        raise leases.LeaseLost
    return False if page.next else settling.end_gathering(step, job)

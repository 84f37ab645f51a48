"""The analyse step: what a batch of reviews says."""

import math
from datetime import timedelta

from integrations.spending import Budget
from projects.config import GOEMOTIONS, LOCAL
from results import ingest
from results.analysis.choosing import choose
from results.analysis.engine import Engine, Postponed, get_engine
from results.aspects import finder_for
from scraping import leases, settling
from scraping.hand import Hand
from sentimatrix_studio.mongo.transaction import in_transaction

SLICE = 50  # reviews between two looks at whether to go on


def analyse(hand: Hand) -> None:
    """Read the batch, then keep all of it in one transaction. Raises LeaseLost, Leaving and AnalysisError.

    The engine is loaded here, in the process that uses it: never in the one that worker processes are forked from.
    """
    try:
        findings = _findings(hand, _engine(hand))
    except Postponed as postponed:
        _go_on_later(hand, postponed)
    else:
        hand.tell(is_over=in_transaction(lambda: _keep(hand, findings)))


def _findings(hand: Hand, engine: Engine) -> list[ingest.Finding]:
    ids, findings = hand.step.result_ids, list[ingest.Finding]()
    asked = hand.job.project.config["analysis"]
    said = {"emotions": asked["emotions"], "fine": asked["emotions"] and asked["emotion_model"] == GOEMOTIONS}
    aspects = finder_for(hand.job.project)
    for start in range(0, len(ids), SLICE):
        hand.check()
        findings += ingest.analyse(
            ids[start : start + SLICE], engine, **said, aspects=aspects, again=hand.job.is_reanalysis
        )
    return findings


def _keep(hand: Hand, findings: list[ingest.Finding]) -> bool:
    ingest.record(findings, again=hand.job.is_reanalysis)
    hand.job.count_spending()
    return settling.end_analysis(hand.step, hand.job)


def _go_on_later(hand: Hand, postponed: Postponed) -> None:
    """When whoever is asked wants to be asked again. Raises LeaseLost."""
    pause = timedelta(seconds=math.ceil(postponed.seconds))
    leases.release(hand.step, delay=pause, is_counted=True)
    in_transaction(hand.job.count_spending)
    hand.job.note(f"The analysis: {postponed.message} It goes on in {pause.seconds} s.")
    hand.tell()


def _engine(hand: Hand) -> Engine:
    """The one the job or else its project wants; what keeps it from being had is said once in the job's log."""
    job, wanted = hand.job, hand.job.engine
    if wanted == LOCAL:
        return get_engine()
    may_rest = hand.step.attempts < leases.MAX_ATTEMPTS
    chosen = choose(wanted, job.project, job.pk, tell=job.note, check=hand.check, may_rest=may_rest)
    if chosen.notice and Budget(job.owner_id, str(job.pk), job.project.config["limits"]).is_news("engine"):
        job.note(chosen.notice)
    return chosen.engine

"""The analyse step: what a batch of reviews says."""

from results import ingest
from results.analysis.engine import get_engine
from scraping import settling
from scraping.hand import Hand
from sentimatrix_studio.mongo.transaction import in_transaction

SLICE = 25  # reviews between two looks at whether to go on


def analyse(hand: Hand) -> None:
    """Read the batch, then keep all of it in one transaction. Raises LeaseLost, Leaving and AnalysisError.

    The engine is loaded here, in the process that uses it: never in the one that worker processes are forked from.
    """
    engine, ids, findings = get_engine(), hand.step.result_ids, []
    emotions = hand.job.project.config["analysis"]["emotions"]
    for start in range(0, len(ids), SLICE):
        hand.check()
        findings += ingest.analyse(ids[start : start + SLICE], engine, emotions=emotions)

    def keep() -> bool:
        ingest.record(findings)
        return settling.end_analysis(hand.step, hand.job)

    hand.tell(is_over=in_transaction(keep))

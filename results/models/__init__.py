from results.models.reviews import UNCERTAIN_BELOW, Result, ResultQuerySet
from results.models.rollups import DailyRollup, DailyRollupQuerySet, RollupQuerySet, TotalRollup

__all__ = [
    "UNCERTAIN_BELOW",
    "DailyRollup",
    "DailyRollupQuerySet",
    "Result",
    "ResultQuerySet",
    "RollupQuerySet",
    "TotalRollup",
]

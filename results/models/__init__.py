from results.models.aspects import AspectRollupQuerySet, DailyAspectRollup, TotalAspectRollup
from results.models.bulk import BulkChange, BulkKind, shown_over_list
from results.models.changes import Change, ChangeKind, ChangeQuerySet, Former
from results.models.exports import Export, ExportQuerySet
from results.models.insights import Insights, InsightsQuerySet
from results.models.markers import Marker, MarkerQuerySet
from results.models.reviews import UNCERTAIN_BELOW, Result, ResultQuerySet
from results.models.rollups import DailyRollup, DailyRollupQuerySet, RollupQuerySet, TotalRollup
from results.models.saved import SavedView, SavedViewQuerySet

__all__ = [
    "UNCERTAIN_BELOW",
    "AspectRollupQuerySet",
    "BulkChange",
    "BulkKind",
    "Change",
    "ChangeKind",
    "ChangeQuerySet",
    "DailyAspectRollup",
    "DailyRollup",
    "DailyRollupQuerySet",
    "Export",
    "ExportQuerySet",
    "Former",
    "Insights",
    "InsightsQuerySet",
    "Marker",
    "MarkerQuerySet",
    "Result",
    "ResultQuerySet",
    "RollupQuerySet",
    "SavedView",
    "SavedViewQuerySet",
    "TotalAspectRollup",
    "TotalRollup",
    "shown_over_list",
]

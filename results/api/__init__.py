"""Reviews, figures of them, and the analysis of a text."""

from results.api.across import AcrossViewSet as AcrossViewSet
from results.api.analytics import AnalyticsViewSet as AnalyticsViewSet
from results.api.bulk import BulkChangeViewSet as BulkChangeViewSet
from results.api.changes import ChangeViewSet as ChangeViewSet
from results.api.changes import LabelViewSet as LabelViewSet
from results.api.estimate import EstimateViewSet as EstimateViewSet
from results.api.exports import ExportViewSet as ExportViewSet
from results.api.markers import MarkerViewSet as MarkerViewSet
from results.api.results import ResultViewSet as ResultViewSet
from results.api.saved import SavedViewViewSet as SavedViewViewSet
from results.api.texts import Analyze as Analyze
from results.api.words import InsightsViewSet as InsightsViewSet
from results.api.words import WordsViewSet as WordsViewSet

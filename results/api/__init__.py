"""Reviews, figures of them, and the analysis of a text."""

from results.api.analytics import AnalyticsViewSet as AnalyticsViewSet
from results.api.results import ResultViewSet as ResultViewSet
from results.api.texts import Analyze as Analyze

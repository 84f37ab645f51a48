"""The analysis of a single text."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from projects.choices import SENTIMENT_CLASSES
from projects.config import ENGINES
from results.analysis.engine import LOCAL, AnalysisError
from results.analysis.on_demand import analyse_now
from results.shapes import TextAnalysisJson, analysis_as_json
from sentimatrix_studio import rest

LONGEST_TEXT = 10_000


class AnalysisUnavailable(APIException):
    status_code, default_code = status.HTTP_503_SERVICE_UNAVAILABLE, "ANALYSIS_ERROR"


class TextSerializer(rest.Serializer):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    sentiment_classes = serializers.ChoiceField([number for number, _ in SENTIMENT_CLASSES], default=5)
    engine = serializers.ChoiceField(ENGINES, default=LOCAL)


class Analyze(rest.View):
    @extend_schema(request=TextSerializer, responses={200: TextAnalysisJson, 503: None})
    def post(self, request: Request) -> Response:
        """Analyse a text.

        Nothing is kept. Where the engine cannot be had the built-in one reads, and ``notice`` says why.
        """
        said = self.said(TextSerializer)
        try:
            analysis, notice = analyse_now(said["text"], said["engine"])
        except AnalysisError as error:
            raise AnalysisUnavailable(error.message) from error
        return Response(analysis_as_json(analysis, said["sentiment_classes"], notice))

"""Reviews: list, open, delete, figures, export, and the analysis of a single text."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.http import StreamingHttpResponse
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import owned_or_404
from projects.models import SENTIMENT_CLASSES, Project
from results import analytics, exports, paging
from results.analysis.engine import LOCAL, Analysis, AnalysisError
from results.analysis.on_demand import analyse_now
from results.choices import label_shown, labels_covered, labels_shown
from results.filters import COUNTED_BY_DAY, ResultFilter
from results.models import Result
from results.reading import READERS
from results.removal import delete_results
from sentimatrix_studio import rest

LONGEST_TEXT = 10_000
EMOTION_MODEL = "ekman"

Json = dict[str, Any]


def result_as_json(result: Result, classes: int) -> Json:
    """A review as the API shows it; its labels are those of a project with that many classes."""
    return {
        "id": str(result.pk),
        "project_id": str(result.project_id),
        "target_id": str(result.target_id),
        "job_id": str(result.job_id) if result.job_id else None,
        "platform": result.platform,
        "language": result.language or None,
        "word_count": result.word_count,
        "state": result.state,
        "content": {
            "text": result.text,
            "title": result.title,
            "author": result.author,
            "rating": result.rating,
            "rating_max": result.rating_max,
            "date": _utc(result.published_at),
            "url": result.url,
            "platform_id": result.external_id,
        },
        "analysis": {
            "engine": result.engine or None,
            "sentiment": _sentiment(result, classes, analyzed_at=_utc(result.analyzed_at)),
            "emotions": _emotions(result.emotion, result.emotions),
            "aspects": [],
            "summary": None,
            "insights": [],
        },
        "label_source": "model" if result.sentiment else None,
        "created_at": _utc(result.created_at),
        "updated_at": _utc(result.updated_at),
    }


def analysis_as_json(analysis: Analysis, classes: int) -> Json:
    found = [{"emotion": name, "score": score} for name, score in analysis.emotions]
    return {
        "engine": analysis.engine,
        "state": analysis.state,
        "language": analysis.language or None,
        "sentiment": _sentiment(analysis, classes),
        "emotions": _emotions(analysis.emotion, found),
    }


def _sentiment(read: Result | Analysis, classes: int, **more: Any) -> Json | None:
    if read.sentiment is None:
        return None
    scores = {
        shown: round(sum(read.scores[label] for label in labels_covered(shown, classes)), 4)
        for shown in labels_shown(classes)
    }
    label = label_shown(read.sentiment, classes)
    return {"label": label, "score": read.score, "confidence": read.confidence, "scores": scores, **more}


def _emotions(primary: str | None, detected: Sequence[Json]) -> Json:
    score = next((one["score"] for one in detected if one["emotion"] == primary), None)
    return {"model": EMOTION_MODEL, "primary": primary, "primary_score": score, "detected": list(detected)}


def _utc(at: datetime | None) -> str | None:
    return rest.utc(at) if at else None


class ResultPager(rest.Pager):
    """Besides numbered pages, slices by ``cursor``: they hold still while reviews arrive, and take no count."""

    def __init__(self, project: Project, asked: ResultFilter) -> None:
        self.project, self.asked = project, asked

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request, given = request, request.query_params
        self.sort = paging.read_sort(given.get("sort", ""))
        if "cursor" not in given:
            return super().paginate_queryset(paging.ordered(queryset, None, self.sort), request)
        if "page" in given:
            raise ValidationError({"cursor": "Use either page or cursor."})
        self.page_size = self._size()
        self.slice = paging.take(queryset, cursor=given["cursor"], size=self.page_size, sort=self.sort)
        return self.slice.results

    def _count(self, queryset: Any) -> int | None:
        return self.asked.counts(self.project).total

    def get_paginated_response(self, data: Any) -> Response:
        if "cursor" not in self.request.query_params:
            return super().get_paginated_response(data)
        cursors = {"next_cursor": self.slice.next or None, "previous_cursor": self.slice.previous or None}
        answer = Response({"items": data, "page_size": self.page_size, **cursors})
        links = {"next": self.slice.next, "prev": self.slice.previous}
        answer["Link"] = ", ".join(self._link(rel, "cursor", cursor) for rel, cursor in links.items() if cursor)
        return answer


class OfProject(rest.ViewSet):
    """Views under ``/projects/<id>/results`` that take filters."""

    def _project(self, project_id: ObjectId) -> Project:
        return owned_or_404(Project, self.request.user, project_id)

    def _asked(self, project: Project, *, only: Sequence[str] = tuple(READERS)) -> ResultFilter:
        query = self.request.query_params
        beside = set(self.query_parameters[self.action]) - set(only)
        return ResultFilter.parse(project, query, only=only, beside=beside)


class ResultViewSet(OfProject):
    query_parameters = {
        "list": (*READERS, "sort", "cursor", *rest.PAGING),
        "destroy_all": (*READERS, "confirm"),
        "export": (*READERS, *exports.PARAMETERS),
    }

    def list(self, request: Request, project_id: ObjectId) -> Response:
        project = self._project(project_id)
        asked = self._asked(project)
        pager = ResultPager(project, asked)
        results = pager.paginate_queryset(asked.queryset(project).for_list(), request)
        return pager.get_paginated_response([result_as_json(one, project.sentiment_classes) for one in results])

    def destroy_all(self, request: Request, project_id: ObjectId) -> Response:
        """Deletes what the filters find: without filters, everything."""
        project = self._project(project_id)
        asked = self._asked(project)
        if not rest.flag(request, "confirm"):
            raise ValidationError({"confirm": "This deletes for good. Say confirm=true if that is meant."})
        return Response({"deleted": delete_results(asked.queryset(project))})

    def retrieve(self, request: Request, project_id: ObjectId, result_id: ObjectId) -> Response:
        project = self._project(project_id)
        return Response(result_as_json(self._result(project, result_id), project.sentiment_classes))

    def destroy(self, request: Request, project_id: ObjectId, result_id: ObjectId) -> Response:
        result = self._result(self._project(project_id), result_id)
        delete_results(Result.objects.filter(pk=result.pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def export(self, request: Request, project_id: ObjectId) -> StreamingHttpResponse:
        project = self._project(project_id)
        asked, form = self._asked(project), exports.ExportRequest.parse(request.query_params)
        return exports.response(request._request, exports.export(project, asked, form))

    def _result(self, project: Project, result_id: ObjectId) -> Result:
        return owned_or_404(Result, self.request.user, result_id, project_id=project.pk)


class AnalyticsViewSet(OfProject):
    query_parameters = {
        "summary": COUNTED_BY_DAY,
        "sentiment_timeline": (*COUNTED_BY_DAY, "interval"),
        "emotions": COUNTED_BY_DAY,
        "platforms": COUNTED_BY_DAY,
    }

    def summary(self, request: Request, project_id: ObjectId) -> Response:
        return Response(analytics.summary(*self._scope(project_id)))

    def sentiment_timeline(self, request: Request, project_id: ObjectId) -> Response:
        interval = request.query_params.get("interval", "day")
        return Response(analytics.sentiment_timeline(*self._scope(project_id), interval))

    def emotions(self, request: Request, project_id: ObjectId) -> Response:
        return Response(analytics.emotions(*self._scope(project_id)))

    def platforms(self, request: Request, project_id: ObjectId) -> Response:
        return Response(analytics.platforms(*self._scope(project_id)))

    def _scope(self, project_id: ObjectId) -> tuple[Project, ResultFilter]:
        project = self._project(project_id)
        asked = self._asked(project, only=COUNTED_BY_DAY)
        if self.request.query_params.get("interval") != "hour":
            asked.require_whole_days()
        return project, asked


class AnalysisUnavailable(APIException):
    status_code, default_code = status.HTTP_503_SERVICE_UNAVAILABLE, "ANALYSIS_ERROR"


class TextSerializer(rest.Serializer):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    sentiment_classes = serializers.ChoiceField([number for number, _ in SENTIMENT_CLASSES], default=5)
    engine = serializers.ChoiceField([LOCAL], default=LOCAL)


class Analyze(rest.View):
    def post(self, request: Request) -> Response:
        """What the engine makes of a text. Nothing is kept."""
        asked = TextSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            analysis = analyse_now(asked.validated_data["text"])
        except AnalysisError as error:
            raise AnalysisUnavailable(error.message) from error
        return Response(analysis_as_json(analysis, asked.validated_data["sentiment_classes"]))

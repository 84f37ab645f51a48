"""Reviews: list, open, delete, figures, export, and the analysis of a single text."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import owned_or_404
from projects.choices import SENTIMENT_CLASSES
from projects.models import Project
from results import analytics, exports, paging
from results.analysis.engine import LOCAL, AnalysisError
from results.analysis.on_demand import analyse_now
from results.filters import COUNTED_BY_DAY, ResultFilter
from results.models import Result
from results.parameters import BY_DAY, EXPORT, FILTERS, ORDER
from results.reading import READERS
from results.removal import delete_results
from results.shapes import ResultJson, TextAnalysisJson, analysis_as_json, result_as_json
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Must, PageJson

LONGEST_TEXT = 10_000


class SliceJson(TypedDict):
    """Some reviews in order, and the cursors of the slices around them."""

    items: list[ResultJson]
    page_size: Annotated[int, Must(minimum=1, maximum=100)]
    next_cursor: str | None
    previous_cursor: str | None


class DeletedJson(TypedDict):
    deleted: Count


FILES: dict[tuple[int, str], Any] = {(200, kind.partition(";")[0]): str for kind in exports.CONTENT_TYPES.values()}
FILES |= {
    (200, exports.CONTENT_TYPES["json"]): list[dict[str, Any]],
    (200, exports.CONTENT_TYPES["xlsx"]): OpenApiTypes.BINARY,
}


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
        self.page_size = rest.page_size(self._asked)
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
        # Pages send what nobody has filled in; programs leave it out. An empty cursor is the first.
        empty = [name for name in query if name != "cursor" and not all(map(str.strip, query.getlist(name)))]
        if empty:
            raise ValidationError(dict.fromkeys(empty, "Say something, or leave it out."))
        beside = set(self.query_parameters[self.action]) - set(only)
        return ResultFilter.parse(project, query, only=only, beside=beside)


class ResultViewSet(OfProject):
    file_actions = ("export",)
    query_parameters = {
        "list": {**FILTERS, **ORDER, **rest.PAGING},
        "destroy_all": {**FILTERS, "confirm": rest.Flag(help_text="That it is meant.")},
        "export": {**FILTERS, **EXPORT},
    }

    @extend_schema(responses={200: PageJson[ResultJson] | SliceJson})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List reviews.

        Newest first. Numbered pages, or slices by ``cursor`` (empty for the first): those hold still while reviews
        arrive, are as fast at the end as at the start, and take no count.
        """
        project = self._project(project_id)
        asked = self._asked(project)
        pager = ResultPager(project, asked)
        results = pager.paginate_queryset(asked.queryset(project).for_list(), request)
        return pager.get_paginated_response([result_as_json(one, project.sentiment_classes) for one in results])

    @extend_schema(responses={200: DeletedJson})
    def destroy_all(self, request: Request, project_id: ObjectId) -> Response:
        """Delete what the filters find.

        Without filters that is everything. Asks for ``confirm=true``.
        """
        project = self._project(project_id)
        asked = self._asked(project)
        if not self.asked["confirm"]:
            raise ValidationError({"confirm": "This deletes for good. Say confirm=true if that is meant."})
        return Response({"deleted": delete_results(asked.queryset(project))})

    @extend_schema(responses={200: ResultJson})
    def retrieve(self, request: Request, project_id: ObjectId, result_id: ObjectId) -> Response:
        """Show a review."""
        project = self._project(project_id)
        return Response(result_as_json(self._result(project, result_id), project.sentiment_classes))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, project_id: ObjectId, result_id: ObjectId) -> Response:
        """Delete a review."""
        result = self._result(self._project(project_id), result_id)
        delete_results(Result.objects.filter(pk=result.pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=FILES)
    def export(self, request: Request, project_id: ObjectId) -> StreamingHttpResponse:
        """Download reviews as a file.

        Exactly what the filters find, newest first, without limit.
        """
        project = self._project(project_id)
        asked, form = self._asked(project), exports.ExportRequest.parse(request.query_params)
        return exports.response(request._request, exports.export(project, asked, form))

    def _result(self, project: Project, result_id: ObjectId) -> Result:
        return owned_or_404(Result, self.request.user, result_id, project_id=project.pk)


class AnalyticsViewSet(OfProject):
    query_parameters = {
        "summary": BY_DAY,
        "sentiment_timeline": {**BY_DAY, "interval": serializers.ChoiceField(analytics.INTERVALS, default="day")},
        "emotions": BY_DAY,
        "platforms": BY_DAY,
    }

    @extend_schema(responses={200: analytics.SummaryJson})
    def summary(self, request: Request, project_id: ObjectId) -> Response:
        """Sum reviews up."""
        return Response(analytics.summary(*self._scope(project_id)))

    @extend_schema(responses={200: list[analytics.TimelinePointJson]})
    def sentiment_timeline(self, request: Request, project_id: ObjectId) -> Response:
        """Follow sentiment over time.

        Periods without reviews are left out. By the hour it takes ``date_from`` and ``date_to``, at most 31 days apart.
        """
        return Response(analytics.sentiment_timeline(*self._scope(project_id), self.asked["interval"]))

    @extend_schema(responses={200: list[analytics.EmotionCountJson]})
    def emotions(self, request: Request, project_id: ObjectId) -> Response:
        """Count the strongest emotions of reviews.

        Most frequent first; those nobody feels are left out.
        """
        return Response(analytics.emotions(*self._scope(project_id)))

    @extend_schema(responses={200: list[analytics.PlatformCountJson]})
    def platforms(self, request: Request, project_id: ObjectId) -> Response:
        """Compare platforms.

        Most reviews first.
        """
        return Response(analytics.platforms(*self._scope(project_id)))

    def _scope(self, project_id: ObjectId) -> tuple[Project, ResultFilter]:
        project = self._project(project_id)
        asked = self._asked(project, only=COUNTED_BY_DAY)
        if self.asked.get("interval") != "hour":
            asked.require_whole_days()
        return project, asked


class AnalysisUnavailable(APIException):
    status_code, default_code = status.HTTP_503_SERVICE_UNAVAILABLE, "ANALYSIS_ERROR"


class TextSerializer(rest.Serializer):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    sentiment_classes = serializers.ChoiceField([number for number, _ in SENTIMENT_CLASSES], default=5)
    engine = serializers.ChoiceField([LOCAL], default=LOCAL)


class Analyze(rest.View):
    @extend_schema(request=TextSerializer, responses={200: TextAnalysisJson, 503: None})
    def post(self, request: Request) -> Response:
        """Analyse a text.

        Nothing is kept.
        """
        asked = TextSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            analysis = analyse_now(asked.validated_data["text"])
        except AnalysisError as error:
            raise AnalysisUnavailable(error.message) from error
        return Response(analysis_as_json(analysis, asked.validated_data["sentiment_classes"]))

"""Reviews: list, open, delete, export."""

from typing import Annotated, Any, TypedDict

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from projects.models import Project
from results import bulk, counting, exports, paging
from results.api.bulk import BulkChangeJson, accepted, conflicts
from results.api.changes import undo_id
from results.api.filtered import FilteredViewSet
from results.filters import ResultFilter
from results.models import BulkChange, Change, Result
from results.parameters import EXPORT, FILTERS, ORDER
from results.removal import delete_results
from results.shapes import ResultJson, result_as_json
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Id, Must, PageJson


class SliceJson(TypedDict):
    """Some reviews in order, and the cursors of the slices around them."""

    items: list[ResultJson]
    page_size: Annotated[int, Must(minimum=1, maximum=100)]
    next_cursor: str | None
    previous_cursor: str | None


class DeletedJson(TypedDict):
    deleted: Count
    undo_id: Id | None


FILES: dict[tuple[int, str], Any] = {(200, kind.partition(";")[0]): str for kind in exports.CONTENT_TYPES.values()}
FILES |= {
    (200, exports.CONTENT_TYPES["json"]): list[dict[str, Any]],
    (200, exports.CONTENT_TYPES["xlsx"]): OpenApiTypes.BINARY,
    (200, exports.CONTENT_TYPES["parquet"]): OpenApiTypes.BINARY,
}


class ResultPager(rest.Pager):
    """Besides numbered pages, slices by ``cursor``: they hold still while reviews arrive, and take no count."""

    def __init__(self, project: Project, asked: ResultFilter) -> None:
        self.project, self.asked = project, asked

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request, given = request, request.query_params
        self.sort = paging.read_sort(given.get("sort", ""))
        if "cursor" not in given:
            with paging.in_time():
                return super().paginate_queryset(paging.ordered(queryset, None, self.sort), request)
        if "page" in given:
            raise ValidationError({"cursor": "Use either page or cursor."})
        self.page_size = rest.page_size(self._asked)
        self.slice = paging.take(queryset, cursor=given["cursor"], size=self.page_size, sort=self.sort)
        return self.slice.results

    def _count(self, queryset: Any) -> int | None:
        return counting.total(self.project, self.asked)

    def get_paginated_response(self, data: Any) -> Response:
        if "cursor" not in self.request.query_params:
            return super().get_paginated_response(data)
        cursors = {"next_cursor": self.slice.next or None, "previous_cursor": self.slice.previous or None}
        answer = Response({"items": data, "page_size": self.page_size, **cursors})
        neighbours = {"next": self.slice.next, "prev": self.slice.previous}
        if links := [self._link(rel, "cursor", cursor) for rel, cursor in neighbours.items() if cursor]:
            answer["Link"] = ", ".join(links)
        return answer


class ResultViewSet(FilteredViewSet):
    file_actions = ("export",)
    query_parameters = {
        "list": {**FILTERS, **ORDER, **rest.PAGING},
        "destroy_all": {**FILTERS, "confirm": rest.Flag(help_text="That it is meant.")},
        "export": {**FILTERS, **EXPORT},
    }

    @extend_schema(responses={200: PageJson[ResultJson] | SliceJson, 503: None})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List reviews.

        Newest first. Numbered pages, or slices by ``cursor`` (empty for the first): those hold still while reviews
        arrive, are as fast at the end as at the start, and take no count.
        """
        project = self._project(project_id)
        asked = self._asked(project)
        pager = ResultPager(project, asked)
        results = pager.paginate_queryset(paging.timely(asked.queryset(project).for_list()), request)
        return pager.get_paginated_response([result_as_json(one, project.sentiment_classes) for one in results])

    @extend_schema(responses={200: DeletedJson, 202: BulkChangeJson, 409: None})
    def destroy_all(self, request: Request, project_id: ObjectId) -> Response:
        """Delete what the filters find.

        Without filters that is everything. Asks for ``confirm=true``. For a day it can be undone. More than 500 are
        deleted by a worker: 202, and `Location` says where to ask how far it has come. In the meantime another such
        change of the project is refused (409).
        """
        project = self._project(project_id)
        asked = self._asked(project)
        if not self.asked["confirm"]:
            raise ValidationError({"confirm": "This deletes what the filters find. Say confirm=true if that is meant."})
        with conflicts():
            done = bulk.delete(project, asked)
        return accepted(done) if isinstance(done, BulkChange) else _deleted(done)

    @extend_schema(responses={200: ResultJson})
    def retrieve(self, request: Request, project_id: ObjectId, result_id: ObjectId) -> Response:
        """Show a review."""
        result = self._part(Result, project_id, result_id)
        return Response(result_as_json(result, result.project.sentiment_classes))

    @extend_schema(responses={200: DeletedJson})
    def destroy(self, request: Request, project_id: ObjectId, result_id: ObjectId) -> Response:
        """Delete a review.

        For a day it can be undone.
        """
        result = self._part(Result, project_id, result_id)
        return _deleted(delete_results(result.project, Result.objects.filter(pk=result.pk)))

    @extend_schema(responses=FILES)
    def export(self, request: Request, project_id: ObjectId) -> StreamingHttpResponse:
        """Download reviews as a file.

        Exactly what the filters find, newest first, without limit.
        """
        project = self._project(project_id)
        asked, form = self._asked(project), exports.ExportRequest.parse(request.query_params)
        return exports.response(request._request, exports.export(project, asked, form))


def _deleted(change: Change) -> Response:
    return Response({"deleted": change.count, "undo_id": undo_id(change)})

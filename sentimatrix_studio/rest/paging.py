"""Lists, page by page."""

from collections.abc import Mapping
from typing import Any

from rest_framework import pagination
from rest_framework.request import Request
from rest_framework.response import Response

from sentimatrix_studio.rest.bodies import AnyField
from sentimatrix_studio.rest.queries import Whole

LARGEST, DEFAULT = 100, 20
PAGING: Mapping[str, AnyField] = {
    "page": Whole(min_value=1, max_value=1_000_000, default=1, help_text="From 1."),
    "page_size": Whole(min_value=1, max_value=LARGEST, required=False, help_text=f"{DEFAULT} if it is not said."),
    "limit": Whole(min_value=1, max_value=LARGEST, required=False, help_text="Another name for `page_size`."),
}


def page_size(asked: Mapping[str, Any]) -> int:
    return asked.get("page_size") or asked.get("limit") or DEFAULT


class Pager(pagination.BasePagination):
    """``page`` and ``page_size`` (``limit`` is another name for it) → items, total, page, page_size, pages.

    Its view declares PAGING among its query parameters.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.page, self.page_size = self._asked["page"], page_size(self._asked)
        self.total = self._count(queryset)
        start = (self.page - 1) * self.page_size
        return list(queryset[start : start + self.page_size])

    @property
    def _asked(self) -> Mapping[str, Any]:
        asked: Mapping[str, Any] = self.request.parser_context["view"].asked
        return asked

    def _count(self, queryset: Any) -> int | None:
        """None where counting takes too long: then there is no last page to name."""
        count: int = len(queryset) if isinstance(queryset, list) else queryset.count()
        return count

    def get_paginated_response(self, data: Any) -> Response:
        pages = None if self.total is None else -(-self.total // self.page_size)
        answer = Response(
            {"items": data, "total": self.total, "page": self.page, "page_size": self.page_size, "pages": pages}
        )
        if links := self._links(pages):
            answer["Link"] = links
        return answer

    def _links(self, pages: int | None) -> str:
        neighbours = {"first": 1, "prev": self.page - 1, "next": self.page + 1, "last": pages or 0}
        last = self.page + 1 if pages is None else pages
        there = {rel: page for rel, page in neighbours.items() if 1 <= page <= last and page != self.page}
        return ", ".join(self._link(rel, "page", page) for rel, page in there.items())

    def _link(self, rel: str, name: str, value: object) -> str:
        query = self.request.query_params.copy()
        query[name] = str(value)
        return f'<{self.request.build_absolute_uri(self.request.path)}?{query.urlencode()}>; rel="{rel}"'

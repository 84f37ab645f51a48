"""What every serializer and API view of ours is made of. Knows no app, so every app may import it."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from bson import ObjectId
from bson.errors import InvalidId
from django.db import models
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField
from rest_framework import exceptions, pagination, serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

PAGING = ("page", "page_size", "limit")


class Conflict(exceptions.APIException):
    """What is asked for contradicts what is already there."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "This contradicts what is already there."
    default_code = "CONFLICT_ERROR"


class IdField(serializers.Field[ObjectId, Any, str, Any]):
    """An ObjectId as 24 hex digits."""

    default_error_messages = {"invalid": "This is not an id: ids have 24 hexadecimal digits."}

    def to_representation(self, value: ObjectId) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> ObjectId:
        try:
            return ObjectId(data) if isinstance(data, str) else self.fail("invalid")
        except InvalidId:
            self.fail("invalid")


def utc(moment: datetime) -> str:
    """With ``Z`` whatever zone the reader's pages are in, and in milliseconds: MongoDB keeps no more."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class UtcField(serializers.DateTimeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_representation(self, value: datetime) -> str:
        return utc(value)


class Strict(serializers.Serializer[Any]):
    """Refuses fields it does not know instead of ignoring them."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            if refused := sorted(set(data) - writable):
                raise ValidationError({name: [self._why_not(name)] for name in refused})
        return super().to_internal_value(data)

    def _why_not(self, name: str) -> str:
        return "This cannot be set." if name in self.fields else "There is no such field."


class Serializer(Strict):
    pass


class ModelSerializer(Strict, serializers.ModelSerializer[Any]):
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        ObjectIdAutoField: IdField,
        ObjectIdField: IdField,
        models.DateTimeField: UtcField,
    }


class StrictQuery:
    """Refuses query parameters that its view does not name."""

    # The action of a view set, or the method of a plain view in small letters → names.
    query_parameters: ClassVar[Mapping[str, Collection[str]]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        action = getattr(self, "action", None) or (request.method or "").lower()
        if unknown := sorted(set(request.query_params) - set(self.query_parameters.get(action, ()))):
            raise ValidationError({name: ["There is no such query parameter."] for name in unknown})


class View(StrictQuery, APIView):
    pass


class Pager(pagination.BasePagination):
    """``page`` and ``page_size`` (``limit`` is another name for it) → items, total, page, page_size, pages."""

    largest = 100
    default = 20

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.page, self.page_size = self._number("page", 1, None), self._size()
        self.total = self._count(queryset)
        start = (self.page - 1) * self.page_size
        return list(queryset[start : start + self.page_size])

    def _size(self) -> int:
        name = "page_size" if "page_size" in self.request.query_params else "limit"
        return self._number(name, self.default, self.largest)

    def _count(self, queryset: Any) -> int | None:
        """None where counting takes too long: then there is no last page to name."""
        count: int = queryset.count()
        return count

    def _number(self, name: str, default: int, largest: int | None) -> int:
        raw = self.request.query_params.get(name)
        if raw is None:
            return default
        if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:10]) <= (largest or 1_000_000):
            limit = f" and {largest}" if largest else " up"
            raise ValidationError({name: [f"Use a whole number between 1{limit}."]})
        return int(raw)

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


class ViewSet(StrictQuery, viewsets.GenericViewSet[Any]):
    """Routes name the key ``<objectid:pk>``; ``get_queryset()`` holds only what is the user's."""

    pagination_class = Pager


def flag(request: Request, name: str) -> bool:
    """A query parameter that is ``true`` or ``false``, and false when it is absent."""
    raw = request.query_params.get(name, "false")
    if raw not in ("true", "false"):
        raise ValidationError({name: ["Use true or false."]})
    return raw == "true"

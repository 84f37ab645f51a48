"""What every serializer and API view of ours is made of. Knows no app, so every app may import it."""

from typing import Any

from bson import ObjectId
from bson.errors import InvalidId
from django.db.models import Model
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField
from rest_framework import pagination, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response


class IdField(serializers.Field):
    """An ObjectId as 24 hex digits."""

    default_error_messages = {"invalid": "This is not an id: ids have 24 hexadecimal digits."}

    def to_representation(self, value: ObjectId) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> ObjectId:
        try:
            return ObjectId(data) if isinstance(data, str) else self.fail("invalid")
        except InvalidId:
            self.fail("invalid")


class Strict(serializers.Serializer[Any]):
    """Refuses fields it does not know instead of ignoring them."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(set(data) - known):
                raise ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


class Serializer(Strict):
    pass


class ModelSerializer(Strict, serializers.ModelSerializer[Any]):
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        ObjectIdAutoField: IdField,
        ObjectIdField: IdField,
    }


class Pager(pagination.BasePagination):
    """``page`` and ``page_size`` (``limit`` is another name for it) → items, total, page, page_size, pages."""

    largest = 100
    default = 20

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Model]:
        self.request = request
        self.page = self._number("page", 1, None)
        self.page_size = self._number(
            "page_size" if "page_size" in request.query_params else "limit", self.default, self.largest
        )
        self.total = queryset.count()
        start = (self.page - 1) * self.page_size
        return list(queryset[start : start + self.page_size])

    def _number(self, name: str, default: int, largest: int | None) -> int:
        raw = self.request.query_params.get(name)
        if raw is None:
            return default
        if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= (largest or 1_000_000):
            limit = f" and {largest}" if largest else " up"
            raise ValidationError({name: [f"Use a whole number between 1{limit}."]})
        return int(raw)

    def get_paginated_response(self, data: Any) -> Response:
        pages = -(-self.total // self.page_size)
        answer = Response(
            {"items": data, "total": self.total, "page": self.page, "page_size": self.page_size, "pages": pages}
        )
        if links := self._links(pages):
            answer["Link"] = links
        return answer

    def _links(self, pages: int) -> str:
        neighbours = {"first": 1, "prev": self.page - 1, "next": self.page + 1, "last": pages}
        query = self.request.query_params.copy()
        links = []
        for rel, page in neighbours.items():
            if 1 <= page <= pages and page != self.page:
                query["page"] = str(page)
                links.append(f'<{self.request.build_absolute_uri(self.request.path)}?{query.urlencode()}>; rel="{rel}"')
        return ", ".join(links)

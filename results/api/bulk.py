"""Changes of more reviews than a request has time for: they are made by a worker, and asked after here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, TypedDict

from bson import ObjectId
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects.ownership import OfProject
from results.bulk import BulkRefused
from results.choices import BulkState
from results.models import BulkChange, BulkKind
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Id, Moment, PageJson


class BulkChangeJson(TypedDict):
    """`done` of `total` reviews have been looked at, `changed` of them are different now, `passed_over` cannot be.
    `total` is null where there were too many to count in time; `undo_id` is there once the change has ended."""

    id: Id
    project_id: Id
    kind: Annotated[str, BulkKind]
    query: str
    state: Annotated[str, BulkState]
    description: str
    message: str
    total: Count | None
    done: Count
    changed: Count
    passed_over: Count
    undo_id: Id | None
    created_at: Moment
    finished_at: Moment | None


class BulkChangeViewSet(OfProject, rest.ViewSet):
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[BulkChangeJson]})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List changes of many reviews.

        Those that a worker makes or has made, newest first. They are removed a day after their end.
        """
        project = self._project(project_id)
        page = self.paginate_queryset(BulkChange.objects.filter(project_id=project.pk).newest_first())
        return self.get_paginated_response([bulk_change_as_json(one) for one in page or []])

    @extend_schema(responses={200: BulkChangeJson})
    def retrieve(self, request: Request, project_id: ObjectId, change_id: ObjectId) -> Response:
        """Show how far a change of many reviews has come."""
        return Response(bulk_change_as_json(self._part(BulkChange, project_id, change_id)))


def accepted(order: BulkChange) -> Response:
    """The answer to who has asked for so many."""
    path = reverse("api:bulk_change", args=[order.project_id, order.pk])
    return Response(bulk_change_as_json(order), status.HTTP_202_ACCEPTED, headers={"Location": path})


@contextmanager
def conflicts() -> Iterator[None]:
    """What is refused is a 409."""
    try:
        yield
    except BulkRefused as refused:
        raise rest.Conflict(refused.message) from refused


def bulk_change_as_json(order: BulkChange) -> BulkChangeJson:
    return {
        "id": str(order.pk),
        "project_id": str(order.project_id),
        "kind": order.kind,
        "query": order.query,
        "state": order.state,
        "description": f"{order} …" if order.is_unfinished else order.outcome,
        "message": order.message,
        "total": order.total,
        "done": order.done,
        "changed": order.changed,
        "passed_over": order.passed_over,
        "undo_id": str(order.undo_id) if order.undo_id else None,
        "created_at": rest.utc(order.created_at),
        "finished_at": rest.utc(order.finished_at) if order.finished_at else None,
    }

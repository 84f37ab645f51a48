"""What the views over the reviews of a project share: the filter of a request."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.http import QueryDict
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from projects.models import Project
from projects.ownership import OfProject
from results.counting import CountingError
from results.filters import ResultFilter
from results.paging import FindingError
from results.reading import READERS
from sentimatrix_studio import rest


class TooManyReviews(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE


class FilteredViewSet(OfProject, rest.ViewSet):
    """Views under ``/projects/<id>/results`` that take filters."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, CountingError | FindingError):
            return super().handle_exception(TooManyReviews(exc.message, exc.code))
        return super().handle_exception(exc)

    def _asked(self, project: Project, *, only: Sequence[str] = tuple(READERS)) -> ResultFilter:
        query = self.request.query_params
        refuse_empty(query)
        beside = set(self.query_parameters[self.action]) - set(only)
        return ResultFilter.parse(project, query, only=only, beside=beside)


def refuse_empty(query: QueryDict) -> None:
    """Pages send what nobody has filled in; programs leave it out. An empty cursor is the first."""
    empty = [name for name in query if name != "cursor" and not all(map(str.strip, query.getlist(name)))]
    if empty:
        raise ValidationError(dict.fromkeys(empty, "Say something, or leave it out."))

"""What the views over the reviews of a project share: the filter of a request."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.http import QueryDict

from projects.models import Project
from projects.ownership import OfProject
from results.filters import ResultFilter
from results.reading import READERS
from sentimatrix_studio import rest


class FilteredViewSet(OfProject, rest.ViewSet):
    """Views under ``/projects/<id>/results`` that take filters."""

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

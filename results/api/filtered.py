"""What the views over the reviews of a project share: the project and the filter of a request."""

from collections.abc import Sequence

from bson import ObjectId
from django.core.exceptions import ValidationError

from accounts.ownership import owned_or_404
from projects.models import Project
from results.filters import ResultFilter
from results.reading import READERS
from sentimatrix_studio import rest


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

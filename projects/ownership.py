"""What hangs on a project is found through it. Whose a row is, ``accounts.ownership`` answers."""

from typing import TypeVar

from bson import ObjectId
from rest_framework.request import Request

from accounts.ownership import OwnedModel, Person, owned_or_404
from projects.models import Project

Part = TypeVar("Part", bound=OwnedModel)  # with a ``project``


def of_project_or_404(model: type[Part], user: Person, project_id: ObjectId, pk: ObjectId) -> Part:
    """The row with this key if it hangs on this project of the user's, which comes with it; else ``Http404``."""
    project = owned_or_404(Project, user, project_id)
    row = owned_or_404(model, user, pk, project_id=project.pk)
    row.project = project  # type: ignore[attr-defined]
    return row


class OfProject:
    """For views of the API whose addresses name a project of the caller's."""

    request: Request

    def _project(self, project_id: ObjectId) -> Project:
        return owned_or_404(Project, self.request.user, project_id)

    def _part(self, model: type[Part], project_id: ObjectId, pk: ObjectId) -> Part:
        return of_project_or_404(model, self.request.user, project_id, pk)

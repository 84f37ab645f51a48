"""Filters and orders that a person keeps under a name: see ``SavedView``."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import QueryDict

from projects.models import Project
from results.models import SavedView
from results.selection import Selection

MOST = 30  # of a project: they stand side by side


def new_view(project: Project, **fields: str) -> SavedView:
    """To be saved."""
    return SavedView(owner_id=project.owner_id, project=project, **fields)


def save(view: SavedView) -> None:
    """Raises ValidationError by name for a name that is taken, a query nobody can answer, or one view too many."""
    view.query = _canonical(view.project, view.query)
    if view._state.adding and SavedView.objects.of(view.project).count() >= MOST:
        raise ValidationError({"name": f"A project has at most {MOST} views: delete one that nobody needs."})
    try:
        view.save()
    except IntegrityError as error:
        raise ValidationError({"name": "This project has a view of that name already."}) from error


def _canonical(project: Project, query: str) -> str:
    try:
        return Selection.parse(project, QueryDict(query.removeprefix("?"))).query
    except ValidationError as error:
        wrong = " ".join(f"{name}: {' '.join(words)}" for name, words in error.message_dict.items())
        raise ValidationError({"query": wrong}) from error

from typing import Any

from bson import ObjectId
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.ownership import owned_or_404
from projects.models import Project
from results import counting, explorer, listing
from results.exports.background import WORTH_IT
from results.forms import FilterForm, LabelChoices, values_of
from results.paging import FindingError
from results.selection import Selection
from results.views.exports import FORMATS
from results.views.requests import HtmxRequest

UNREADABLE = "The database did not answer. Nothing is lost: try again in a moment."


@login_required
@require_safe
@vary_on_headers("HX-Request")
def result_list(request: HtmxRequest, project_id: ObjectId) -> HttpResponse:
    """The page, or the list alone when htmx asks for it: the same reviews either way."""
    project = owned_or_404(Project, request.user, project_id)
    values, status = dict(request.GET.lists()), 200
    context: dict[str, Any] = {"project": project, "export_formats": FORMATS, "large_export": WORTH_IT}
    try:
        selection = Selection.parse(project, request.GET, beside=["cursor"])
        values = values_of(selection.asked)
        context |= _found(project, selection, request.GET.get("cursor", ""))
    except ValidationError as error:
        context["problems"], status = explorer.problems(error), 422
    except FindingError as error:
        context["problems"], status = [error.message], 503
    except DatabaseError:
        context |= {"problems": [UNREADABLE], "can_retry": True}
        status = 503
    around = explorer.surroundings(project)
    context["bulk_changes"] = around.bulk_changes
    context["form"] = FilterForm(project, around.targets, around.jobs, values)
    context["tabs"] = explorer.tabs(project, around.views, context.get("query"))
    is_fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, f"results/{'_' if is_fragment else ''}result_list.html", context, status=status)


def _found(project: Project, selection: Selection, cursor: str) -> dict[str, Any]:
    page = listing.page(project, selection, cursor)
    return {
        "asked": selection.asked,
        "selection": selection,
        "query": selection.query,
        "rows": listing.rows(project, page.results, selection, is_selectable=True),
        "links": explorer.links(selection, page),
        "overview": explorer.overview(counting.counts(project, selection.asked), selection),
        "chips": explorer.removable(selection, project),
        "labels": LabelChoices(project),
    }

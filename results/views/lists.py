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
from projects.models import Project, Target
from results import counting, explorer, listing
from results.chips import chips
from results.exports.background import WORTH_IT
from results.filters import ResultFilter
from results.forms import FilterForm, values_of
from results.views.exports import FORMATS
from results.views.requests import HtmxRequest
from sentimatrix_studio.mongo.pipelines import rows_where

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
        asked = ResultFilter.parse(project, request.GET, beside=["cursor"])
        values = values_of(asked)
        context |= _found(project, asked, request.GET.get("cursor", ""))
    except ValidationError as error:
        context["problems"], status = explorer.problems(error), 422
    except DatabaseError:
        context |= {"problems": [UNREADABLE], "can_retry": True}
        status = 503
    context["form"] = FilterForm(project, rows_where(Target, {"project_id": project.pk}), values)
    is_fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, f"results/{'_' if is_fragment else ''}result_list.html", context, status=status)


def _found(project: Project, asked: ResultFilter, cursor: str) -> dict[str, Any]:
    page = listing.page(asked.queryset(project), cursor)
    query = f"?{asked.query}" if asked.query else ""
    return {
        "asked": asked,
        "rows": listing.rows(project, page.results, asked.search, query),
        "links": explorer.links(asked, page),
        "overview": explorer.overview(counting.counts(project, asked), asked),
        "chips": chips(asked, project),
    }

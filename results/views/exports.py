from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.ownership import owned_or_404
from projects.models import Project
from projects.ownership import of_project_or_404
from results.exports import PARAMETERS, ExportRequest, background, export, response
from results.filters import ResultFilter
from results.models import Export
from sentimatrix_studio.requests import costly

FORMATS = [
    ("csv", "table-2", "CSV"),
    ("xlsx", "sheet", "Excel"),
    ("json", "braces", "JSON"),
    ("jsonl", "list", "JSON Lines"),
    ("parquet", "columns-3", "Parquet"),
]
PAGE_SIZE = 25


@login_required
@require_safe
@costly("GET")
def result_export(request: HttpRequest, project_id: ObjectId) -> HttpResponseBase:
    """Exactly what the list finds, as a file."""
    project = owned_or_404(Project, request.user, project_id)
    try:
        asked = ResultFilter.parse(project, request.GET, beside=PARAMETERS)
        form = ExportRequest.parse(request.GET)
    except ValidationError as error:
        messages.error(request, f"Nothing was exported. {' '.join(error.messages)}")
        return redirect("results:result_list", project_id)
    return response(request, export(project, asked, form))


# In the background


@login_required
@require_safe
def export_list(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    rows = Export.objects.filter(project_id=project.pk).newest_first()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "project": project,
        "page": page,
        "exports": page.object_list,
        "is_unfinished": any(one.is_unfinished for one in page.object_list),
    }
    return render(request, "results/export_list.html", context)


@login_required
@require_POST
@costly("POST")
def export_create(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """The query string is the filter, as of a download."""
    project = owned_or_404(Project, request.user, project_id)
    try:
        background.order(project, ResultFilter.parse(project, request.GET), ExportRequest.parse(request.POST))
    except ValidationError as error:
        messages.error(request, f"Nothing is exported. {' '.join(error.messages)}")
    except background.ExportRefused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "A worker makes the file. The bell tells you when it is ready.")
    return redirect("results:export_list", project_id)


@login_required
@require_safe
def export_file(request: HttpRequest, project_id: ObjectId, export_id: ObjectId, key: str) -> HttpResponseBase:
    one = of_project_or_404(Export, request.user, project_id, export_id)
    try:
        if one.is_opened_by(key):
            return response(request, background.file_of(one))
    except FileNotFoundError:
        pass  # expired in this moment
    messages.error(request, "This link has expired.")
    return redirect("results:export_list", project_id)


@login_required
@require_POST
def export_delete(request: HttpRequest, project_id: ObjectId, export_id: ObjectId) -> HttpResponse:
    """One that is still being made ends."""
    of_project_or_404(Export, request.user, project_id, export_id).delete()
    messages.success(request, "The export is deleted.")
    return redirect("results:export_list", project_id)

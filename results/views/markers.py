"""Days that may have changed what people say."""

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ownership import owned_or_404
from projects.models import Project
from projects.ownership import of_project_or_404
from results import marking
from results.forms import MarkerForm
from results.models import Marker


@login_required
@require_safe
def marker_list(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """Latest first, each with the way to what was said before and after."""
    project = owned_or_404(Project, request.user, project_id)
    rows = [(marker, marking.page_of(marker)) for marker in Marker.objects.of(project).reverse()]
    return render(request, "results/marker_list.html", {"project": project, "rows": rows, "days": marking.DAYS})


@login_required
@require_http_methods(["GET", "POST"])
def marker_create(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    return _edit(request, marking.new_marker(owned_or_404(Project, request.user, project_id)))


@login_required
@require_http_methods(["GET", "POST"])
def marker_edit(request: HttpRequest, project_id: ObjectId, marker_id: ObjectId) -> HttpResponse:
    return _edit(request, of_project_or_404(Marker, request.user, project_id, marker_id))


def _edit(request: HttpRequest, marker: Marker) -> HttpResponse:
    form = MarkerForm(request.POST or None, instance=marker)
    if form.is_valid():
        try:
            marking.save(form.instance)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(_list(marker.project))
    context = {"project": marker.project, "marker": marker, "form": form}
    return render(request, "results/marker_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def marker_delete(request: HttpRequest, project_id: ObjectId, marker_id: ObjectId) -> HttpResponse:
    marker = of_project_or_404(Marker, request.user, project_id, marker_id)
    marker.delete()
    messages.success(request, f"The marker “{marker}” is deleted.")
    return redirect(_list(marker.project))


def _list(project: Project) -> str:
    return reverse("results:marker_list", args=[project.pk])

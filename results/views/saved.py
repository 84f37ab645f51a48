"""Filters of the list under a name."""

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ownership import owned_or_404
from projects.models import Project
from projects.ownership import of_project_or_404
from results import saving
from results.forms import ViewForm
from results.models import SavedView


@login_required
@require_http_methods(["GET", "POST"])
def view_create(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """The query string is the filter to be saved."""
    project = owned_or_404(Project, request.user, project_id)
    return _edit(request, saving.new_view(project, query=request.GET.urlencode()))


@login_required
@require_http_methods(["GET", "POST"])
def view_edit(request: HttpRequest, project_id: ObjectId, view_id: ObjectId) -> HttpResponse:
    return _edit(request, of_project_or_404(SavedView, request.user, project_id, view_id))


def _edit(request: HttpRequest, view: SavedView) -> HttpResponse:
    form = ViewForm(request.POST or None, initial={"name": view.name})
    if form.is_valid():
        view.name = form.cleaned_data["name"]
        try:
            saving.save(view)
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            return redirect(f"{_list(view.project)}?{view.query}")
    context = {"project": view.project, "view": view, "form": form}
    return render(request, "results/view_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def view_delete(request: HttpRequest, project_id: ObjectId, view_id: ObjectId) -> HttpResponse:
    view = of_project_or_404(SavedView, request.user, project_id, view_id)
    view.delete()
    messages.success(request, f"The view “{view}” is deleted. Its reviews are still there.")
    return redirect(_list(view.project))


def _list(project: Project) -> str:
    return reverse("results:result_list", args=[project.pk])

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ownership import owned_or_404
from projects.forms import ConfigForm, ProductForm, ProjectDeleteForm, ProjectForm
from projects.models import Preset, Project

FORM = require_http_methods(["GET", "POST"])


@login_required
@FORM
def project_edit(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    said = request.POST or None
    form = ProjectForm(said, instance=owned_or_404(Project, request.user, project_id))
    product, config = ProductForm(said, values={"product": project.product}), ConfigForm(said, values=project.config)
    forms = (form, product, config)
    if form.is_valid() & product.is_valid() & config.is_valid():  # all, so that each says what is wrong
        changed = form.save(commit=False)
        changed.product = product.values()["product"]
        changed.adjust(config.values())
        changed.save_said()
        messages.success(request, "The settings are saved.")
        return redirect("projects:project_edit", project.pk)
    context = {
        "project": project,
        "form": form,
        "product": product,
        "config": config,
        "forms": forms,
        "preset": Preset.objects.find(request.user, project.preset),
        "presets": Preset.objects.open_to(request.user),
    }
    return render(request, "projects/project_edit.html", context, status=422 if any(f.errors for f in forms) else 200)


@login_required
@require_POST
def project_use_preset(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """All settings of a preset, in the place of the project's."""
    project = owned_or_404(Project, request.user, project_id)
    preset = Preset.objects.find(request.user, request.POST.get("preset", ""))
    if preset is None:
        raise Http404
    project.use(preset)
    project.save(update_fields=["preset", "config", "updated_at"])
    messages.success(request, f"The settings are those of “{preset}” now.")
    return redirect("projects:project_edit", project.pk)


@login_required
@FORM
def project_archive(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    if request.method == "POST":
        project.archive()
        messages.success(request, f"“{project}” is archived.")
        return redirect("projects:project_list")
    context = {
        "title": f"Archive “{project}”?",
        "effects": [
            "It leaves the list and the dashboard, a run that is going on stops, and no new one can start.",
            "All reviews stay, and you can restore it at any time.",
        ],
        "action": "Archive",
        "cancel_url": reverse("projects:project_edit", args=[project.pk]),
        "project": project,
    }
    return render(request, "ui/confirm.html", context)


@login_required
@require_POST
def project_pause(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    project.pause()
    messages.success(request, f"“{project}” is paused: no run can start.")
    return redirect("projects:project_edit", project.pk)


@login_required
@require_POST
def project_restore(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    project.restore()
    messages.success(request, f"“{project}” is active again.")
    return redirect(project)


@login_required
@FORM
def project_delete(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    form = ProjectDeleteForm(request.POST or None, project=project)
    if form.is_valid():
        project.leave()
        messages.success(request, f"“{project}” is deleted.")
        return redirect("projects:project_list")
    context = {
        "form": form,
        "title": f"Delete “{project}”?",
        "effects": ["All its targets, reviews, jobs and uploaded files go with it.", "It cannot be undone."],
        "action": "Delete for good",
        "cancel_url": reverse("projects:project_edit", args=[project.pk]),
        "project": project,
    }
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)

"""The pages on which projects and targets change. Those that show what was found are in ``sentimatrix_studio``."""

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ownership import owned_or_404, signed_in
from projects.forms import ProjectCreateForm, ProjectDeleteForm, ProjectForm, TargetForm, TargetsForm
from projects.models import Added, Project, Target

FORM = require_http_methods(["GET", "POST"])


def _target(request: HttpRequest, project_id: ObjectId, target_id: ObjectId) -> Target:
    return owned_or_404(Target, request.user, target_id, project_id=project_id)


def _status(form: ProjectForm | ProjectDeleteForm | TargetForm | TargetsForm) -> int:
    return 422 if form.errors else 200


@login_required
@FORM
def project_create(request: HttpRequest) -> HttpResponse:
    form = ProjectCreateForm(request.POST or None, instance=Project(owner=signed_in(request)))
    if form.is_valid():
        project = form.save()
        project.add_targets(form.cleaned_data["addresses"])
        messages.success(request, f"“{project}” is created.")
        return redirect(project)
    return render(request, "projects/project_create.html", {"form": form}, status=_status(form))


@login_required
@FORM
def project_edit(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    form = ProjectForm(request.POST or None, instance=owned_or_404(Project, request.user, project_id))
    if form.is_valid():
        form.save()
        messages.success(request, "The settings are saved.")
        return redirect("projects:project_edit", project.pk)
    return render(request, "projects/project_edit.html", {"project": project, "form": form}, status=_status(form))


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
            "It leaves the list and the dashboard, and no new run can start.",
            "All reviews stay, and you can restore it at any time.",
        ],
        "action": "Archive",
        "cancel_url": reverse("projects:project_edit", args=[project.pk]),
        "project": project,
    }
    return render(request, "ui/confirm.html", context)


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
        project.delete()
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
    return render(request, "ui/confirm.html", context, status=_status(form))


@login_required
@FORM
def target_create(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    form = TargetsForm(request.POST or None)
    if form.is_valid():
        messages.success(request, _tell_added(project.add_targets(form.cleaned_data["addresses"])))
        return redirect("projects:target_list", project.pk)
    return render(request, "projects/target_create.html", {"project": project, "form": form}, status=_status(form))


def _tell_added(added: list[Added]) -> str:
    new = sum(one.is_new for one in added)
    known = len({one.target.pk for one in added}) - new
    words = [f"{new} {'target' if new == 1 else 'targets'} added."]
    if known:
        words.append(f"{known} {'was' if known == 1 else 'were'} already there.")
    return " ".join(words)


@login_required
@FORM
def target_edit(request: HttpRequest, project_id: ObjectId, target_id: ObjectId) -> HttpResponse:
    target = _target(request, project_id, target_id)
    form = TargetForm(request.POST or None, instance=target)
    if form.is_valid():
        form.save()
        messages.success(request, "The target is saved.")
        return redirect("projects:target_list", project_id)
    context = {"project": target.project, "target": target, "form": form}
    return render(request, "projects/target_edit.html", context, status=_status(form))


@login_required
@require_POST
def target_pause(request: HttpRequest, project_id: ObjectId, target_id: ObjectId) -> HttpResponse:
    target = _target(request, project_id, target_id)
    target.pause()
    messages.success(request, f"“{target}” is paused: runs pass it by.")
    return redirect("projects:target_list", project_id)


@login_required
@require_POST
def target_resume(request: HttpRequest, project_id: ObjectId, target_id: ObjectId) -> HttpResponse:
    target = _target(request, project_id, target_id)
    target.resume()
    messages.success(request, f"“{target}” is visited again with the next run.")
    return redirect("projects:target_list", project_id)


@login_required
@FORM
def target_delete(request: HttpRequest, project_id: ObjectId, target_id: ObjectId) -> HttpResponse:
    target = _target(request, project_id, target_id)
    if request.method == "POST":
        name = str(target)
        target.delete()
        messages.success(request, f"“{name}” is deleted.")
        return redirect("projects:target_list", project_id)
    context = {
        "title": f"Delete “{target}”?",
        "effects": ["The reviews collected from it go with it, and all figures follow.", "It cannot be undone."],
        "action": "Delete",
        "cancel_url": reverse("projects:target_list", args=[project_id]),
        "project": target.project,
    }
    return render(request, "ui/confirm.html", context)

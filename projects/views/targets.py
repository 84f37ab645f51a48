from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ownership import owned_or_404
from projects.forms import MAX_ADDRESSES, TargetForm, TargetsForm, lines_of
from projects.models import Added, Project, Target
from projects.ownership import of_project_or_404
from projects.platforms import Detected, detect

FORM = require_http_methods(["GET", "POST"])


@login_required
@require_POST
def addresses_check(request: HttpRequest) -> HttpResponse:
    """What each line typed so far is, or why it is nothing: a part of the pages on which addresses are typed."""
    lines = lines_of(request.POST.get("addresses", ""))
    checked = [_checked(number, line.strip()) for number, line in lines[:MAX_ADDRESSES]]
    bad = sum(line["found"] is None for line in checked)
    context = {"lines": checked, "bad": bad, "good": len(checked) - bad, "is_too_long": len(lines) > MAX_ADDRESSES}
    return render(request, "projects/_checked.html", context)


def _checked(number: int, line: str) -> dict[str, object]:
    found: Detected | None = None
    problem = ""
    try:
        found = detect(line)
    except ValidationError as error:
        problem = error.messages[0]
    return {"number": number, "text": line, "found": found, "problem": problem}


@login_required
@FORM
def target_create(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    form = TargetsForm(request.POST or None)
    if form.is_valid():
        messages.success(request, _tell_added(project.add_targets(form.cleaned_data["addresses"])))
        return redirect("projects:target_list", project.pk)
    context = {"project": project, "form": form}
    return render(request, "projects/target_create.html", context, status=422 if form.errors else 200)


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
    target = of_project_or_404(Target, request.user, project_id, target_id)
    form = TargetForm(request.POST or None, instance=target)
    if form.is_valid():
        form.save()
        messages.success(request, "The target is saved.")
        return redirect("projects:target_list", project_id)
    context = {"project": target.project, "target": target, "form": form}
    return render(request, "projects/target_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def target_pause(request: HttpRequest, project_id: ObjectId, target_id: ObjectId) -> HttpResponse:
    target = of_project_or_404(Target, request.user, project_id, target_id)
    target.pause()
    messages.success(request, f"“{target}” is paused: runs pass it by.")
    return redirect("projects:target_list", project_id)


@login_required
@require_POST
def target_resume(request: HttpRequest, project_id: ObjectId, target_id: ObjectId) -> HttpResponse:
    target = of_project_or_404(Target, request.user, project_id, target_id)
    target.resume()
    messages.success(request, f"“{target}” is visited again with the next run.")
    return redirect("projects:target_list", project_id)


@login_required
@FORM
def target_delete(request: HttpRequest, project_id: ObjectId, target_id: ObjectId) -> HttpResponse:
    target = of_project_or_404(Target, request.user, project_id, target_id)
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

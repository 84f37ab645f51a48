from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ownership import owned_or_404, signed_in
from projects import config
from projects.forms import ConfigForm, PresetForm, PresetScheduleForm
from projects.models import Preset

FORM = require_http_methods(["GET", "POST"])


@login_required
@require_safe
def preset_list(request: HttpRequest) -> HttpResponse:
    """Those of the system, and one's own."""
    found = Preset.objects.open_to(request.user)
    context = {
        "system": [preset for preset in found if preset.is_system],
        "own": [preset for preset in found if not preset.is_system],
    }
    return render(request, "projects/preset_list.html", context)


@login_required
@FORM
def preset_create(request: HttpRequest) -> HttpResponse:
    return _edit(request, Preset(owner=signed_in(request), config=config.defaults()))


@login_required
@FORM
def preset_edit(request: HttpRequest, preset_id: str) -> HttpResponse:
    return _edit(request, owned_or_404(Preset, request.user, preset_id))


def _edit(request: HttpRequest, preset: Preset) -> HttpResponse:
    said = request.POST or None
    form, settings = PresetForm(said, instance=preset), ConfigForm(said, values=preset.config)
    schedule = PresetScheduleForm(said, schedule=preset.schedule)
    if form.is_valid() & settings.is_valid() & schedule.is_valid():  # all, so that each says what is wrong
        preset.config, preset.schedule = settings.values(), schedule.schedule()
        form.save()
        messages.success(request, f"“{preset}” is saved.")
        return redirect("projects:preset_list")
    context = {
        "preset": preset,
        "form": form,
        "config": settings,
        "schedule": schedule,
        "forms": (form, settings, schedule),
        "is_new": preset._state.adding,
    }
    has_errors = bool(form.errors or settings.errors or schedule.errors)
    return render(request, "projects/preset_edit.html", context, status=422 if has_errors else 200)


@login_required
@require_POST
def preset_duplicate(request: HttpRequest, preset_id: str) -> HttpResponse:
    """To the page on which the copy is changed."""
    preset = Preset.objects.find(request.user, preset_id)
    if preset is None:
        raise Http404
    copy = Preset.copy_of(preset, signed_in(request).pk)
    copy.save()
    messages.success(request, f"“{preset}” is duplicated: this is the copy.")
    return redirect("projects:preset_edit", copy.pk)


@login_required
@FORM
def preset_delete(request: HttpRequest, preset_id: str) -> HttpResponse:
    preset = owned_or_404(Preset, request.user, preset_id)
    if request.method == "POST":
        preset.delete()
        messages.success(request, f"“{preset}” is deleted.")
        return redirect("projects:preset_list")
    context = {
        "title": f"Delete “{preset}”?",
        "effects": ["Projects that were made with it keep their settings.", "It cannot be undone."],
        "action": "Delete",
        "cancel_url": reverse("projects:preset_list"),
    }
    return render(request, "ui/confirm.html", context)

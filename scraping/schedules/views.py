"""The pages of schedules: all of them in a list, and each as a part of its project."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ownership import owned_or_404, signed_in
from projects.models import Project
from scraping.choices import Trigger
from scraping.models import JobRefused, Schedule
from scraping.models.schedules import TIMES
from scraping.schedules import due
from scraping.schedules.forms import ScheduleForm, suggestions
from scraping.schedules.wording import zone_name
from sentimatrix_studio.requests import costly

PAGE_SIZE = 25
FORM = require_http_methods(["GET", "POST"])


@dataclass(frozen=True, slots=True)
class Preview:
    """What a form means, whether it is kept or not."""

    sentence: str
    runs: list[datetime]
    zone: str
    zone_name: str


@login_required
@require_safe
def schedule_list(request: HttpRequest) -> HttpResponse:
    found = Schedule.objects.shown_to(request.user).in_order().prefetch_related("project")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "scraping/schedule_list.html", {"page": page, "schedules": page.object_list})


@login_required
@FORM
def schedule_detail(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """The form, what it means, and what became of planned runs. The query may fill in times: see ``suggestions``."""
    project = owned_or_404(Project, request.user, project_id)
    form = _form(request, project)
    if form.is_valid():
        try:
            form.instance.keep(now())
        except IntegrityError:  # the same form came twice at once
            messages.info(request, "This project has just been given a schedule.")
        else:
            messages.success(request, "The schedule is saved.")
        return redirect(form.instance)
    return _page(request, project, form)


@login_required
@require_POST
def schedule_preview(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """What the form would mean: a part of the page for scripts, and without them the page. Nothing is kept."""
    project = owned_or_404(Project, request.user, project_id)
    form = _form(request, project)
    if request.htmx:  # type: ignore[attr-defined]  # set by the middleware of django-htmx
        return render(request, "scraping/_next_runs.html", {"preview": _preview(form), "form": form})
    return _page(request, project, form)


@login_required
@require_POST
@costly("POST")
def schedule_run(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    schedule = Schedule.objects.of_project_or_404(request.user, project_id)
    try:
        return redirect(due.run_now(schedule, Trigger.MANUAL, now()))
    except JobRefused as refused:
        messages.error(request, refused.message)
        return redirect(schedule)


@login_required
@require_POST
def schedule_toggle(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    schedule = Schedule.objects.of_project_or_404(request.user, project_id)
    schedule.switch(now())
    messages.success(request, f"The schedule is {'on' if schedule.enabled else 'off'}.")
    return redirect(schedule)


@login_required
@FORM
def schedule_delete(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    schedule = Schedule.objects.of_project_or_404(request.user, project_id)
    if request.method == "POST":
        schedule.delete()
        messages.success(request, "The schedule is deleted.")
        return redirect(schedule)
    context = {
        "title": "Delete the schedule?",
        "effects": ["Runs of this project start by hand again.", "The history goes with it. Jobs and reviews stay."],
        "action": "Delete",
        "cancel_url": reverse("scraping:schedule_detail", args=[project_id]),
        "project": schedule.project,
    }
    return render(request, "ui/confirm.html", context)


def _form(request: HttpRequest, project: Project) -> ScheduleForm:
    user = signed_in(request)
    kept = Schedule.objects.filter(project=project).first()
    suggested = {name: request.GET[name] for name in TIMES if name in request.GET}
    new = Schedule(owner=user, project=project, timezone=user.timezone)
    return ScheduleForm(request.POST or None, instance=kept or new, initial=suggested)


def _preview(form: ScheduleForm) -> Preview | None:
    """None: the form has errors."""
    said = form if form.is_bound else ScheduleForm(form.initial, instance=Schedule())
    if not said.is_valid():
        return None
    schedule = Schedule(**{name: said.cleaned_data[name] for name in TIMES})
    zone = schedule.timezone
    return Preview(schedule.sentence, schedule.upcoming(now()), zone, zone_name(zone))


def _page(request: HttpRequest, project: Project, form: ScheduleForm) -> HttpResponse:
    schedule = Schedule.objects.filter(project=project).first()
    context: dict[str, Any] = {
        "project": project,
        "schedule": schedule,
        "form": form,
        "preview": _preview(form),
        "suggestions": suggestions(),
    }
    if schedule is not None:
        context["page"] = Paginator(schedule.slots.newest(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "scraping/schedule_detail.html", context, status=422 if form.errors else 200)

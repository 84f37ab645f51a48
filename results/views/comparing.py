from collections.abc import Sequence
from typing import Any

from bson import ObjectId
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.ownership import owned_or_404, signed_in
from projects.choices import Platform
from projects.models import Project
from results import across, comparing, explorer, panels
from results.chips import chips
from results.counting import CountingError
from results.figures import side_by_side
from results.filters import ResultFilter
from results.forms import values_of

WAYS = {"targets": "Targets", "platforms": "Platforms", "periods": "Periods"}
MOST_OFFERED = 50  # projects, besides those that are chosen
PARAMETERS = ("by", "other_from", "other_to")
CHOSEN_BY = {"targets": ["target_id"], "platforms": ["platform"], "periods": ["date_from", "date_to"]}


@login_required
@require_safe
def compare(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """Two to five targets or platforms side by side, or two periods. What to compare is chosen on the page itself."""
    project = owned_or_404(Project, request.user, project_id)
    by = request.GET.get("by") if request.GET.get("by") in WAYS else "targets"
    context: dict[str, Any] = {"project": project, "by": by, "ways": WAYS, "query": request.GET}
    is_asked = any(request.GET.get(name) for name in (*CHOSEN_BY[str(by)], "other_from", "other_to"))
    asked = ResultFilter()
    try:
        asked = ResultFilter.parse(project, request.GET, beside=PARAMETERS)
        if is_asked or by == "platforms":
            wanted = comparing.Asked.parse(project, asked, request.GET)
            context |= _compared(comparing.compare(project, wanted))
    except ValidationError as error:
        context["problems"] = explorer.problems(error) if is_asked else []
    except CountingError as error:
        context["problems"] = [error.message]
    context |= _choices(project, asked, str(by))
    return render(request, "results/compare.html", context, status=422 if context.get("problems") else 200)


@login_required
@require_safe
def compare_projects(request: HttpRequest) -> HttpResponse:
    """Two to five of one's projects side by side, which are chosen on the page itself."""
    context: dict[str, Any] = {"query": request.GET, "kept": request.GET.getlist("platform")}
    projects: list[Project] = []
    try:
        wanted = across.Asked.parse(request.user, request.GET, beside=["search"])
        projects = wanted.projects
        if len(projects) >= comparing.FEWEST:
            context |= _compared(across.compare(wanted))
    except ValidationError as error:
        context["problems"] = explorer.problems(error)
    context |= {"chosen": projects, **_offered(signed_in(request), projects, request.GET.get("search", ""))}
    return render(request, "results/compare_projects.html", context, status=422 if context.get("problems") else 200)


def _offered(user: User, chosen: Sequence[Project], search: str) -> dict[str, Any]:
    """The chosen projects and the newest others."""
    own = Project.objects.owned_by(user).order_by("-created_at", "-pk")
    others = own.named_like(search).exclude(pk__in=[project.pk for project in chosen])[: MOST_OFFERED + 1]
    found = list(others)
    return {"others": found[:MOST_OFFERED], "has_more": len(found) > MOST_OFFERED or bool(search)}


def _compared(found: comparing.Comparison) -> dict[str, Any]:
    if not found.others:
        return {}
    return {
        "parts": [(part, found.link(part.key)) for part in found.parts],
        "figures": side_by_side([part.tally for part in found.parts]),
        "verdicts": [(part.name, comparing.verdict(part, found.first)) for part in found.others],
        "first": found.first.name,
        "sides": panels.sides_of_parts(found.parts, found.classes, found.link),
        "emotions": panels.emotions_of_parts(found.parts, found.link),
        "emotions_template": f"ui/charts/{'radar' if len(found.parts) == comparing.FEWEST else 'heat'}.html",
        "counted_from": found.counted_from,
        "notices": found.notices,
    }


def _choices(project: Project, asked: ResultFilter, by: str) -> dict[str, Any]:
    targets = list(project.targets.order_by("created_at", "pk"))
    platforms = dict.fromkeys(target.platform for target in targets)
    rest = asked.without(*CHOSEN_BY[by])
    return {
        "targets": [(str(one.pk), str(one), one.pk in asked.target_id) for one in targets],
        "platforms": [(name, Platform(name).label, name in asked.platform) for name in platforms],
        "days": asked.days,
        "kept": [(name, value) for name, values in values_of(rest).items() for value in values],
        "chips": chips(rest, project),
    }

from bson import ObjectId
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ownership import owned_or_404
from projects.models import Project
from results import explorer
from results.report import Span, report


@login_required
@require_safe
def analytics(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    try:
        span, problems = Span.parse(project, request.GET), []
    except ValidationError as error:
        span, problems = Span(), explorer.problems(error)
    found = report(project, span)
    context = {
        "project": project,
        "problems": problems,
        "span": span,
        "presets": span.presets(),
        "units": span.units(found.unit),
        "report": found,
    }
    return render(request, "results/analytics.html", context, status=422 if problems else 200)

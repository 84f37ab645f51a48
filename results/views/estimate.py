from bson import ObjectId
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ownership import owned_or_404
from projects.models import Project
from results import explorer
from results.analysis.estimating import outlook
from results.chips import chips
from results.filters import ResultFilter
from results.views.requests import HtmxRequest


@login_required
@require_safe
def estimate(request: HtmxRequest, project_id: ObjectId) -> HttpResponse:
    """What a language model would cost: for the next run, and for reading again what the filters find."""
    project = owned_or_404(Project, request.user, project_id)
    if request.htmx:
        return render(request, "results/_estimate.html", {"project": project, "outlook": outlook(project)})
    try:
        asked = ResultFilter.parse(project, request.GET)
    except ValidationError as error:
        context = {"project": project, "problems": explorer.problems(error)}
        return render(request, "results/estimate.html", context, status=422)
    context = {
        "project": project,
        "run": outlook(project),
        "again": outlook(project, asked.queryset(project)),
        "chips": chips(asked, project),
    }
    return render(request, "results/estimate.html", context)

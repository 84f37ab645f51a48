from bson import ObjectId
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ownership import owned_or_404
from projects.models import Project
from results.aspects_report import report
from results.counting import CountingError
from results.views.analytics import answered, asked_in


@login_required
@require_safe
def aspects(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """What is praised and what hurts."""
    project = owned_or_404(Project, request.user, project_id)
    question, problems = asked_in(request, project)
    context = {
        "project": project,
        "is_wanted": project.config["analysis"]["aspects"],
        "problems": problems,
        **answered(project, question),
    }
    try:
        context["report"] = report(project, question.asked)
    except CountingError as error:
        context["problems"] = [error.message]
    return render(request, "results/aspects.html", context, status=422 if problems else 200)

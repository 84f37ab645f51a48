from typing import Any

from bson import ObjectId
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.ownership import owned_or_404
from projects.models import Project
from results import explorer
from results.chips import chips
from results.counting import CountingError
from results.engines import mixture
from results.report import Question, report


@login_required
@require_safe
def analytics(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    try:
        question, problems = Question.parse(project, request.GET), []
    except ValidationError as error:
        question, problems = Question(), explorer.problems(error)
    context: dict[str, Any] = {
        "project": project,
        "problems": problems,
        "question": question,
        "presets": question.presets(),
        "kept": question.beside("date_from", "date_to"),
        "chips": chips(question.asked, project),
    }
    try:
        found = report(project, question, timezone.get_current_timezone_name())
        context |= {"mixture": mixture(project), "report": found, "units": question.units(found.unit)}
    except CountingError as error:
        context["problems"] = [error.message]
    return render(request, "results/analytics.html", context, status=422 if problems else 200)

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
    question, problems = asked_in(request, project)
    context = {"project": project, "problems": problems, **answered(project, question)}
    try:
        found = report(project, question, timezone.get_current_timezone_name())
        context |= {"mixture": mixture(project), "report": found, "units": question.units(found.unit)}
    except CountingError as error:
        context["problems"] = [error.message]
    return render(request, "results/analytics.html", context, status=422 if problems else 200)


def asked_in(request: HttpRequest, project: Project) -> tuple[Question, list[str]]:
    """What is wrong with a question is said, and then all reviews are asked for."""
    try:
        return Question.parse(project, request.GET), []
    except ValidationError as error:
        return Question(), explorer.problems(error)


def answered(project: Project, question: Question) -> dict[str, Any]:
    """What the head of a report shows: which question it answers, and the ways to ask another."""
    return {
        "question": question,
        "presets": question.presets(),
        "kept": question.beside("date_from", "date_to"),
        "chips": chips(question.asked, project),
    }

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.ownership import owned_or_404
from projects.models import Project
from results import explorer
from results.analysis.engine import AnalysisError
from results.charts.scales import percent, signed
from results.explanations import can_be_explained, explain_result, explained_text
from results.filters import ResultFilter
from results.languages import language_name
from results.models import Result
from results.removal import delete_results
from results.shares import emotion_shares, sentiment_shares
from results.views.requests import HtmxRequest


def _result(request: HttpRequest, project_id: ObjectId, result_id: ObjectId) -> Result:
    project = owned_or_404(Project, request.user, project_id)
    result = owned_or_404(Result, request.user, result_id, project_id=project.pk)
    result.project = project
    return result


@login_required
@require_safe
def result_detail(request: HttpRequest, project_id: ObjectId, result_id: ObjectId) -> HttpResponse:
    """The query string is the filter of the list that the review was opened from."""
    result = _result(request, project_id, result_id)
    asked = _asked_or_all(result.project, request.GET)
    context = {
        "project": result.project,
        "result": result,
        "asked": asked,
        "neighbours": explorer.neighbours(asked, result),
        "scores": sentiment_shares(result.scores, result.project.sentiment_classes),
        "emotions": emotion_shares((found["emotion"], found["score"]) for found in result.emotions),
        "score": signed(result.score or 0, 2),
        "confidence": percent(result.confidence or 0, 1),
        "language": language_name(result.language or result.source_language),
        "words": explained_text(result),
        "can_be_explained": can_be_explained(result),
    }
    return render(request, "results/result_detail.html", context)


def _asked_or_all(project: Project, query: QueryDict) -> ResultFilter:
    """Here the filter only says which reviews come before and after: one that is wrong is passed over."""
    try:
        return ResultFilter.parse(project, query)
    except ValidationError:
        return ResultFilter()


@login_required
@require_safe
def result_explanation(request: HtmxRequest, project_id: ObjectId, result_id: ObjectId) -> HttpResponse:
    """The words that drove the label, found out when first asked for. Without htmx the review's page shows them."""
    result = _result(request, project_id, result_id)
    problem = ""
    if can_be_explained(result) and result.explanation is None:
        try:
            explain_result(result)
        except AnalysisError as error:
            problem = error.message
    if request.htmx:
        context = {"project": result.project, "result": result, "words": explained_text(result), "problem": problem}
        return render(request, "results/_explanation.html", context)
    if problem:
        messages.error(request, problem)
    return redirect("results:result_detail", project_id, result_id)


@login_required
@require_http_methods(["GET", "POST"])
def result_delete(request: HttpRequest, project_id: ObjectId, result_id: ObjectId) -> HttpResponse:
    result = _result(request, project_id, result_id)
    if request.method == "POST":
        delete_results(result.project, Result.objects.filter(pk=result.pk))
        messages.success(request, "The review is deleted.")
        return redirect("results:result_list", project_id)
    context = {
        "title": "Delete this review?",
        "text": f"“{result}”",
        "effects": [
            "All figures and charts follow.",
            "If it is still there when its target is visited again, it comes back.",
        ],
        "action": "Delete",
        "cancel_url": reverse("results:result_detail", args=[project_id, result_id]),
        "project": result.project,
    }
    return render(request, "ui/confirm.html", context)

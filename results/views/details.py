from typing import Any

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from projects.models import Project
from projects.ownership import of_project_or_404
from results import explorer
from results.analysis.engine import AnalysisError
from results.aspects import said_in
from results.charts.scales import percent, signed
from results.explanations import can_be_explained, explain_result, explained_text
from results.forms import LabelChoices
from results.languages import language_name
from results.models import Result
from results.revisions import versions
from results.selection import ALL, Selection
from results.shares import ModelLabel, emotion_shares, fine_emotion_shares, sentiment_shares
from results.views.requests import HtmxRequest


@login_required
@require_safe
def result_detail(request: HttpRequest, project_id: ObjectId, result_id: ObjectId) -> HttpResponse:
    """The query string is the filter of the list that the review was opened from."""
    result = of_project_or_404(Result, request.user, project_id, result_id)
    return render(request, "results/result_detail.html", detail_context(request, result))


def detail_context(request: HttpRequest, result: Result) -> dict[str, Any]:
    """What ``_detail.html`` shows, on the page of a review and in the drawer."""
    selection, classes = selection_or_all(result.project, request.GET), result.project.sentiment_classes
    return {
        "project": result.project,
        "result": result,
        "query": f"?{selection.query}" if selection.query else "",
        "neighbours": explorer.neighbours(selection, result),
        "labels": LabelChoices(result.project, result),
        "model": ModelLabel.of(result),
        "scores": sentiment_shares(result.scores, classes),
        "emotions": emotion_shares((found["emotion"], found["score"]) for found in result.emotions),
        "fine_emotions": fine_emotion_shares((found["emotion"], found["score"]) for found in result.fine_emotions),
        "score": signed(result.score or 0, 2),
        "confidence": percent(result.confidence or 0, 1),
        "language": language_name(result.language or result.source_language),
        "aspects": list(said_in(result)),
        "words": explained_text(result),
        "can_be_explained": can_be_explained(result),
        "versions": versions(result),
    }


def selection_or_all(project: Project, query: QueryDict) -> Selection:
    """Where a filter only says what stands around a review, one that is wrong is passed over."""
    try:
        return Selection.parse(project, query)
    except ValidationError:
        return ALL


@login_required
@require_safe
def result_explanation(request: HtmxRequest, project_id: ObjectId, result_id: ObjectId) -> HttpResponse:
    """The words that drove the label, found out when first asked for. Without htmx the review's page shows them."""
    result = of_project_or_404(Result, request.user, project_id, result_id)
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

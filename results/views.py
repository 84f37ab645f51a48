from typing import Any

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from accounts.ownership import owned_or_404
from projects.models import Project, Target
from results import explorer, listing
from results.analysis.engine import AnalysisError
from results.analysis.on_demand import analyse_now, explain_now
from results.charts.scales import percent, signed
from results.chips import chips
from results.explanations import can_be_explained, explain_result, explained_text
from results.exports import PARAMETERS, ExportRequest, export, response
from results.filters import ResultFilter
from results.forms import FilterForm, SentenceForm, values_of
from results.languages import language_name
from results.models import Result
from results.removal import delete_results
from results.report import Span, report
from results.shares import emotion_shares, fine_emotion_shares, sentiment_shares
from sentimatrix_studio.mongo.pipelines import rows_where
from sentimatrix_studio.requests import costly

EXPORT_FORMATS = [
    ("csv", "table-2", "CSV"),
    ("xlsx", "sheet", "Excel"),
    ("json", "braces", "JSON"),
    ("jsonl", "list", "JSON Lines"),
]
UNREADABLE = "The database did not answer. Nothing is lost: try again in a moment."


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


def _result(request: HttpRequest, project_id: ObjectId, result_id: ObjectId) -> Result:
    project = owned_or_404(Project, request.user, project_id)
    result = owned_or_404(Result, request.user, result_id, project_id=project.pk)
    result.project = project
    return result


# The list


@login_required
@require_safe
@vary_on_headers("HX-Request")
def result_list(request: HtmxRequest, project_id: ObjectId) -> HttpResponse:
    """The page, or the list alone when htmx asks for it: the same reviews either way."""
    project = owned_or_404(Project, request.user, project_id)
    values, status = dict(request.GET.lists()), 200
    context: dict[str, Any] = {"project": project, "export_formats": EXPORT_FORMATS}
    try:
        asked = ResultFilter.parse(project, request.GET, beside=["cursor"])
        values = values_of(asked)
        context |= _found(project, asked, request.GET.get("cursor", ""))
    except ValidationError as error:
        context["problems"], status = explorer.problems(error), 422
    except DatabaseError:
        context |= {"problems": [UNREADABLE], "can_retry": True}
        status = 503
    context["form"] = FilterForm(project, rows_where(Target, {"project_id": project.pk}), values)
    is_fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, f"results/{'_' if is_fragment else ''}result_list.html", context, status=status)


def _found(project: Project, asked: ResultFilter, cursor: str) -> dict[str, Any]:
    page = listing.page(asked.queryset(project), cursor)
    query = f"?{asked.query}" if asked.query else ""
    return {
        "asked": asked,
        "rows": listing.rows(project, page.results, asked.search, query),
        "links": explorer.links(asked, page),
        "overview": explorer.overview(asked.counts(project), asked),
        "chips": chips(asked, project),
    }


@login_required
@require_safe
@costly("GET")
def result_export(request: HttpRequest, project_id: ObjectId) -> HttpResponseBase:
    """Exactly what the list finds, as a file."""
    project = owned_or_404(Project, request.user, project_id)
    try:
        asked = ResultFilter.parse(project, request.GET, beside=PARAMETERS)
        form = ExportRequest.parse(request.GET)
    except ValidationError as error:
        messages.error(request, f"Nothing was exported. {' '.join(error.messages)}")
        return redirect("results:result_list", project_id)
    return response(request, export(project, asked, form))


# One review


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
        delete_results(Result.objects.filter(pk=result.pk))
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


# Figures


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


# Try it


@login_required
@require_http_methods(["GET", "POST"])
@costly("POST")
def try_sentence(request: HtmxRequest) -> HttpResponse:
    """What the local engine makes of a sentence. Nothing is kept."""
    form = SentenceForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            context |= _read(form.cleaned_data["text"])
        except AnalysisError as error:
            context["problem"] = error.message
    template = "results/_try.html" if request.htmx else "results/try_sentence.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _read(text: str) -> dict[str, Any]:
    analysis = analyse_now(text)
    return {
        "analysis": analysis,
        "scores": sentiment_shares(analysis.scores, 5),
        "emotions": emotion_shares(analysis.emotions),
        "fine_emotions": fine_emotion_shares(analysis.fine_emotions),
        "words": explain_now(text) if analysis.is_analysed else [],
    }

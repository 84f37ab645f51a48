"""Labelling and deleting, one review or many, and undoing it."""

from typing import Any

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.ownership import owned_or_404, signed_in
from projects.models import Project
from projects.ownership import of_project_or_404
from results import correcting, counting, explorer, listing, undo
from results.forms import said_in
from results.models import Change, Result, ResultQuerySet
from results.removal import delete_results
from results.selection import Selection
from results.views.details import detail_context, selection_or_all
from results.views.requests import HtmxRequest

CHANGES_SHOWN = 50


@login_required
@require_POST
def result_label(request: HtmxRequest, project_id: ObjectId, result_id: ObjectId) -> HttpResponse:
    """Answers with what shows the review: its page, its drawer, or its row of the list."""
    result = of_project_or_404(Result, request.user, project_id, result_id)
    change, problem = None, ""
    try:
        said = correcting.read_label(result.project, said_in(request.POST))
        change = correcting.relabel_one(result, said, signed_in(request))
    except ValidationError as error:
        problem = " ".join(error.messages)
    if not request.htmx:
        _tell(request, result.project, change, problem)
        return redirect(f"{reverse('results:result_detail', args=[project_id, result_id])}{_query(request)}")
    labelled = of_project_or_404(Result, request.user, project_id, result_id)
    if request.htmx.target == "review":
        return _drawer(request, labelled, change, problem)
    return _row(request, labelled, change, problem)


def _drawer(request: HtmxRequest, result: Result, change: Change | None, problem: str) -> HttpResponse:
    context = {**detail_context(request, result), "change": change, "problem": problem}
    return trigger_client_event(render(request, "results/_detail.html", context), "review-labelled")


def _row(request: HtmxRequest, result: Result, change: Change | None, problem: str) -> HttpResponse:
    """With the figures over the list, which follow at once."""
    project, selection = result.project, selection_or_all(result.project, request.GET)
    context = {
        "project": project,
        "rows": listing.rows(project, [result], selection, is_selectable=True),
        "overview": explorer.overview(counting.counts(project, selection.asked), selection),
        "chips": explorer.removable(selection, project),
        "swap": True,
    }
    answer = render(request, "results/_labelled_row.html", context)
    return trigger_client_event(answer, "toast", _toast(project, change, problem))


def _toast(project: Project, change: Change | None, problem: str) -> dict[str, Any]:
    if not change or not change.count:
        return {"message": problem or "That is what its label says already."}
    return {"message": f"{change}.", "undo": reverse("results:change_undo", args=[project.pk, change.pk])}


@login_required
@require_POST
def result_bulk(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """Label or delete the reviews that are ticked, or all that the filter in the address finds."""
    project = owned_or_404(Project, request.user, project_id)
    try:
        selection = Selection.parse(project, request.GET)
        results = selection.asked.queryset(project) if request.POST.get("all") else _ticked(project, request.POST)
        if request.POST.get("action") == "delete":
            change, passed_over = delete_results(project, results), 0
        else:
            said = correcting.read_label(project, said_in(request.POST))
            done = correcting.relabel(project, results, said, signed_in(request))
            change, passed_over = done.change, done.passed_over
    except ValidationError as error:
        messages.error(request, f"Nothing was changed. {' '.join(error.messages)}")
    else:
        waiting = f"{passed_over:,} had to be left as they are: no engine has read them yet." if passed_over else ""
        _tell(request, project, change, waiting)
    return redirect(f"{reverse('results:result_list', args=[project_id])}{_query(request)}")


def _ticked(project: Project, post: QueryDict) -> ResultQuerySet:
    ids = [ObjectId(pk) for pk in post.getlist("result_id") if ObjectId.is_valid(pk)]
    if not ids:
        raise ValidationError("Tick the reviews first, or all that were found.")
    results: ResultQuerySet = Result.objects.filter(project_id=project.pk, pk__in=ids)
    return results


@login_required
@require_POST
def result_delete(request: HttpRequest, project_id: ObjectId, result_id: ObjectId) -> HttpResponse:
    result = of_project_or_404(Result, request.user, project_id, result_id)
    _tell(request, result.project, delete_results(result.project, Result.objects.filter(pk=result.pk)))
    return redirect(f"{reverse('results:result_list', args=[project_id])}{_query(request)}")


@login_required
@require_safe
def change_list(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    changes = Change.objects.undoable_of(project)[:CHANGES_SHOWN]
    return render(request, "results/change_list.html", {"project": project, "changes": changes})


@login_required
@require_POST
def change_undo(request: HtmxRequest, project_id: ObjectId, undo_id: ObjectId) -> HttpResponse:
    undone = undo.undo(of_project_or_404(Change, request.user, project_id, undo_id))
    words = f"{undone.count:,} review{pluralize(undone.count, ' is,s are')} as before."
    if undone.passed_over:
        words += f" {undone.passed_over:,} passed over: newer, or without their target."
    if request.htmx:
        answer = trigger_client_event(HttpResponse(status=204), "toast", {"message": words})
        return trigger_client_event(answer, "reviews-changed")
    messages.success(request, words)
    return redirect(f"{reverse('results:result_list', args=[project_id])}{_query(request)}")


def _tell(request: HttpRequest, project: Project, change: Change | None, problem: str = "") -> None:
    """What was done, with the way back: the message carries its path, as ``ui/_messages.html`` knows."""
    if change and change.count:
        path = reverse("results:change_undo", args=[project.pk, change.pk])
        messages.success(request, f"{change}.", extra_tags=f"{path}{_query(request)}")
    if problem:
        messages.warning(request, problem)


def _query(request: HttpRequest) -> str:
    return f"?{request.GET.urlencode()}" if request.GET else ""

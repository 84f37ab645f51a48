"""Labelling and deleting, one review or many, and undoing it."""

from typing import Any

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.ownership import owned_or_404, signed_in
from projects.models import Project
from projects.ownership import of_project_or_404
from results import bulk, correcting, counting, explorer, listing
from results.bulk import BulkRefused
from results.correcting import Relabelled
from results.filters import ResultFilter
from results.forms import said_in
from results.models import BulkChange, Change, Result, ResultQuerySet
from results.models.bulk import left_alone, undone
from results.removal import delete_results
from results.selection import Selection
from results.undo import Undone
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
    change_them = _delete if request.POST.get("action") == "delete" else _label
    try:
        selection = Selection.parse(project, request.GET)
        done = change_them(request, project, selection.asked if request.POST.get("all") else None)
    except ValidationError as error:
        messages.error(request, f"Nothing was changed. {' '.join(error.messages)}")
    except BulkRefused as refused:
        messages.error(request, f"Nothing was changed. {refused.message}")
    else:
        if isinstance(done, Relabelled):  # of what a worker does, the list says how far it has come
            _tell(request, project, done.change, left_alone(done.passed_over))
    return redirect(f"{reverse('results:result_list', args=[project_id])}{_query(request)}")


def _label(request: HttpRequest, project: Project, asked: ResultFilter | None) -> Relabelled | BulkChange:
    said, by = correcting.read_label(project, said_in(request.POST)), signed_in(request)
    if asked is None:
        return correcting.relabel(project, _ticked(project, request.POST), said, by)
    return bulk.relabel(project, asked, said, by)


def _delete(request: HttpRequest, project: Project, asked: ResultFilter | None) -> Relabelled | BulkChange:
    done = delete_results(project, _ticked(project, request.POST)) if asked is None else bulk.delete(project, asked)
    return Relabelled(done, 0) if isinstance(done, Change) else done


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
    under_way = BulkChange.objects.filter(project_id=project.pk).unfinished().values_list("change_id", flat=True)
    context = {"project": project, "changes": changes, "under_way": set(under_way)}
    return render(request, "results/change_list.html", context)


@login_required
@require_safe
def change_progress(request: HtmxRequest, project_id: ObjectId, change_id: ObjectId) -> HttpResponse:
    """How far a change of many reviews has come, for the line over the list; without htmx that page says it."""
    order = of_project_or_404(BulkChange, request.user, project_id, change_id)
    if not request.htmx:
        return redirect("results:result_list", project_id)
    answer = render(request, "results/_bulk_change.html", {"project": order.project, "order": order})
    return answer if order.is_unfinished else trigger_client_event(answer, "reviews-changed")


@login_required
@require_POST
def change_undo(request: HtmxRequest, project_id: ObjectId, undo_id: ObjectId) -> HttpResponse:
    """At once, or, if the change is large, from now on: then the list says how far that has come."""
    words, level = "", messages.SUCCESS
    try:
        done = bulk.undo(of_project_or_404(Change, request.user, project_id, undo_id))
        words = undone(done.count, done.passed_over) if isinstance(done, Undone) else ""
    except BulkRefused as refused:
        words, level = refused.message, messages.ERROR
    if words and request.htmx:
        answer = trigger_client_event(HttpResponse(status=204), "toast", {"message": words})
        return trigger_client_event(answer, "reviews-changed")
    if words:
        messages.add_message(request, level, words)
    path = f"{reverse('results:result_list', args=[project_id])}{_query(request)}"
    return HttpResponseClientRedirect(path) if request.htmx else redirect(path)


def _tell(request: HttpRequest, project: Project, change: Change | None, problem: str = "") -> None:
    """What was done, with the way back: the message carries its path, as ``ui/_messages.html`` knows."""
    if change and change.count:
        path = reverse("results:change_undo", args=[project.pk, change.pk])
        messages.success(request, f"{change}.", extra_tags=f"{path}{_query(request)}")
    if problem:
        messages.warning(request, problem)


def _query(request: HttpRequest) -> str:
    return f"?{request.GET.urlencode()}" if request.GET else ""

from bson import ObjectId
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views import defaults
from django.views.decorators.http import require_safe

from sentimatrix_studio import problems


def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("dashboard")
    return render(request, "landing.html")


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard.html")


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    return render(request, "projects/project_list.html")


@login_required
@require_safe
def project_detail(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    return render(request, "projects/project_detail.html")


@login_required
@require_safe
def target_list(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    return render(request, "projects/target_list.html")


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_api(request):
        return problems.problem_response(request, 400, "The request could not be understood.")
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_api(request):
        return problems.problem_response(request, 403, "You may not do this.")
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    return render(request, "403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_api(request):
        return problems.problem_response(request, 404, "There is no such endpoint.")
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Says nothing of what went wrong: the log does, under the same request id."""
    if _is_api(request):
        return problems.problem_response(request, 500, "Something went wrong. It has been written to the log.")
    return defaults.server_error(request)

"""Failures where no view is at work: pages for people, problems for programs. None says what is inside."""

import sys
from collections.abc import Callable, Iterator

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import loader
from django_ratelimit.exceptions import Ratelimited
from pymongo.errors import ConnectionFailure
from redis.exceptions import RedisError

from sentimatrix_studio import door, problems
from sentimatrix_studio.buckets import BucketError

UNREACHABLE = (ConnectionFailure, RedisError, BucketError)
DETAILS = {
    400: "The request could not be understood.",
    403: "You may not do this.",
    404: "There is no such endpoint.",
    405: "This address does not know this method.",
    413: "The body of this request is too large: it may have 5 MB, a file 200 MB.",
    429: "That was a little too often.",
    500: "Something went wrong. It has been written to the log.",
    503: "A part of this site does not answer. Try again soon.",
}
WAITS = {429: "60", 503: "10"}  # seconds: how long django-ratelimit counts, and a database takes to be back
WITHOUT_REQUEST = (500, 503)  # their pages rely on nothing that may be broken


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return failure(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return failure(request, 429 if isinstance(exception, Ratelimited) else 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return failure(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return failure(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong is in the log, under the same request id."""
    is_unreachable = any(isinstance(error, UNREACHABLE) for error in _causes(sys.exc_info()[1]))
    return failure(request, 503 if is_unreachable else 500)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def failure(request: HttpRequest, status: int) -> HttpResponse:
    answer: HttpResponse
    if problems.is_api(request):
        answer = problems.problem_response(request, status, DETAILS[status])
    elif status in WITHOUT_REQUEST:
        answer = HttpResponse(loader.render_to_string(f"{status}.html"), status=status)
    else:
        answer = render(request, f"{status}.html", status=status)
    if status in WAITS:
        answer["Retry-After"] = WAITS[status]
    return answer


def refusals(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, the last one so that its answers wear what the others put on: a body that the door has cut off, and
    a method that a page does not know."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if door.MARK in getattr(request, "scope", ()):
            refusal = failure(request, 413)
            refusal["Connection"] = "close"  # what else is on its way is of no use
            return refusal
        response = get_response(request)
        if response.status_code in WAITS:
            response.setdefault("Retry-After", WAITS[response.status_code])  # allauth says none
        if response.status_code != 405 or problems.is_api(request):
            return response
        page = failure(request, 405)
        page["Allow"] = response["Allow"]
        return page

    return answer

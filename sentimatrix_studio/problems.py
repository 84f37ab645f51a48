"""Every API failure as ``application/problem+json`` (RFC 9457) with the contract's codes."""

import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response

from sentimatrix_studio.requests import current_request_id

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    429: "Too many requests",
    500: "Internal error",
    502: "Bad gateway",
    503: "Not available",
}
CODES = {
    401: "AUTHENTICATION_ERROR",
    403: "INSUFFICIENT_PERMISSIONS",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    409: "CONFLICT_ERROR",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
MEDIA_TYPE = "application/problem+json"


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body of this request is too large: it may have 5 MB, a file 200 MB."


def problem(status_code: int, detail: str, *, code: str = "", instance: str = "", **more: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": TITLES.get(status_code, "Error"),
        "status": status_code,
        "detail": detail,
        "instance": instance,
        "code": code or CODES.get(status_code, "VALIDATION_ERROR"),
        "request_id": current_request_id(),
        **more,
    }


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def problem_response(request: HttpRequest, status_code: int, detail: str, *, code: str = "") -> JsonResponse:
    """The answer where Django REST framework is not at work: unknown paths and unexpected errors."""
    body = problem(status_code, detail, code=code, instance=request.path)
    return JsonResponse(body, status=status_code, content_type=MEDIA_TYPE)


def too_many(request: HttpRequest, wait: float) -> JsonResponse:
    """Refuses a caller for so many seconds."""
    answer = problem_response(request, 429, str(exceptions.Throttled(wait).detail))
    answer["Retry-After"] = str(math.ceil(wait))
    return answer


@csrf_exempt  # there is nothing to protect, and whoever posts here wants to read JSON
def unknown_path(request: HttpRequest) -> JsonResponse:
    return problem_response(request, 404, "There is no such endpoint.")


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's exception handler."""
    request = context["request"]
    error = _as_api_exception(error)
    if not isinstance(error, exceptions.APIException):
        return None  # views.server_error answers unexpected errors, with the traceback in the log
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    body = _validation(error) if isinstance(error, exceptions.ValidationError) else _plain(error)
    body["instance"] = request.path
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _as_api_exception(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound("There is nothing here, or it is not yours.")
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(error.message_dict if hasattr(error, "error_dict") else error.messages)
    return error


def _plain(error: exceptions.APIException) -> dict[str, Any]:
    codes = error.get_codes()
    code = codes if isinstance(codes, str) and codes.isupper() else ""
    members: dict[str, str] = getattr(error, "members", {})  # what this error has besides: see RFC 9457, 3.2
    return problem(error.status_code, str(error.detail), code=code, **members)


def _validation(error: exceptions.ValidationError) -> dict[str, Any]:
    rows = list(_pointers(error.detail, ""))
    detail = rows[0]["detail"] if len(rows) == 1 else f"{len(rows)} values are not valid."
    return problem(status.HTTP_422_UNPROCESSABLE_ENTITY, detail, code="VALIDATION_ERROR", errors=rows)


def _pointers(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else f"/{str(name).replace('~', '~0').replace('/', '~1')}"
            yield from _pointers(inner, pointer + step)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _pointers(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}

"""What all endpoints share in the OpenAPI document: errors, headers, and how one proves who one is."""

from typing import Any, NotRequired, TypedDict

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension

from sentimatrix_studio import examples
from sentimatrix_studio.problems import MEDIA_TYPE, TITLES
from sentimatrix_studio.shapes import Schema

METHODS = ("get", "post", "put", "delete")
LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit", "RateLimit-Policy")
HEADERS = {
    "X-Request-ID": ("string", "The request's own id: the caller's if it was sane. Errors and the log name it, too."),
    "X-RateLimit-Limit": ("integer", "How many requests may come at once."),
    "X-RateLimit-Remaining": ("integer", "How many of them are left."),
    "X-RateLimit-Reset": ("integer", "Seconds until all of them are back."),
    "RateLimit": ("string", "The same for each limit that applies: `r` left, all back in `t` seconds."),
    "RateLimit-Policy": ("string", "The limits that apply: `q` requests in `w` seconds."),
    "Retry-After": ("integer", "Seconds to wait."),
    "Link": (
        "string",
        "The pages around this one (RFC 8288): `first`, `prev`, `next`, `last`, as far as there are any.",
    ),
    "X-Counted-From": ("string", "`rollups`, or `reviews` where roll-ups do not know and reviews were looked at."),
    "X-Time-Zone": ("string", "The time zone in which periods begin and end."),
    "Idempotency-Replayed": ("string", "`true` when this is what was answered the first time."),
}


class InvalidValueJson(TypedDict):
    pointer: str
    detail: str


class ProblemJson(TypedDict):
    """Why a request failed (RFC 9457). `code` is what programs go by; `errors` names each value that is not valid."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: NotRequired[list[InvalidValueJson]]


def headers(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def error(status: int) -> Schema:
    return {"$ref": f"#/components/responses/{error_name(status)}"}


def error_name(status: int) -> str:
    return TITLES[status].title().replace(" ", "")


def complete(result: Schema, generator: Any, **kwargs: Any) -> Schema:
    """The components every endpoint shares, and methods in their usual order."""
    for path, operations in result["paths"].items():
        result["paths"][path] = {method: operations[method] for method in METHODS if method in operations}
    result["components"]["headers"] = {
        name: {"description": words, "schema": {"type": kind}} for name, (kind, words) in HEADERS.items()
    }
    result["components"]["responses"] = {error_name(status): _error_response(status) for status in TITLES}
    examples.illustrate(result)
    return result


def _error_response(status: int) -> Schema:
    waits = ("Retry-After",) if status == 429 else ()
    return {
        "description": f"{TITLES[status]}.",
        "headers": headers("X-Request-ID", *LIMITS, *waits),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


class Id(OpenApiSerializerFieldExtension):
    target_class = "sentimatrix_studio.rest.IdField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Schema:
        return {"type": "string", "pattern": "^[0-9a-f]{24}$"}


class PresetId(OpenApiSerializerFieldExtension):
    target_class = "projects.bodies.PresetField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Schema:
        return {"type": "string", "maxLength": 24}


class Bearer(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        words = "An access token of `/auth/login`, or an API token, which begins with `smx_`."
        return {"type": "http", "scheme": "bearer", "description": words}


class MetricsBearer(Bearer):
    target_class = "sentimatrix_studio.metrics.MetricsToken"
    name = "metrics"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        words = "The setting `METRICS_TOKEN`, or an API token with the scope `admin`."
        return {"type": "http", "scheme": "bearer", "description": words}


class Session(OpenApiAuthenticationExtension):
    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    match_subclasses = True

    def get_security_definition(self, auto_schema: Any) -> Schema:
        words = (
            "The cookie of somebody who has signed in on the pages. What changes something needs `X-CSRFToken`, too."
        )
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME, "description": words}

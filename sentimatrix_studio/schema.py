"""How the OpenAPI document reads our views, so that nothing about an endpoint is written twice.

Of a view it takes the name of its route, its docstrings, its path, ``query_parameters``, who may call it, and what
``extend_schema`` says it takes and answers: a serializer, a shape, or ``None`` for an error in the usual form.
"""

import re
from collections.abc import Callable
from functools import cached_property
from inspect import getdoc
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.urls import resolve
from drf_spectacular import openapi
from drf_spectacular.drainage import warn
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent, is_serializer
from rest_framework import permissions

from sentimatrix_studio.problems import MEDIA_TYPE, TITLES
from sentimatrix_studio.shapes import Schema, Shapes, is_shape

METHODS = ("get", "post", "put", "delete")
VERBS = {"list": "list", "create": "create", "retrieve": "retrieve", "update": "update", "destroy": "delete"}
VERBS |= {"get": "retrieve", "post": "create", "put": "update", "delete": "delete"}
TAGS = {  # the first pattern that matches a path says where it belongs; SPECTACULAR_SETTINGS has their order
    "Health": "/(health|metrics)",
    "Auth": "/auth/",
    "OAuth": "/oauth/",
    "Targets": "/projects/{project_id}/targets",
    "Jobs": "/projects/{project_id}/scrape|/scrape/",
    "Results": "/projects/{project_id}/results|/analyze",
    "Projects": "/projects",
    "Settings": "/settings/",
    "Documentation": "/openapi",
}
SUCCESS = {
    "200": "What was asked for.",
    "201": "Made.",
    "202": "Taken on: a worker does it.",
    "204": "Done. There is nothing to say.",
}
EVERYWHERE = (406, 422, 429, 500)  # every endpoint refuses query parameters it does not know
WITH_BODY = (400, 413, 415)


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


class Components(Shapes):
    """Shapes as components of the document."""

    def __init__(self, schema: "AutoSchema") -> None:
        self.auto = schema

    def component(self, name: str, make: Callable[[], Schema]) -> Schema:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name)
        if component not in self.auto.registry:
            self.auto.registry.register(component)  # before it is made: shapes may hold themselves
            component.schema = make()
        return self.auto.registry[component].ref

    def other(self, hint: Any) -> Schema:
        if not is_serializer(hint):
            raise TypeError(f"{hint!r} is neither a shape nor a serializer.")
        ref: Schema = self.auto.resolve_serializer(hint, "response").ref
        return ref


class AutoSchema(openapi.AutoSchema):
    def get_operation(self, *args: Any) -> Schema:
        operation: Schema = super().get_operation(*args) or {}
        for status, answer in operation["responses"].items():
            if status < "300":
                answer["description"] = SUCCESS[status]
        errors = {str(status): error(status) for status in self._errors()}
        operation["responses"] = dict(sorted({**operation["responses"], **errors}.items()))
        return operation

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # it would guess: our views say what they answer

    # Its words

    @cached_property
    def _doc(self) -> str:
        action = getattr(self.view, getattr(self.view, "action", None) or self.method.lower())
        return (getdoc(action) or "").replace("``", "`")

    def get_summary(self) -> str:
        """The first sentence of the docstring."""
        return self._doc.partition("\n")[0].removesuffix(".")

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular does
        return self._doc.partition("\n")[2].strip() or self._doc

    def get_operation_id(self) -> str:
        """``projects_list``, ``project_create``; where a route does one thing only, its name: ``job_cancel``."""
        name = resolve("/api/v1" + re.sub(r"{\w+}", "0" * 24, self.path)).url_name or ""
        action = getattr(self.view, "action", None) or self.method.lower()
        if action not in VERBS or (action not in VERBS.values() and len(self._methods) == 1):
            return name
        verb = VERBS[action]
        return f"{name.removesuffix('s') if verb == 'create' else name}_{verb}"

    @property
    def _methods(self) -> list[str]:
        return [method for method in METHODS if hasattr(self.view, method)]

    def get_tags(self) -> list[str]:
        return [next(tag for tag, pattern in TAGS.items() if re.match(pattern, self.path))]

    # What it takes

    def get_request_serializer(self) -> Any:
        """Nothing, unless ``extend_schema`` says otherwise."""
        return None

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Knows bodies of DELETE, too: a deletion may ask for the password."""
        method = self.method
        if method == "DELETE" and self.get_request_serializer() is not None:
            self.method = "POST"
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = method

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        return schema | {"additionalProperties": False} if direction == "request" else schema

    # What it answers

    def get_response_serializers(self) -> Any:
        warn(f"{self.get_operation_id()} does not say what it answers.")
        return {}

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> Any:
        if status_code >= "400" and serializer is None:
            return error(int(status_code))
        if is_shape(serializer):
            serializer = Components(self).schema(serializer)
        return super()._get_response_for_code(serializer, status_code, *args, **kwargs)

    def _map_response_type_hint(self, method: Any) -> Any:
        hint = method.__annotations__["return"]
        return Components(self).schema(hint)

    def _errors(self) -> set[int]:
        """Those that an endpoint of its kind has; others it names itself."""
        Components(self).schema(ProblemJson)
        errors = {*EVERYWHERE}
        if permissions.AllowAny not in map(type, self.view.get_permissions()):
            errors |= {401, 403}
        if "{" in self.path:
            errors.add(404)
        if self._get_request_body():
            errors |= {*WITH_BODY}
        return errors


def error(status: int) -> Schema:
    return {"$ref": f"#/components/responses/{error_name(status)}"}


def error_name(status: int) -> str:
    return TITLES[status].title().replace(" ", "")


def complete(result: Schema, generator: Any, **kwargs: Any) -> Schema:
    """The components every endpoint shares, and methods in their usual order."""
    for path, operations in result["paths"].items():
        result["paths"][path] = {method: operations[method] for method in METHODS if method in operations}
    result["components"]["responses"] = {error_name(status): _error_response(status) for status in TITLES}
    return result


def _error_response(status: int) -> Schema:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}}


class Id(OpenApiSerializerFieldExtension):
    target_class = "sentimatrix_studio.rest.IdField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Schema:
        return {"type": "string", "pattern": "^[0-9a-f]{24}$"}


class Bearer(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        words = "An access token of `/auth/login`, or an API token, which begins with `smx_`."
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

"""How the OpenAPI document reads our views, so that nothing about an endpoint is written twice.

Of a view it takes the name of its route, its docstrings, its path, ``query_parameters``, who may call it, and what
``extend_schema`` says it takes and answers: a serializer, a shape, or ``None`` for an error in the usual form.
"""

import re
from collections.abc import Callable
from functools import cached_property
from inspect import cleandoc, getdoc
from typing import Any

from django.urls import resolve
from drf_spectacular import openapi
from drf_spectacular.drainage import warn
from drf_spectacular.plumbing import ResolvedComponent, is_list_serializer, is_serializer
from drf_spectacular.utils import OpenApiParameter
from rest_framework import permissions

from sentimatrix_studio import rest
from sentimatrix_studio.components import LIMITS, METHODS, ProblemJson, error, headers
from sentimatrix_studio.limits import CLOSED_WITHOUT_VALKEY
from sentimatrix_studio.problems import TITLES
from sentimatrix_studio.rest.bodies import AnyField
from sentimatrix_studio.shapes import Schema, Shapes, is_shape, name_of

VERBS = {"list": "list", "create": "create", "retrieve": "retrieve", "update": "update", "destroy": "delete"}
VERBS |= {"destroy_all": "delete", "get": "retrieve", "post": "create", "put": "update", "delete": "delete"}
TAGS = {  # the first pattern that matches a path says where it belongs; SPECTACULAR_SETTINGS has their order
    "Health": "/(health|metrics)",
    "Auth": "/auth/",
    "OAuth": "/oauth/",
    "Targets": "/projects/{project_id}/targets",
    "Jobs": "/projects/{project_id}/scrape|/scrape/",
    "Schedules": "/schedules",
    "Results": "/projects/{project_id}/(results|markers)|/analyze",
    "Dashboard": "/dashboard",
    "Projects": "/projects",
    "Settings": "/settings/",
    "Webhooks": "/webhooks",
    "Notifications": "/notifications",
    "Documentation": "/openapi",
}
SUCCESS = {
    200: "What was asked for.",
    201: "Made.",
    202: "Taken on: a worker does it.",
    204: "Done. There is nothing to say.",
    302: "The way to go on.",
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    OpenApiParameter.HEADER,
    description="Sent again with the same key, a request is answered as before and nothing is done twice (24 hours).",
)


class Components(Shapes):
    """Shapes as components of the document."""

    def __init__(self, schema: "AutoSchema") -> None:
        self.auto = schema

    def component(self, hint: Any, make: Callable[[], Schema]) -> Schema:
        component = ResolvedComponent(name=name_of(hint), type=ResolvedComponent.SCHEMA, object=hint)
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
    view: Any  # one of ours: rest.View or rest.ViewSet

    def get_operation(self, *args: Any) -> Schema:
        operation: Schema = super().get_operation(*args) or {}
        Components(self).schema(ProblemJson)
        errors = {str(status): error(status) for status in self._errors()}
        operation["responses"] = dict(sorted({**errors, **operation["responses"]}.items()))
        for status, answer in operation["responses"].items():
            if "$ref" not in answer:
                answer |= {"description": said(int(status)), "headers": headers(*self._headers())}
        return operation

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # it would guess: our views say what they answer

    # Its words

    @cached_property
    def _doc(self) -> str:
        return (getdoc(getattr(self.view, self._action)) or "").replace("``", "`")

    def get_summary(self) -> str:
        """The first sentence of the docstring."""
        return self._doc.partition("\n")[0].removesuffix(".")

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular does
        return self._doc.partition("\n")[2].strip() or self._doc

    @property
    def _action(self) -> str:
        action: str = getattr(self.view, "action", None) or self.method.lower()
        return action

    def get_operation_id(self) -> str:
        """``projects_list``, ``project_create``; where a route does one thing only, its name: ``job_cancel``."""
        name = resolve("/api/v1" + re.sub(r"{\w+}", "0" * 24, self.path)).url_name or ""
        action = self._action
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

    def get_override_parameters(self) -> list[Any]:
        asked = self.view.query_parameters.get(self._action, {})
        query = [self._query_parameter(name, field) for name, field in asked.items()]
        return [*query, IDEMPOTENCY_KEY] if self._is_idempotent else query

    def _query_parameter(self, name: str, field: AnyField) -> OpenApiParameter:
        is_required, field = field.required, field.field if isinstance(field, rest.Unread) else field
        schema = self._map_serializer_field(field, "request")
        self._insert_field_validators(field, schema)
        words = schema.pop("description", "")
        return OpenApiParameter(name, schema, required=is_required, description=words)

    @property
    def _is_idempotent(self) -> bool:
        return self._action in getattr(self.view, "idempotent_actions", ())

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
        schema.pop("description", None)
        if words := vars(type(serializer)).get("__doc__"):  # its own, not one it has inherited
            schema["description"] = cleandoc(words).replace("``", "`")
        schema["properties"] = {name: _plain(field) for name, field in schema["properties"].items()}
        if direction == "request":
            schema["additionalProperties"] = False
        elif isinstance(serializer, rest.ModelSerializer):
            schema["required"] = list(schema["properties"])  # rows have all their fields
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, *args: Any) -> Any:
        """A field may say what it looks like (``shape``), or which values it shows besides those one can set."""
        if shape := getattr(field, "shape", None) or (direction == "response" and getattr(field, "shown", None)):
            return Components(self).schema(shape) | ({"description": field.help_text} if field.help_text else {})
        schema = super()._map_serializer_field(field, direction, *args)
        schema.pop("x-spec-enum-id", None)
        return schema

    # What it answers

    def get_response_serializers(self) -> Any:
        warn(f"{self.get_operation_id()} does not say what it answers.")
        return {}

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> Any:
        if is_list_serializer(serializer):
            serializer = list[type(serializer.child)]
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
        limit = self.view.limit
        there = {
            400: self._has_body,
            401: self._asks_who,
            403: self._asks_who,
            404: "{" in self.path,
            406: True,
            409: self._is_idempotent,
            413: self._has_body,
            415: self._has_body,
            422: True,  # every endpoint refuses query parameters it does not know
            429: limit is not None,
            500: True,
            503: limit in CLOSED_WITHOUT_VALKEY,
        }
        return {status for status, is_there in there.items() if is_there}

    @property
    def _asks_who(self) -> bool:
        return permissions.AllowAny not in map(type, self.view.get_permissions())

    @property
    def _has_body(self) -> bool:
        return self.get_request_serializer() is not None

    def _headers(self) -> list[str]:
        names = ["X-Request-ID", *LIMITS, *getattr(self.view, "answer_headers", {}).get(self._action, ())]
        if "page" in self.view.query_parameters.get(self._action, ()):
            names.append("Link")
        return [*names, "Idempotency-Replayed"] if self._is_idempotent else names


def said(status: int) -> str:
    return SUCCESS.get(status) or f"{TITLES[status]}."


def _plain(field: Schema) -> Schema:
    """Without what splitting components by direction makes superfluous; of several forms more than one may fit."""
    field = {name: value for name, value in field.items() if name not in ("readOnly", "writeOnly")}
    if "oneOf" in field:
        field["anyOf"] = field.pop("oneOf")
    return field["allOf"][0] if list(field) == ["allOf"] and len(field["allOf"]) == 1 else field

"""The OpenAPI document as a person reads it: what `/docs` shows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sentimatrix_studio.examples import ID
from sentimatrix_studio.shapes import Schema

FORMATS = {"date-time": "date and time", "date": "date", "email": "e-mail address", "uri": "address", "binary": "file"}
ID_PATTERN = "^[0-9a-f]{24}$"


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter, or a property of a body."""

    name: str
    type: SafeString
    words: SafeString
    is_required: bool
    place: str = ""  # of a parameter: path, query, header


@dataclass(frozen=True, slots=True)
class Body:
    kind: str  # the media type
    type: SafeString
    example: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    words: str
    bodies: list[Body]


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    words: SafeString
    is_open: bool  # to those who have not signed in
    parameters: list[Value]
    bodies: list[Body]
    answers: list[Answer]
    errors: list[Answer]
    curl: str


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    operations: list[Operation]

    @property
    def slug(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    words: SafeString
    values: list[Value]
    type: SafeString  # of what is no object


class Reader:
    def __init__(self, document: Schema) -> None:
        self.document = document

    def sections(self) -> list[Section]:
        """In the order of the document, less those without an operation."""
        operations = list(self._operations())
        names = [tag["name"] for tag in self.document["tags"]]
        found = [Section(name, [one for tag, one in operations if tag == name]) for name in names]
        return [section for section in found if section.operations]

    def shapes(self) -> list[Shape]:
        return [self._shape(name, schema) for name, schema in sorted(self.document["components"]["schemas"].items())]

    def _operations(self) -> Iterator[tuple[str, Operation]]:
        for path, operations in self.document["paths"].items():
            for method, one in operations.items():
                yield one["tags"][0], self._operation(method.upper(), path, one)

    def _operation(self, method: str, path: str, one: Schema) -> Operation:
        answers = [self._answer(status, answer) for status, answer in one["responses"].items()]
        bodies = _bodies(one.get("requestBody", {}))
        is_open = not one.get("security") or {} in one["security"]
        return Operation(
            id=one["operationId"],
            method=method,
            path=path,
            summary=one["summary"],
            words=_marked_up(one["description"]) if one["description"].rstrip(".") != one["summary"] else SafeString(),
            is_open=is_open,
            parameters=[_parameter(parameter) for parameter in one.get("parameters", [])],
            bodies=bodies,
            answers=[answer for answer in answers if answer.status < "400"],
            errors=[answer for answer in answers if answer.status >= "400"],
            curl=_curl(method, path, bodies, is_open),
        )

    def _answer(self, status: str, answer: Schema) -> Answer:
        if ref := answer.get("$ref"):
            return Answer(status, self.document["components"]["responses"][_last(ref)]["description"], [])
        return Answer(status, answer["description"], _bodies(answer))

    def _shape(self, name: str, schema: Schema) -> Shape:
        needed = schema.get("required", [])
        values = [
            Value(part, type_words(inner), _marked_up(inner.get("description", "")), part in needed)
            for part, inner in schema.get("properties", {}).items()
        ]
        return Shape(name, _marked_up(schema.get("description", "")), values, type_words(schema))


def _parameter(parameter: Schema) -> Value:
    words = _marked_up(parameter.get("description", ""))
    is_required = parameter.get("required", False)
    return Value(parameter["name"], type_words(parameter["schema"]), words, is_required, parameter["in"])


def _bodies(holder: Schema) -> list[Body]:
    return [
        Body(kind, type_words(media["schema"]), _pretty(media["example"]) if "example" in media else "")
        for kind, media in holder.get("content", {}).items()
    ]


def _curl(method: str, path: str, bodies: list[Body], is_open: bool) -> str:
    for name in ("project_id", "target_id", "job_id", "result_id", "token_id", "model_id"):
        path = path.replace(f"{{{name}}}", ID)
    path = path.replace("{preset_id}", "standard").replace("{provider}", "groq")
    parts = [f'curl{"" if method == "GET" else f" -X {method}"} "$STUDIO/api/v1{path}"']
    if not is_open:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if bodies and bodies[0].kind == "application/json":
        parts += ['-H "Content-Type: application/json"', f"-d '{bodies[0].example}'"]
    elif bodies:
        parts += ["-F file=@reviews.csv", """-F 'options={"columns": {"text": "review"}}'"""]
    return " \\\n  ".join(parts)


def _pretty(example: Any) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)


def _last(ref: str) -> str:
    return ref.rpartition("/")[2]


def _marked_up(text: str) -> SafeString:
    """With what stands between backticks as code."""
    parts = escape(text).split("`")
    return mark_safe("".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts)))  # noqa: S308


def type_words(schema: Schema) -> SafeString:
    """``string, at most 100 characters``, with links to shapes."""
    if ref := schema.get("$ref"):
        return format_html('<a href="{0}?section=shapes#{1}">{1}</a>', reverse("docs"), _last(ref))
    if choices := schema.get("anyOf"):
        return format_html_join(" or ", "{}", ((type_words(choice),) for choice in choices))
    if "enum" in schema:
        shown = ((json.dumps(value, ensure_ascii=False),) for value in schema["enum"])
        return format_html("one of {}", format_html_join(", ", "<code>{}</code>", shown))
    kinds = schema.get("type", "any")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return format_html_join(" or ", "{}", ((_kind(kind, schema),) for kind in kinds))


def _kind(kind: str, schema: Schema) -> SafeString:
    if kind == "array":
        return format_html("list of {}", type_words(schema.get("items", {})))
    if kind == "object" and schema.get("additionalProperties"):
        return format_html("object: name → {}", type_words(schema["additionalProperties"]))
    if kind == "string":
        name = "id" if schema.get("pattern") == ID_PATTERN else FORMATS.get(schema.get("format", ""), "text")
        return escape(", ".join([name, *_length(schema)]))
    return escape(" ".join([kind, *_bounds(schema)])) if kind in ("integer", "number") else escape(kind)


def _length(schema: Schema) -> Iterator[str]:
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']:,} characters"


def _bounds(schema: Schema) -> Iterator[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        yield f"from {low:,} to {high:,}"
    elif low is not None:
        yield f"from {low:,}"
    elif high is not None:
        yield f"up to {high:,}"

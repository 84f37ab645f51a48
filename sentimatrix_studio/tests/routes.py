"""Every route of the site, as the tests that walk them all see it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bson import ObjectId
from django.urls import URLPattern, URLResolver, get_resolver, reverse

METHODS = ("get", "post", "put", "patch", "delete")
ADMIN = "admin:"
CATALOGUE = {"provider": "groq", "service": "slack"}  # parameters that name what everybody has, and no row


@dataclass(frozen=True)
class Route:
    name: str  # with its namespaces
    pattern: str
    callback: Any

    @cached_property
    def parameters(self) -> list[str]:
        """Those that name a row."""
        return [name for name in self._names if name not in CATALOGUE]

    @cached_property
    def _names(self) -> list[str]:
        return re.findall(r"<(?:objectid|slug|str):(\w+)>", self.pattern)

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    @cached_property
    def methods(self) -> list[str]:
        """What an API view answers to; a page decides for itself, so all methods are tried on it."""
        if actions := getattr(self.callback, "actions", None):
            return [method for method in METHODS if method in actions]
        view = getattr(self.callback, "cls", None)
        return [method for method in METHODS if view is None or hasattr(view, method)]

    def path(self, ids: dict[str, ObjectId]) -> str:
        return reverse(self.name, kwargs={name: {**CATALOGUE, **ids}[name] for name in self._names})


def routes() -> list[Route]:
    return list(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(":".join([*namespaces, entry.name or "unnamed"]), pattern, entry.callback)
        else:
            yield from _walk(entry, pattern, (*namespaces, *([entry.namespace] if entry.namespace else [])))

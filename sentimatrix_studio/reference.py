"""The API's reference: the OpenAPI document, and a page that shows the same."""

import functools
import hashlib
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework import permissions
from rest_framework.request import Request

from sentimatrix_studio import readable, rest
from sentimatrix_studio.shapes import Schema


@functools.cache
def document() -> Schema:
    """It changes with the code only, so a process makes it once."""
    schema: Schema = SchemaGenerator(urlconf="sentimatrix_studio.api").get_schema(public=True)
    return schema


@functools.cache
def written() -> tuple[bytes, str]:
    """The document as it is sent, and its mark."""
    text = json.dumps(document(), ensure_ascii=False).encode()
    return text, quote_etag(hashlib.blake2b(text, digest_size=16).hexdigest())


@functools.cache
def contents() -> tuple[list[readable.Section], list[readable.Shape]]:
    reader = readable.Reader(document())
    return reader.sections(), reader.shapes()


@functools.cache
def shown(chosen: str) -> SafeString:
    """A section of the document as a part of a page, "" for the beginning: the same for everybody, so made once.

    Raises Http404 for one that is not there.
    """
    sections, shapes = contents()
    if chosen not in ("", "shapes", *(section.slug for section in sections)):
        raise Http404
    context = {"sections": sections, "shapes": shapes, "chosen": chosen, "home": reverse("docs")}
    return render_to_string("docs/_reference.html", context)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    base = reverse("api:openapi").removesuffix("/openapi.json")
    return render(request, "docs.html", {"reference": shown(request.GET.get("section", "")), "base": base})


class OpenApi(rest.View):
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    limit = None  # costs nothing

    @extend_schema(responses={200: dict[str, Any]})
    def get(self, request: Request) -> HttpResponseBase:
        """Read this document.

        OpenAPI 3.1, for generators of clients and other tools.
        """
        text, mark = written()
        response = HttpResponse(text, content_type="application/json", headers={"ETag": mark})
        patch_cache_control(response, public=True, max_age=300)
        return get_conditional_response(request._request, etag=mark, response=response) or response

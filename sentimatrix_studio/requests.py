"""What every request carries: an id shared by its answer, its errors and its log lines; where it comes from; and the
reader's time zone."""

import ipaddress
import re
import zoneinfo
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django_ratelimit.decorators import ratelimit

Page = TypeVar("Page", bound=Callable[..., Any])

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def current_request_id() -> str:
    return _request_id.get()


def _take_id(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    request_id = given if SANE_ID.fullmatch(given) else uuid4().hex
    _request_id.set(request_id)
    return request_id


def request_id(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: give the request the caller's id when it is sane, else one of ours, and answer with it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        request_id = _take_id(request)
        response = get_response(request)
        response["X-Request-ID"] = request_id
        return response

    return answer


def costly(*methods: str) -> Callable[[Page], Page]:
    """Decorates a page whose user may ask for it only so often (``COSTLY_PAGES``) by these methods: 429 beyond that."""
    return ratelimit(key="user_or_ip", rate=lambda group, request: settings.COSTLY_PAGES, method=list(methods))  # type: ignore[no-any-return]


def client_address(request: HttpRequest) -> str:
    """The IP address of the caller; empty when there is none, as on a socket of this machine.

    Each of the ``TRUSTED_PROXIES`` in front adds the address it was asked from to the end of ``X-Forwarded-For``. What
    stands further left was written by the caller, who may write anything.
    """
    peer = _ip_address(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not proxies or len(forwarded) < proxies:
        return peer
    return _ip_address(forwarded[-proxies]) or peer


def _ip_address(written: str) -> str:
    """In its usual form, without the port that some proxies add."""
    bare = written.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


class TimeZoneMiddleware(MiddlewareMixin):
    """Pages show times in the zone of the person who is signed in."""

    def process_request(self, request: HttpRequest) -> None:
        timezone.activate(zoneinfo.ZoneInfo(getattr(request.user, "timezone", "UTC")))

"""How often the API may be asked: by each token or user, and by each address for those who have not signed in.

Every request takes a token from its caller's bucket, and from a second one where its view names a stricter ``limit``
(a name of ``settings.LIMITS``). Whatever never reaches a view (unknown paths, bad tokens) counts for its address.
Without Valkey nothing is counted and the API stays open, except where somebody could guess at passwords.
"""

import functools
import ipaddress
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from sentimatrix_studio import buckets, problems
from sentimatrix_studio.buckets import Bucket, BucketError, Level
from sentimatrix_studio.requests import client_address

logger = logging.getLogger(__name__)

PREFIX = "studio:limit:"
CLOSED_WITHOUT_VALKEY = ("sign_in", "password_reset")
REFUSALS = Counter("studio_limit_refusals", "Requests refused because there were too many of them.", ["limit"])
UNAVAILABLE = Counter("studio_limiter_unavailable", "Requests not counted because Valkey did not answer.")


class SignInClosed(exceptions.APIException):
    """Who cannot count the tries must not let anybody try."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "This is not available at the moment. Try again soon."
    default_code = "SERVICE_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Limit:
    """One of ``settings.LIMITS`` as it applies to one caller."""

    name: str
    bucket: Bucket

    @classmethod
    def of(cls, name: str, caller: str) -> Self:
        return cls(name, Bucket(f"{PREFIX}{name}:{caller}", *settings.LIMITS[name]))

    @property
    def policy(self) -> str:
        seconds = math.ceil(self.bucket.burst * self.bucket.period / self.bucket.amount)
        return f'"{self.name}";q={self.bucket.burst};w={seconds}'


class Standing:
    """What is left to a caller after a request."""

    def __init__(self, limits: Sequence[Limit], levels: Sequence[Level]) -> None:
        self.limits, self.levels = limits, levels

    @classmethod
    def uncounted(cls, limits: Sequence[Limit]) -> Self:
        return cls(limits, [Level(0.0, limit.bucket.burst, 0.0) for limit in limits])

    @property
    def wait(self) -> float:
        """Seconds; 0.0 when the request is within all limits."""
        return max(level.wait for level in self.levels)

    def headers(self) -> dict[str, str]:
        """The older and the newer form, draft-ietf-httpapi-ratelimit-headers-10: a quota is a full bucket."""
        both = list(zip(self.limits, self.levels, strict=True))
        limit, level = max(both, key=lambda one: (one[1].wait, -one[1].remaining))
        return {
            "X-RateLimit-Limit": str(limit.bucket.burst),
            "X-RateLimit-Remaining": str(level.remaining),
            "X-RateLimit-Reset": str(math.ceil(level.reset)),
            "RateLimit": ", ".join(f'"{one.name}";r={left.remaining};t={math.ceil(left.reset)}' for one, left in both),
            "RateLimit-Policy": ", ".join(one.policy for one in self.limits),
        }


def count(limits: Sequence[Limit]) -> Standing:
    """Take a token for each. Raises SignInClosed."""
    try:
        standing = Standing(limits, buckets.take([limit.bucket for limit in limits]))
    except BucketError as error:
        UNAVAILABLE.inc()
        _warn(str(error), minute=int(time.monotonic() // 60))
        if any(limit.name in CLOSED_WITHOUT_VALKEY for limit in limits):
            raise SignInClosed from error
        return Standing.uncounted(limits)
    for limit, level in zip(limits, standing.levels, strict=True):
        if level.wait:
            REFUSALS.labels(limit.name).inc()
    return standing


@functools.lru_cache(1)
def _warn(reason: str, minute: int) -> None:
    """Once a minute: the counter knows how many requests there were."""
    logger.warning("Requests are not counted, Valkey does not answer: %s", reason)


def limits_of(request: Request, stricter: str | None) -> list[Limit]:
    if not request.user.is_authenticated:
        caller = _network(request._request)
        limits = [Limit.of("anonymous", caller)]
    else:
        caller = str(request.user.pk)
        # Each API token has a bucket of its own; what is limited more strictly is so for the user.
        limits = [Limit.of("user", str(getattr(request.auth, "pk", caller)))]
    return [*limits, Limit.of(stricter, caller)] if stricter else limits


def _network(request: HttpRequest) -> str:
    """Who has one IPv6 address has 2⁶⁴ of them: what they share counts."""
    address = client_address(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


class Throttle(BaseThrottle):
    """Counts a request for whoever it comes from. A view whose ``limit`` is None costs nothing."""

    def allow_request(self, request: Request, view: Any) -> bool:
        limit: str | None = getattr(view, "limit", "")
        limits = limits_of(request, limit)
        self.standing = Standing.uncounted(limits)
        request._request.standing = self.standing  # type: ignore[attr-defined]  # for the headers
        if limit is not None:
            self.standing = request._request.standing = count(limits)  # type: ignore[attr-defined]
        return not self.standing.wait

    def wait(self) -> float:
        return self.standing.wait


def rate_limits(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: every answer of the API says how much is left; what no view has counted is counted now."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        return _settle(request, response) if problems.is_api(request) else response

    return answer


def _settle(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    standing: Standing | None = getattr(request, "standing", None)
    if standing is None:
        standing = count([Limit.of("anonymous", _network(request))])
        if standing.wait:
            response = problems.too_many(request, standing.wait)
    for name, value in standing.headers().items():
        response[name] = value
    return response

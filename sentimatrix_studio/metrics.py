"""What Prometheus reads at /metrics: how often something has happened, and how things are at that moment.

Other modules define the counters of what they do.
"""

import functools
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rest_framework import permissions
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from accounts.authentication import HasScope, TokenAuthentication
from accounts.choices import Scope
from accounts.staff import HasSecondFactor
from scraping.choices import JobStatus
from scraping.models import Job
from sentimatrix_studio import counters, health
from sentimatrix_studio.rest import View

access = logging.getLogger("access")

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NO_ROUTE = "-"  # redirects to HTTPS, and what is nowhere
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Histogram(
    "studio_request_seconds", "Time to answer a request.", ["method", "route", "status"], buckets=SECONDS
)
histogram_of = functools.cache(REQUESTS.labels)  # few: routes and methods are those we know


def note_requests(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: a figure and a line in the log for each request, under the name of its route, as addresses may hold
    secrets."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = get_response(request)
        _note(request, response, time.perf_counter() - started)
        return response

    return answer


def _note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    method = request.method if request.method in METHODS else "OTHER"
    route = request.resolver_match.view_name if request.resolver_match else NO_ROUTE
    histogram_of(method, route, f"{response.status_code // 100}xx").observe(seconds)
    about = {"method": method, "route": route, "status": response.status_code, "ms": round(1000 * seconds, 1)}
    access.info("request", extra=about | _who(request))


def _who(request: HttpRequest) -> dict[str, str]:
    """Whoever is known by now to have asked; to find out, nothing is read."""
    user = request.__dict__.get("_cached_user") or request.__dict__.get("user")
    if user is None or isinstance(user, SimpleLazyObject) or user.pk is None:
        return {}
    return {"user_id": str(user.pk)}


class Scraper(AnonymousUser):
    """Whoever collects figures and knows METRICS_TOKEN: no user, but let in like one who runs the site."""

    is_authenticated = is_staff = True  # type: ignore[assignment]  # of nobody else without an account


class MetricsToken(TokenAuthentication):
    def authenticate(self, request: Request) -> Any:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if settings.METRICS_TOKEN and constant_time_compare(given, settings.METRICS_TOKEN):
            return Scraper(), None
        return super().authenticate(request)


class Metrics(View):
    authentication_classes = (MetricsToken, SessionAuthentication)
    permission_classes = (HasScope, permissions.IsAdminUser, HasSecondFactor)
    scope = Scope.ADMIN
    limit = None

    @extend_schema(responses={(200, "text/plain"): str})
    def get(self, request: Request) -> HttpResponse:
        """Collect figures.

        For Prometheus, with the setting METRICS_TOKEN, and for those who run the site.
        """
        return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def exposition() -> bytes:
    """All figures as text for Prometheus."""
    everything = counters.registry()
    everything.register(Moment())
    return generate_latest(everything)


class Moment(Collector):
    """What the databases say now; a part that does not answer is left out, and said to be down."""

    def collect(self) -> Iterable[Metric]:
        checks = health.run_checks()
        yield _family("studio_up", "Whether a part works.", "part", {name: _is_ok(checks, name) for name in checks})
        if _is_ok(checks, "database"):
            found = dict(Job.objects.order_by().values_list("status").annotate(Count("pk")))
            jobs = {status: found.get(status, 0) for status in JobStatus.values}
            yield _family("studio_jobs", "Jobs there are.", "status", jobs)
            yield _family("studio_steps", "Steps of jobs that are not done.", "state", health.queue_depth())
        if _is_ok(checks, "cache"):
            yield GaugeMetricFamily("studio_queue_rings", "Rings no worker has heard yet.", health.rings())


def _is_ok(checks: dict[str, str], name: str) -> bool:
    return checks[name] == "ok"


def _family(name: str, meaning: str, label: str, numbers: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value, number in numbers.items():
        family.add_metric([value], number)
    return family

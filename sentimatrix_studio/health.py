"""Whether this installation works: for people, load balancers, containers and Prometheus."""

import functools
import logging
import platform
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypedDict

import django
import pymongo
import redis
from django.conf import settings
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.status import Stat
from drf_spectacular.utils import extend_schema
from pymongo.errors import PyMongoError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasScope
from accounts.choices import Scope
from accounts.models import User
from accounts.staff import HasSecondFactor
from scraping.choices import UNFINISHED, JobStatus
from scraping.models import Job, Step
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.rest import View, utc
from sentimatrix_studio.shapes import Count, Id, Moment

logger = logging.getLogger(__name__)

PATIENCE = 1.5  # seconds for a database to answer: whoever asks hears of a dead one within five


def check_database() -> str:
    try:
        _ask_database("ping")
    except PyMongoError as error:
        logger.warning("The database does not answer: %s", error)
        return "unreachable"
    return "ok"


def check_cache() -> str:
    try:
        _valkey().ping()
    except RedisError as error:
        logger.warning("The cache does not answer: %s", error)
        return "unreachable"
    return "ok"


def check_worker() -> str:
    """A cluster of workers renews its sign of life several times in three seconds."""
    try:
        return "ok" if heartbeats() else "none running"
    except RedisError:
        return "unknown"


def run_checks() -> dict[str, str]:
    """Each part with ``ok`` or what is wrong with it."""
    cache = check_cache()
    return {
        "database": check_database(),
        "cache": cache,
        "worker": check_worker() if cache == "ok" else "unknown",  # its signs of life are in the cache
    }


def _ask_database(command: str) -> Any:
    with pymongo.timeout(PATIENCE):
        return collection(User).database.command(command)


@functools.cache
def _valkey() -> redis.Redis:
    patience = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
    return redis.Redis.from_url(settings.REDIS_URL, **patience)


def heartbeats() -> list[Any]:
    """The latest sign of life of each cluster of workers. Raises RedisError."""
    stats: list[Any] = Stat.get_all()
    return stats


def queue_depth() -> dict[str, int]:
    """Steps of jobs by state, done ones aside. What there is to do stands in MongoDB; the queue only rings for it."""
    return {state.value: Step.objects.filter(state=state).count() for state in UNFINISHED}


def rings() -> int:
    """How often the bell has rung without a worker having heard it yet. Raises RedisError."""
    return int(get_broker().queue_size())


class HealthJson(TypedDict):
    status: Literal["healthy", "degraded"]
    version: str
    environment: str


class AliveJson(TypedDict):
    status: Literal["alive"]


class ChecksJson(TypedDict):
    """`ok`, or what is wrong with the part."""

    database: str
    cache: str
    worker: str


class ReadyJson(TypedDict):
    status: Literal["ready", "not ready"]
    checks: ChecksJson


class WorkerJson(TypedDict):
    """One `manage.py worker` with its processes."""

    host: str
    pid: int
    status: str
    processes: Count
    started_at: Moment
    seen_at: Moment


class OldestJobJson(TypedDict):
    """Of those that are not done."""

    id: Id
    status: Annotated[str, JobStatus]
    created_at: Moment
    age_seconds: int


class DetailsJson(TypedDict):
    """`queue` counts steps of jobs by state, and the rings no worker has heard yet."""

    status: Literal["healthy", "degraded"]
    checks: ChecksJson
    versions: dict[str, str | None]
    latency_ms: dict[str, float | None]
    queue: dict[str, int | None]
    workers: list[WorkerJson] | None
    oldest_job: OldestJobJson | None


class HealthView(View):
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    limit = None  # whoever looks after us asks often, and also when Valkey does not answer


class Overall(HealthView):
    @extend_schema(responses={200: HealthJson})
    def get(self, request: Request) -> Response:
        """Tell how Studio is.

        Degraded when a part does not answer: `/health/ready` says which.
        """
        healthy = all(answer == "ok" for answer in run_checks().values())
        status = "healthy" if healthy else "degraded"
        return Response({"status": status, "version": settings.VERSION, "environment": settings.ENVIRONMENT})


class Live(HealthView):
    @extend_schema(responses={200: AliveJson})
    def get(self, request: Request) -> Response:
        """Tell that the process is alive.

        Never touches a dependency.
        """
        return Response({"status": "alive"})


class Ready(HealthView):
    @extend_schema(responses={200: ReadyJson, 503: ReadyJson})
    def get(self, request: Request) -> Response:
        """Tell whether to send requests here.

        503 names the part that does not answer.
        """
        checks = run_checks()
        ready = all(answer == "ok" for answer in checks.values())
        return Response({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


class Details(View):
    permission_classes = (HasScope, permissions.IsAdminUser, HasSecondFactor)
    scope = Scope.ADMIN

    @extend_schema(responses={200: DetailsJson})
    def get(self, request: Request) -> Response:
        """Look closer.

        For those who run the site. What a part that does not answer would have said is null.
        """
        checks = run_checks()
        has_database, has_cache = checks["database"] == "ok", checks["cache"] == "ok"
        return Response(
            {
                "status": "healthy" if all(answer == "ok" for answer in checks.values()) else "degraded",
                "checks": checks,
                "versions": {**VERSIONS, **_versions(has_database, has_cache)},
                "latency_ms": {
                    "database": _milliseconds(lambda: _ask_database("ping")) if has_database else None,
                    "cache": _milliseconds(_valkey().ping) if has_cache else None,
                },
                "queue": {
                    **(queue_depth() if has_database else dict.fromkeys(UNFINISHED)),
                    "rings": rings() if has_cache else None,
                },
                "workers": [_worker(stat) for stat in heartbeats()] if has_cache else None,
                "oldest_job": _oldest_job() if has_database else None,
            }
        )


VERSIONS = {"studio": settings.VERSION, "python": platform.python_version(), "django": django.get_version()}


def _versions(has_database: bool, has_cache: bool) -> dict[str, str | None]:
    server = _valkey().info("server") if has_cache else {}
    return {
        "mongodb": _ask_database("buildInfo")["version"] if has_database else None,
        "valkey": server.get("valkey_version", server.get("redis_version")),
    }


def _milliseconds(ask: Callable[[], Any]) -> float:
    started = time.perf_counter()
    ask()
    return round(1000 * (time.perf_counter() - started), 1)


def _worker(stat: Any) -> WorkerJson:
    return {
        "host": stat.host,
        "pid": stat.pid,
        "status": str(stat.status),
        "processes": len(stat.workers),
        "started_at": utc(stat.tob),
        "seen_at": utc(stat.timestamp),
    }


def _oldest_job() -> OldestJobJson | None:
    job = Job.objects.live().order_by("created_at").first()
    if job is None:
        return None
    age = round((timezone.now() - job.created_at).total_seconds())
    return {"id": str(job.pk), "status": job.status, "created_at": utc(job.created_at), "age_seconds": age}

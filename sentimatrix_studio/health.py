"""Whether this installation works: for people, load balancers and containers."""

import logging
from collections.abc import Callable

import pymongo
from django.conf import settings
from django.core.cache import cache
from django_q.status import Stat
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError
from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.rest import View

logger = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds for the database to answer


def check_database() -> str:
    try:
        with pymongo.timeout(PATIENCE):
            collection(User).database.command("ping")
    except PyMongoError as error:
        logger.warning("The database does not answer: %s", error)
        return "unreachable"
    return "ok"


def check_cache() -> str:
    try:
        cache.get("health")
    except RedisError as error:
        logger.warning("The cache does not answer: %s", error)
        return "unreachable"
    return "ok"


def check_worker() -> str:
    """A cluster of workers renews its sign of life several times in three seconds."""
    try:
        return "ok" if Stat.get_all() else "none running"
    except RedisError:
        return "unknown"


CHECKS: dict[str, Callable[[], str]] = {"database": check_database, "cache": check_cache, "worker": check_worker}


def run_checks() -> dict[str, str]:
    return {name: check() for name, check in CHECKS.items()}


class HealthView(View):
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)


class Overall(HealthView):
    def get(self, request: Request) -> Response:
        healthy = all(answer == "ok" for answer in run_checks().values())
        status = "healthy" if healthy else "degraded"
        return Response({"status": status, "version": settings.VERSION, "environment": settings.ENVIRONMENT})


class Live(HealthView):
    """Alive: never touches a dependency."""

    def get(self, request: Request) -> Response:
        return Response({"status": "alive"})


class Ready(HealthView):
    """Whether to send requests here; 503 names the part that does not answer."""

    def get(self, request: Request) -> Response:
        checks = run_checks()
        ready = all(answer == "ok" for answer in checks.values())
        return Response({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)

"""Run the processes that collect and analyse."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from prometheus_client import start_http_server

from accounts import audit
from scraping import cluster, tasks
from sentimatrix_studio import counters


class Command(BaseCommand):
    help = "Collects and analyses, with WORKERS processes, until Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.METRICS_PORT:
            start_http_server(settings.METRICS_PORT, registry=counters.registry())
        tasks.schedule_tick()
        if settings.IGNORE_ROBOTS:
            audit.record("robots.ignored", None, hosts=", ".join(settings.IGNORE_ROBOTS))
        connection.close_pool()  # type: ignore[attr-defined]  # the processes forked from here open their own
        cluster.run()

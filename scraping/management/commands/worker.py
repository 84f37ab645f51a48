"""Run the processes that collect and analyse."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from scraping import cluster, tasks


class Command(BaseCommand):
    help = "Collects and analyses, with WORKERS processes, until Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        tasks.schedule_tick()
        connection.close_pool()  # type: ignore[attr-defined]  # the processes forked from here open their own
        cluster.run()

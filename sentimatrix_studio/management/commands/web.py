from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

STOP_SECONDS = 5  # for requests that are being answered; then they are cut off


class Command(BaseCommand):
    help = "Serves pages, API and WebSockets until SIGTERM or Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="the port to listen on (8000)")
        parser.add_argument("--web-workers", type=int, default=settings.WEB_WORKERS, help="processes that answer")

    def handle(self, *args: Any, host: str, port: int, web_workers: int, **options: Any) -> None:
        uvicorn.run(
            "sentimatrix_studio.asgi:application",
            host=host,
            port=port,
            workers=web_workers,
            lifespan="off",
            log_config=None,  # our own, in settings
            log_level="warning",  # below that it names whole addresses, which may hold secrets
            access_log=False,  # see metrics.note_requests
            proxy_headers=False,  # whom to believe is for TRUSTED_PROXIES to say
            server_header=False,
            ws_max_size=2**16,
            timeout_graceful_shutdown=STOP_SECONDS,
        )

"""Run the whole of Studio on this machine."""

import http.client
import os
import socket
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sentimatrix_studio import datalock, embedded
from sentimatrix_studio.children import Child
from sentimatrix_studio.supervisor import AskedToStop, ChildError, Supervisor

STOP_SECONDS = 6.5  # for each of the two rounds of Supervisor.stop: together under 15


@dataclass(frozen=True)
class Place:
    """Where the site listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def is_for_everybody(self) -> bool:
        return self.host in ("0.0.0.0", "::")  # noqa: S104  (asked for by the operator)

    def check_free(self) -> None:
        """Raises CommandError when nobody can listen here."""
        family, kind, protocol, _, address = self._addresses()[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                reason = os.strerror(error.errno or 0).lower()
                raise CommandError(f"Cannot listen on {self.url}: {reason}. Choose another --port.") from error

    def _addresses(self) -> list[Any]:
        try:
            return socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise CommandError(f"{self.host} is no address of this machine. Choose another --host.") from error

    def answers(self) -> bool:
        """Any answer but a server error: behind a name of its own the site refuses requests to its bare address."""
        host = "localhost" if self.is_for_everybody else self.host
        connection = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Command(BaseCommand):
    help = "Runs Studio on this machine: MongoDB, Valkey, the web server and the workers, until Ctrl-C or SIGTERM."
    requires_system_checks: list[str] = []  # the children run their own; this process only looks after them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="the port to listen on (8000)")
        parser.add_argument("--data-dir", type=Path, default=settings.DATA_DIR, help="where everything is kept (.data)")
        parser.add_argument("--workers", type=int, default=settings.WORKERS, help="processes that collect and analyse")

    def handle(self, *args: Any, host: str, port: int, data_dir: Path, workers: int, **options: Any) -> None:
        place = Place(host, port)
        data_dir = data_dir.resolve()
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        supervisor = Supervisor(self.tell)
        supervisor.listen_for_signals()
        try:
            lock = datalock.hold(data_dir, place.url)
            place.check_free()
            environment = environment_for(place, data_dir, workers)
            self.start_databases(supervisor, data_dir, environment, lock)
            self.start_programs(supervisor, place, data_dir, environment)
            supervisor.watch()
        except AskedToStop:
            self.tell("Stopping …")
        except (datalock.HeldError, embedded.EmbeddedError, ChildError) as reason:
            raise CommandError(str(reason)) from reason
        finally:
            supervisor.stop(STOP_SECONDS)

    def start_databases(self, supervisor: Supervisor, data_dir: Path, environment: dict[str, str], lock: int) -> None:
        """Those whose address is not given; the addresses of ours go into ``environment``."""
        for variable, database in (("MONGODB_URI", embedded.MongoDB), ("REDIS_URL", embedded.Valkey)):
            if environment.get(variable) or environment.get(f"{variable}_FILE"):
                continue
            server: embedded.Server = database(data_dir, keep_open=[lock])
            self.tell(f"Starting {server.child.name} in {data_dir}")
            supervisor.start(server.child, server.is_ready, is_foundation=True)
            environment[variable] = server.url

    def start_programs(self, supervisor: Supervisor, place: Place, data_dir: Path, environment: dict[str, str]) -> None:
        def program(name: str, log: str, *arguments: str) -> Child:
            command = [sys.executable, *arguments]
            return Child(name, command, embedded.log_file(data_dir, log), environment=environment)

        manage = str(settings.BASE_DIR / "manage.py")
        self.tell("Preparing the database and the static files")
        supervisor.run(
            program("The preparation of the database", "migrate", manage, "migrate", "--noinput"),
            program("The collection of static files", "static", manage, "collectstatic", "--noinput"),
        )
        self.tell(f"Starting the web server and {environment['WORKERS']} workers")
        supervisor.start(program("The worker", "worker", manage, "qcluster"))
        web = ["-m", "daphne", "-b", place.host, "-p", str(place.port), "--no-server-name"]
        web += ["sentimatrix_studio.asgi:application"]
        supervisor.start(program("The web server", "web", *web), place.answers)
        self.tell(f"Studio is ready at {place.url}")
        self.tell(f"Ctrl-C stops it. Logs are in {data_dir / 'logs'}")

    def tell(self, message: str) -> None:
        self.stdout.write(message)
        self.stdout.flush()


def environment_for(place: Place, data_dir: Path, workers: int) -> dict[str, str]:
    """What the children read their settings from."""
    environment = dict(os.environ)
    environment |= {"DATA_DIR": str(data_dir), "WORKERS": str(workers), "PYTHONUNBUFFERED": "1"}
    if not place.is_for_everybody:
        environment.setdefault("ALLOWED_HOSTS", ",".join([*settings.ALLOWED_HOSTS, place.host]))
    return environment

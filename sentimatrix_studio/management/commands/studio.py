"""Run the whole of Studio on this machine."""

import http.client
import os
import re
import shutil
import socket
import sys
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sentimatrix_studio import datalock, embedded, static_sources
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
    place: Place
    data_dir: Path
    environment: dict[str, str]
    supervisor: Supervisor

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=port_number, default=8000, help="the port to listen on (8000)")
        parser.add_argument("--data-dir", type=Path, default=settings.DATA_DIR, help="where everything is kept (.data)")
        parser.add_argument(
            "--workers", type=worker_count, default=settings.WORKERS, help="processes that collect and analyse"
        )

    def handle(self, *args: Any, host: str, port: int, data_dir: Path, workers: int, **options: Any) -> None:
        self.place = Place(host, port)
        self.data_dir = data_dir.resolve()
        make_folder(self.data_dir)
        self.environment = environment_for(self.place, self.data_dir, workers)
        self.supervisor = Supervisor(self.tell)
        self.supervisor.listen_for_signals()
        try:
            self.run()
        except AskedToStop:
            self.tell("Stopping …")
        except (datalock.HeldError, embedded.EmbeddedError, ChildError) as reason:
            raise CommandError(str(reason)) from reason
        finally:
            self.supervisor.stop(STOP_SECONDS)

    def run(self) -> None:
        """Until asked to stop. Raises CommandError and the exceptions that `handle` turns into one."""
        lock = datalock.hold(self.data_dir, self.place.url)
        self.place.check_free()
        make_anew(Path(self.environment["PROMETHEUS_MULTIPROC_DIR"]))
        self.start_databases(lock)
        self.tell("Preparing the database and the static files")
        self.prepare()
        self.tell(f"Starting the web server and {self.environment['WORKERS']} workers")
        self.start_programs()
        self.tell(f"Studio is ready at {self.place.url}")
        self.tell(f"Ctrl-C stops it. Logs are in {self.data_dir / 'logs'}")
        self.supervisor.watch()

    def start_databases(self, lock: int) -> None:
        """Those whose address is not given; the addresses of ours go into the environment of what follows."""
        for variable, database in (("MONGODB_URI", embedded.MongoDB), ("REDIS_URL", embedded.Valkey)):
            if self.environment.get(variable) or self.environment.get(f"{variable}_FILE"):
                continue
            server: embedded.Server = database(self.data_dir, keep_open=[lock])
            self.tell(f"Starting {server.child.name} in {self.data_dir}")
            self.supervisor.start(server.child, server.is_ready, is_foundation=True)
            self.environment[variable] = server.url

    def prepare(self) -> None:
        preparations = [self.manage("The preparation of the database", "migrate", "--noinput")]
        mark = Path(self.environment.get("STATIC_ROOT") or self.data_dir / "static") / ".sources"
        sources = static_sources.fingerprint()
        if not mark.exists() or mark.read_text(encoding="utf-8") != sources:  # compressing them takes seconds
            preparations += [self.manage("The collection of static files", "collectstatic", "--noinput")]
        self.supervisor.run(*preparations)
        mark.write_text(sources, encoding="utf-8")

    def start_programs(self) -> None:
        self.supervisor.start(self.manage("The worker", "worker"))
        web = self.manage("The web server", "web", "--host", self.place.host, "--port", str(self.place.port))
        self.supervisor.start(web, self.place.answers)

    def manage(self, name: str, command: str, *options: str) -> Child:
        line = [sys.executable, str(settings.BASE_DIR / "manage.py"), command, *options]
        return Child(name, line, embedded.log_file(self.data_dir, command), environment=self.environment)

    def tell(self, message: str) -> None:
        self.stdout.write(message)
        self.stdout.flush()


def port_number(text: str) -> int:
    return _number(text, 1, 65535)


def worker_count(text: str) -> int:
    return _number(text, 1, 1000)


def _number(text: str, least: int, most: int) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not least <= int(text) <= most:
        raise ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
    return int(text)


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise CommandError(f"Cannot keep anything in {folder}: {reason}. Choose another --data-dir.") from error


def environment_for(place: Place, data_dir: Path, workers: int) -> dict[str, str]:
    """What the children read their settings from."""
    environment = dict(os.environ)
    environment |= {"DATA_DIR": str(data_dir), "WORKERS": str(workers), "PYTHONUNBUFFERED": "1"}
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(data_dir / "metrics")
    if not place.is_for_everybody:
        environment.setdefault("ALLOWED_HOSTS", ",".join([*settings.ALLOWED_HOSTS, place.host]))
    return environment


def make_anew(folder: Path) -> None:
    """Counts of former lives would be taken for those of processes that happen to have the same number."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)

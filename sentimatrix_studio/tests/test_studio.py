"""`manage.py studio` itself, with real databases, web server and workers."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings

from sentimatrix_studio.management.commands.studio import Place, environment_for
from sentimatrix_studio.tests.waiting import wait_until

# One worker of xdist runs all of these, so that they can share one Studio.
pytestmark = pytest.mark.xdist_group("studio")
READY = "/api/v1/health/ready"
PROGRAMS = ["mongod", "valkey-server", "worker", "web"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Studio:
    """One run of the command, on a folder and a port of its own; static files are collected once for all."""

    data_dir: Path
    static_root: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        self.output = self.data_dir.with_suffix(".out")
        of_the_tests = ("MONGODB_URI", "REDIS_URL", "SECRET_KEY", "DEBUG")
        environment = {name: value for name, value in os.environ.items() if name not in of_the_tests}
        environment |= {"DATA_DIR": str(self.data_dir), "STATIC_ROOT": str(self.static_root), **self.settings}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "studio", "--data-dir", str(self.data_dir)]
        command += ["--port", str(self.port), "--workers", "1"]
        with self.output.open("wb") as output:
            self.process = psutil.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)

    def wait_until_ready(self) -> None:
        ready = f"Studio is ready at http://127.0.0.1:{self.port}\n"
        wait_until(lambda: ready in self.output.read_text() or self.process.poll() is not None, seconds=240)
        assert ready in self.output.read_text()

    def child(self, program: str) -> psutil.Process | None:
        for child in self.process.children():
            with suppress(psutil.NoSuchProcess):  # it may have ended since
                if any(program in part for part in child.as_dict(["cmdline"])["cmdline"] or []):
                    return child
        return None

    def status(self, path: str = "/health/live") -> int:
        """0 when nobody answers."""
        try:
            return self._get(path)[0]
        except OSError:
            return 0

    def answer(self, path: str) -> Any:
        return json.loads(self._get(path)[1])

    def _get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, static_root: Path) -> Iterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("studio") / "data", static_root)
    studio.start()
    studio.wait_until_ready()
    yield studio
    family = studio.family()
    studio.process.terminate()
    psutil.wait_procs(family, timeout=60)


def test_the_ready_line_is_true(studio: Studio) -> None:
    assert studio.status("/") == 200
    assert [program for program in PROGRAMS if studio.child(program) is None] == []


def test_a_second_start_on_the_same_folder_names_the_holder(studio: Studio) -> None:
    second = Studio(studio.data_dir.with_name("alias"), studio.static_root)
    second.data_dir.symlink_to(studio.data_dir)
    second.start()
    assert second.process.wait(timeout=240) == 1
    sentence = f"process {studio.process.pid} at http://127.0.0.1:{studio.port}."
    assert sentence in second.output.read_text()
    assert studio.status() == 200


def test_a_busy_port_is_said_in_one_sentence(studio: Studio) -> None:
    second = Studio(studio.data_dir.with_name("second"), studio.static_root, port=studio.port)
    second.start()
    assert second.process.wait(timeout=240) == 1
    sentence = f"Cannot listen on http://127.0.0.1:{studio.port}: address already in use. Choose another --port."
    assert second.output.read_text() == f"CommandError: {sentence}\n"


PARTS = [("mongod", "database"), ("valkey-server", "cache"), ("worker", "worker")]


@pytest.mark.parametrize(("program", "part"), PARTS)
def test_readiness_names_a_part_that_hangs_within_seconds_and_comes_back_with_it(
    studio: Studio, program: str, part: str
) -> None:
    wait_until(lambda: studio.status(READY) == 200)
    hanging = studio.child(program)
    assert hanging is not None
    family = [hanging, *hanging.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        wait_until(lambda: studio.status(READY) == 503)
        assert studio.answer(READY)["checks"][part] != "ok"
        assert studio.status() == 200
    finally:
        for process in family:
            process.resume()
    wait_until(lambda: studio.status(READY) == 200)


def test_a_page_does_not_wait_for_a_database_that_hangs(studio: Studio) -> None:
    path = "/accounts/confirm-email/unknown/"
    wait_until(lambda: studio.status(path) == 200)
    mongod = studio.child("mongod")
    assert mongod is not None
    mongod.suspend()
    try:
        wait_until(lambda: studio.status(path) == 503)
    finally:
        mongod.resume()
    wait_until(lambda: studio.status(path) == 200)


@pytest.mark.chaos
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_killed_child_is_started_again(studio: Studio, program: str) -> None:
    killed = studio.child(program)
    assert killed is not None
    killed.kill()
    wait_until(lambda: (again := studio.child(program)) and again.pid != killed.pid)
    wait_until(lambda: studio.status("/accounts/login/") == 200)


@pytest.mark.chaos
def test_a_killed_studio_leaves_no_process_and_starts_again_on_its_folder_and_stops_in_time(
    tmp_path: Path, static_root: Path
) -> None:
    studio = Studio(tmp_path / "data", static_root)
    studio.start()
    studio.wait_until_ready()
    family = studio.family()
    studio.process.kill()
    studio.start()
    assert psutil.wait_procs(family, timeout=240)[1] == []
    studio.wait_until_ready()
    family = studio.family()
    studio.process.send_signal(signal.SIGINT)
    assert psutil.wait_procs(family, timeout=240)[1] == []
    assert studio.process.returncode == 0
    assert studio.output.read_text().endswith("Stopping …\n")


def test_children_allow_the_address_they_are_asked_to_listen_on(tmp_path: Path) -> None:
    environment = environment_for(Place("studio.internal", 80), tmp_path, workers=3)
    assert environment["ALLOWED_HOSTS"].split(",") == [*settings.ALLOWED_HOSTS, "studio.internal"]
    assert (environment["DATA_DIR"], environment["WORKERS"]) == (str(tmp_path), "3")


def test_an_ipv6_address_is_written_in_brackets() -> None:
    assert Place("::1", 8000).url == "http://[::1]:8000"

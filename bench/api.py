"""Requests over HTTP: the CPU time of the web server's process for each, beside a bare handler with the same queries.

python bench/api.py [web servers]
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from _studio import fill, new_project, row, studio

ROUNDS, REQUESTS = 9, 200  # the system counts hundredths of a second
PROJECTS, REVIEWS = 20, 300
PATHS = ("/api/v1/auth/me", "/api/v1/projects")
APPLICATIONS = {"Studio": "sentimatrix_studio.asgi:application", "bare": "_bare:application"}
SERVERS = {
    "daphne": ["daphne", "--no-server-name", "-b", "127.0.0.1", "-p"],
    "uvicorn": ["uvicorn", "--lifespan", "off", "--no-access-log", "--timeout-keep-alive", "60", "--port"],
    "granian": ["granian", "--interface", "asginl", "--port"],
}
PORT = 18_700


class Site:
    """One application behind one web server, and one connection to it that stays open."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, token: str) -> None:
        self._process = psutil.Process(process.pid)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path, headers=self._headers)
        response = self.connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return body

    def cpu_of(self, path: str) -> float:
        """Seconds a request, of the server's processes."""
        self.connection.close()  # a server may have grown tired of it since the last round
        before = self._cpu()
        for _ in range(REQUESTS):
            self.get(path)
        return (self._cpu() - before) / REQUESTS

    def _cpu(self) -> float:
        family = [self._process, *self._process.children(recursive=True)]
        return sum(one.cpu_times().user + one.cpu_times().system for one in family)


@contextmanager
def site(server: str, application: str, port: int, token: str) -> Iterator[Site]:
    program, *options = SERVERS[server]
    folder = Path(__file__).parent
    command = [sys.executable, "-m", program, *options, str(port), application]
    environment = os.environ | {"PYTHONPATH": f"{folder.parent}:{folder}"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _ready(Site(process, port, token), process)
    finally:
        process.terminate()
        process.wait()


def _ready(here: Site, process: subprocess.Popen[bytes]) -> Site:
    while True:
        try:
            here.get(PATHS[0])
            return here
        except OSError:
            assert process.poll() is None, "The web server did not start."
            here.connection.close()
            time.sleep(0.1)


def main(servers: list[str]) -> None:
    token = _sign_in_with_projects()
    for server in servers or list(SERVERS):
        with ExitStack() as stack:
            sites = {
                name: stack.enter_context(site(server, application, PORT + number, token))
                for number, (name, application) in enumerate(APPLICATIONS.items())
            }
            for path in PATHS:
                assert json.loads(sites["Studio"].get(path)) == json.loads(sites["bare"].get(path)), path
                rounds = [{name: one.cpu_of(path) for name, one in sites.items()} for _ in range(ROUNDS)]
                ours, bare = (statistics.median(times[name] for times in rounds) for name in sites)
                figures = f"{1000 * ours:.2f}, {1000 * bare:.2f} ms ({ours / bare:.1f}×)"
                row(f"{server}: GET {path}, Studio and bare", figures, "at most 2.5×")


def _sign_in_with_projects() -> str:
    from accounts.authentication import new_tokens

    projects = [new_project(f"Project {number}") for number in range(PROJECTS)]
    for project in projects:
        fill(project, REVIEWS)
    return new_tokens(projects[0].owner)["access_token"]


if __name__ == "__main__":
    os.environ.setdefault("SECRET_KEY", "a key that only this benchmark signs its tokens with")
    with studio("studio_bench_api"):
        main(sys.argv[1:])

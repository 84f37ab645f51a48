"""The real site for the browser: `manage.py studio` with databases of its own in an empty data folder."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
from django.conf import settings

from sentimatrix_studio.children import Child, stop

READY_WITHIN = 240.0
# What would point the site at servers, mail or rules other than those of a fresh installation.
OF_OTHER_INSTALLATIONS = (
    *(
        "MONGODB_URI",
        "MONGODB_NAME",
        "REDIS_URL",
        "DATA_DIR",
        "STATIC_ROOT",
        "SECRET_KEY",
        "SIGNUP",
        "EMAIL_URL",
        "DEBUG",
    ),
    *("ALLOWED_HOSTS", "HTTPS", "TRUSTED_PROXIES", "OUTBOUND_PROXY"),
)


@contextmanager
def running_site(data_dir: Path, static_root: Path, **settings_of_its_own: str) -> Iterator[str]:
    """The address of a fresh installation with one worker; stopped, and its log kept, at the end."""
    port = free_port()
    command: list[str | Path] = [sys.executable, settings.BASE_DIR / "manage.py", "studio"]
    command += ["--port", str(port), "--data-dir", data_dir / "site", "--workers", "1"]
    environment = {name: value for name, value in os.environ.items() if name not in OF_OTHER_INSTALLATIONS}
    environment |= {"STATIC_ROOT": str(static_root), **settings_of_its_own}
    studio = Child("Studio", command, data_dir / "studio.log", environment=environment)
    studio.start()
    try:
        yield wait_for(f"http://127.0.0.1:{port}", studio)
    finally:
        stop([studio], seconds=20)


def processes_of(folder: Path, program: str) -> list[psutil.Process]:
    """The site's own ones that run this program, as ``manage.py`` calls it, with all that hangs on them."""
    ours = psutil.Process().children(recursive=True)
    found = [one for one in ours if program in _command(one)[:4] and str(folder) in _data_dir(one)]
    return found + [child for one in found for child in one.children(recursive=True) if child not in found]


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):  # it may have ended since
        return process.cmdline()
    return []


def _data_dir(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return process.environ().get("DATA_DIR", "")
    return ""


@contextmanager
def nobody_working(folder: Path) -> Iterator[None]:
    """What is begun meanwhile has to wait: whoever wants to see it happen is there from the start."""
    workers = processes_of(folder, "worker")
    assert workers
    for process in workers:
        process.suspend()
    try:
        yield
    finally:
        for process in workers:
            process.resume()


def wait_for(address: str, studio: Child) -> str:
    give_up = time.monotonic() + READY_WITHIN
    while time.monotonic() < give_up and studio.is_running:
        try:
            if httpx.get(f"{address}/health/live", timeout=30).is_success:
                return address
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"The site did not start. Its last words:\n{studio.last_words(40)}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])

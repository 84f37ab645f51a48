"""That a person can try a run by hand: the stand-ins as a program of their own, and a worker led there by its
environment alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import django; django.setup()
from scraping.sources.base import Fetcher, Request
from scraping.sources.steam import SteamSource
fetch = Fetcher()
pages = SteamSource().pages(Request("steam", "440"), fetch)
print(sum(len(page.items) for page in pages), fetch.requests)
"""


@pytest.fixture
def told():
    """The environment that the program tells to set."""
    command = [sys.executable, "-m", "tests.standins", "--port", "0"]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    environment: dict[str, str] = {}
    for line in program.stdout:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            environment[name] = value
        if line.startswith("Ctrl-C"):
            break
    yield environment
    program.terminate()
    program.wait(60)


def test_a_worker_is_led_to_the_stand_ins_by_its_environment(told):
    assert sorted(told) == ["OUTBOUND_CA_FILE", "OUTBOUND_PROXY"]
    worker = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True
    )
    assert worker.stdout.split() == ["45", "3"], worker.stderr

"""Counts of many processes that come and go."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from sentimatrix_studio import counters

# Counts in a process and in its fork, and waits until it is told to end.
COUNTING = """
import os, sys
from prometheus_client import Counter, Histogram
seen, took = Counter("seen", "Times", ["what"]), Histogram("took", "Seconds", buckets=(1, 2))
seen.labels("all").inc()
child = os.fork()
seen.labels("all").inc(float(sys.argv[1]))
took.observe(float(sys.argv[1]))
if child:
    os.waitpid(child, 0)
    print("counted", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    return tmp_path


def count(number: int) -> "subprocess.Popen[str]":
    """A process that has counted, with its child, and still runs."""
    command = [sys.executable, "-c", COUNTING, str(number)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"
    return process


def told() -> dict[str, float]:
    lines = generate_latest(counters.registry()).decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def test_counts_of_forked_and_ended_processes_are_added_up_and_kept_in_few_files(folder):
    with count(2) as first, count(3) as second:
        running = told()
        assert running['seen_total{what="all"}'] == (1 + 2 + 2) + (1 + 3 + 3)
        assert (running['took_bucket{le="2.0"}'], running["took_count"], running["took_sum"]) == (2, 4, 10)
        first.communicate("")
        second.communicate("")
    assert told() == told() == running
    assert sorted(file.name for file in folder.glob("*.db")) == ["counter_ended.db", "histogram_ended.db"]
    with count(5) as third:
        assert told()['seen_total{what="all"}'] == running['seen_total{what="all"}'] + 1 + 5 + 5
        third.communicate("")


def test_one_process_alone_needs_no_folder(monkeypatch):
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    assert any(name.startswith("python_info") for name in told())

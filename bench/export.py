"""Exporting 100,000 reviews: how long beside a bare loop over the cursor, and how much memory.

python bench/export.py
"""

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _studio import best, fill, new_project, row, studio

REVIEWS = 100_000
FORMATS = ("csv", "jsonl", "json", "xlsx", "parquet")


def main() -> None:
    project = new_project("Export")
    fill(project, REVIEWS)
    bare = best(lambda: bare_loop(project), 3)
    row(f"{REVIEWS:,} reviews: bare pymongo loop, CSV", f"{bare:.2f} s")
    for kind in FORMATS:
        taken = best(lambda k=kind: exhaust(chunks(project, k)), 3 if kind == "csv" else 1)
        row(f"{REVIEWS:,} reviews: {kind}", f"{taken:.2f} s ({taken / bare:.1f}×)", "at most 3" * (kind == "csv"))
    for kind in FORMATS:
        row(f"memory above idle: {kind}", f"{memory(project, kind):.0f} MB", "at most 60")


def bare_loop(project: Any) -> None:
    """The same columns, written by hand."""
    from results.exports.rows import READ
    from results.models import Result
    from sentimatrix_studio.mongo.pipelines import collection

    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    rows = collection(Result).find({"project_id": project.pk}, READ).sort([("dated_at", -1), ("_id", -1)])
    for number, found in enumerate(rows):
        writer.writerow([found["_id"], *(found[name] for name in READ)])
        if number % 500 == 0:
            buffer.seek(0)
            buffer.truncate()


def chunks(project: Any, kind: str) -> Iterator[bytes]:
    from results.exports import ExportRequest, export
    from results.filters import ResultFilter

    return export(project, ResultFilter(), ExportRequest(format=kind)).chunks


def exhaust(parts: Iterator[bytes]) -> None:
    for _ in parts:
        pass


def memory(project: Any, kind: str) -> float:
    """Megabytes a fresh process grows by, at most, while it exports."""
    command = [sys.executable, __file__, str(project.pk), kind]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure_memory(project_id: str, kind: str) -> None:
    import django

    django.setup()
    from projects.models import Project

    project = Project.objects.get(pk=project_id)
    next(chunks(project, "csv"))  # everything is imported and connected
    idle = megabytes("VmRSS")
    exhaust(chunks(project, kind))
    print(megabytes("VmHWM") - idle)


def megabytes(name: str) -> float:
    """A figure of this process; VmHWM is the most it ever held. (getrusage would count what its parent held.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 2**10  # type: ignore[index]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure_memory(*sys.argv[1:])
    else:
        with studio("studio_bench_export"):
            main()

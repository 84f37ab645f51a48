"""Collecting 10,000 reviews of 8 games, analysis off: with 1, 2 and 4 worker processes, and by a bare loop of aiohttp
that does nothing but ask for the same pages and hand them to the same parser.

python bench/collect.py
"""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from _studio import PROJECT_FOLDER, new_project, row, studio

if TYPE_CHECKING:
    from scraping.models import Job

TARGETS, REVIEWS, PER_PAGE = 8, 1_250, 100
WORKERS = (1, 2, 4)
APP = 400
# A worker as in production, but for the pace of the one host there is.
WORKER = """
import time
import django
django.setup()
from django.urls import reverse
from scraping import runner
from scraping.sources import fetch, parsers
fetch.PACES = {"api.steampowered.com": (1e6, 1_000_000)}
reverse("dashboard"), parsers.steam("1")  # loaded once, long before
before = time.process_time()
runner.work()
import resource
print(time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    from tests.standins import Standins, steam

    steam.PER_PAGE = PER_PAGE
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder, Standins(Path(folder)) as standins:
        standins.steam.total = REVIEWS
        os.environ |= standins.environment
        with studio("studio_bench_collect"):
            bare_seconds, bare_cpu = asyncio.run(bare(standins))
            items = TARGETS * REVIEWS
            row("bare loop: reviews a second", f"{items / bare_seconds:,.0f}")
            row("bare loop: reviews a CPU second", f"{items / bare_cpu:,.0f}")
            for workers in WORKERS:
                report(workers, standins, bare_cpu)


async def bare(standins: Any) -> tuple[float, float]:
    """Seconds and CPU seconds of asking for all pages and parsing them, one after the other on one connection."""
    from scraping.sources import parsers

    parse = parsers.steam(str(APP))
    url = "https://api.steampowered.com/IUserReviewsService/GetAppReviews/v1/"
    led = {"proxy": standins.proxy_url, "ssl": ssl.create_default_context(cafile=str(standins.ca_file))}
    found, began, cpu = 0, time.perf_counter(), time.thread_time()
    async with aiohttp.ClientSession() as client:
        for target in range(TARGETS):
            asked: dict[str, Any] = {"appid": APP + target, "num_per_page": PER_PAGE}
            while True:
                async with client.get(url, params={"input_json": json.dumps(asked)}, **led) as response:
                    answer = (await response.json())["response"]
                found += sum(parse(review) is not None for review in answer["reviews"])
                if answer["cursor"] == asked.get("cursor", "*") or not answer["reviews"]:
                    break
                asked["cursor"] = answer["cursor"]
    assert found >= TARGETS * REVIEWS, found
    return time.perf_counter() - began, time.thread_time() - cpu


def report(workers: int, standins: Any, bare_cpu: float) -> None:
    jobs = [begin(f"{workers} workers, page {APP + number}", APP + number) for number in range(TARGETS)]
    standins.requests.clear()
    mongod = mongod_cpu()
    processes = [subprocess.Popen([sys.executable, "-c", WORKER], **PIPES) for _ in range(workers)]
    said = [process.communicate()[0].split() for process in processes]
    for job in jobs:
        job.refresh_from_db()
    items = sum(job.new for job in jobs)
    assert items == TARGETS * REVIEWS, items
    ends = [job.completed_at for job in jobs if job.completed_at]
    seconds = (max(ends) - min(job.started_at for job in jobs if job.started_at)).total_seconds()
    cpu = sum(float(used) for used, _ in said)
    row(f"{workers} worker{'s'[: workers > 1]}: reviews a second", f"{items / seconds:,.0f}")
    row("  requests a second", f"{len(standins.requests) / seconds:,.1f}")
    row("  reviews a CPU second of the workers", f"{items / cpu:,.0f}")
    row("  CPU time of the workers over that of the bare loop", f"{cpu / bare_cpu:.1f}×")
    row("  and with the database's", f"{(cpu + mongod_cpu() - mongod) / bare_cpu:.1f}×")
    row("  memory of a worker", f"{max(float(memory) for _, memory in said):,.0f} MB")


PIPES: dict[str, Any] = {"cwd": PROJECT_FOLDER, "stdout": subprocess.PIPE, "text": True}


def begin(name: str, game: int) -> "Job":
    from projects.models import Target
    from scraping.models import Job

    project = new_project(name)
    project.config["limits"] |= {"rate_limit_delay": 0, "max_reviews_per_target": 10_000}
    project.config["analysis"]["sentiment"] = False
    project.save()
    fields = {"platform": "steam", "detected_type": "game", "external_id": str(game)}
    target = Target.objects.create(owner_id=project.owner_id, project=project, **fields)
    return Job.objects.start(project, [target])


def mongod_cpu() -> float:
    from projects.models import Project
    from sentimatrix_studio.mongo.pipelines import collection

    used = collection(Project).database.command("serverStatus")["extra_info"]
    return float(used["user_time_us"] + used["system_time_us"]) / 1e6


if __name__ == "__main__":
    main()

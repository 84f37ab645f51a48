"""The same questions to projects of 10,000, 100,000 and 1,000,000 reviews: what Studio answers, and the usual way.

python bench/answers.py [sizes of the projects]

All is processor time of this process and the database server together, so what else the machine does counts little. The
usual way is one query over all reviews of the project: an aggregation or a count, with nothing around it.
"""

import logging
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from _studio import (
    DAYS,
    START,
    answer,
    cpu_of,
    cpu_seconds,
    fill,
    new_project,
    new_target,
    row,
    studio,
    text,
    without_collected_files,
)

SIZES = (10_000, 100_000, 1_000_000)
PAGE, NEW, BATCH = 50, 15_000, 1_000
INGEST = "new reviews"
FEWEST, ROUNDS, ENOUGH = 3, 15, 5.0  # times a question is asked, and seconds after which it is not asked again
CACHE = "2G"  # of MongoDB. Ours keeps half a gigabyte, which is for trying Studio, and less than a million reviews take
RARE, COMMON = "rare123", "battery"  # in one review of a thousand, and in four of ten
BY_DAY = {"$dateTrunc": {"date": "$dated_at", "unit": "day"}}
COUNT, SCORE = {"$sum": 1}, {"$avg": "$score"}

Taken = dict[str, float]  # seconds by question


def main(sizes: Sequence[int]) -> None:
    logging.disable(logging.INFO)  # of every request, in the terminal
    _administer({"setParameter": 1, "wiredTigerEngineRuntimeConfig": f"cache_size={CACHE}"})
    asked: dict[int, Taken] = {}
    usual: dict[int, Taken] = {}
    with without_collected_files():
        for size in sizes:
            project = filled(size)
            asked[size] = {name: middle(ask) for name, ask in questions(project).items()}
            usual[size] = {name: middle(ask, repeats=1) for name, ask in usual_ways(project).items()}
            asked[size] |= ingests(project)
    report(asked, usual)


def filled(size: int) -> Any:
    """A project with so many reviews, of an owner of its own."""
    project = new_project(f"{size:,}", owner=f"{size}@example.org")
    fill(project, size)
    _administer({"fsync": 1})  # or it would be written while we measure
    return project


def _administer(command: dict[str, Any]) -> None:
    from projects.models import Project
    from sentimatrix_studio.mongo.pipelines import collection

    collection(Project).database.client.admin.command(command)


def middle(ask: Callable[[], object], repeats: int = 3) -> float:
    """Seconds of one, without those of the first time, when more has to be loaded; what is slow is asked less often."""
    ask()
    taken = [cpu_of(ask, repeats) for _ in range(FEWEST)]
    while len(taken) < ROUNDS and sum(taken) * repeats < ENOUGH:
        taken.append(cpu_of(ask, repeats))
    return statistics.median(taken)


def questions(project: Any) -> dict[str, Callable[[], object]]:
    """To the API, as a browser that is signed in asks them; ``page`` is the HTML."""
    from bson import ObjectId
    from django.test import Client

    from results.paging import Cursor

    browser = Client(headers={"host": "localhost"})
    browser.force_login(project.owner)
    results = f"/api/v1/projects/{project.pk}/results"
    deep = Cursor(False, START + timedelta(days=DAYS / 2), ObjectId())
    some = "sentiment=negative&date_from=2025-03-01&date_to=2025-06-30"
    paths = {
        "summary": f"{results}/analytics/summary",
        "timeline": f"{results}/analytics/sentiment-timeline",
        "emotions": f"{results}/analytics/emotions",
        "platforms": f"{results}/analytics/platforms",
        "dashboard": "/api/v1/dashboard",
        "first page": f"{results}?cursor=&page_size={PAGE}",
        "deep page": f"{results}?cursor={deep}&page_size={PAGE}",
        "filtered page": f"{results}?cursor=&page_size={PAGE}&{some}",
        "first page, counted": f"{results}?page_size={PAGE}",
        "filtered page, counted": f"{results}?page_size={PAGE}&{some}",
        "search, rare word": f"{results}?cursor=&page_size={PAGE}&search={RARE}",
        "search, rare word, counted": f"{results}?page_size={PAGE}&search={RARE}",
        "search, common word": f"{results}?cursor=&page_size={PAGE}&search={COMMON}",
        "search, common word, counted": f"{results}?page_size={PAGE}&search={COMMON}",
    }
    return {name: partial(answer, browser, path) for name, path in paths.items()}


def usual_ways(project: Any) -> dict[str, Callable[[], object]]:
    from results.models import Result
    from sentimatrix_studio.mongo.pipelines import collection

    reviews, mine = collection(Result), {"project_id": project.pk}
    middle_of = START + timedelta(days=DAYS / 2)
    some = {**mine, "sentiment": "negative", "dated_at": {"$gte": START + timedelta(59), "$lt": START + timedelta(181)}}

    def group(by: Any, **figures: Any) -> Callable[[], object]:
        return lambda: list(reviews.aggregate([{"$match": mine}, {"$group": {"_id": by, **figures}}]))

    def said(word: str) -> dict[str, Any]:
        return {**mine, "text": {"$regex": rf"\b{word}", "$options": "i"}}

    def find(where: dict[str, Any]) -> Callable[[], object]:
        return lambda: list(reviews.find(where).sort([("dated_at", -1), ("_id", -1)]).limit(PAGE))

    by_label = {"platform": "$platform", "label": "$sentiment", "state": "$state"}
    summary = group(by_label, n=COUNT, score=SCORE, rating={"$avg": "$stars"}, first={"$min": "$dated_at"})
    return {
        "summary": summary,
        "timeline": group({"day": BY_DAY, "label": "$sentiment"}, n=COUNT, score=SCORE),
        "emotions": group("$emotion", n=COUNT, score={"$avg": "$emotion_score"}),
        "platforms": group({"platform": "$platform", "label": "$sentiment"}, n=COUNT, score=SCORE),
        "dashboard": summary,
        "first page": find(mine),
        "deep page": find({**mine, "dated_at": {"$lte": middle_of}}),
        "filtered page": find(some),
        "first page, counted": lambda: (find(mine)(), reviews.count_documents(mine)),
        "filtered page, counted": lambda: (find(some)(), reviews.count_documents(some)),
        "search, rare word": find(said(RARE)),
        "search, rare word, counted": lambda: (find(said(RARE))(), reviews.count_documents(said(RARE))),
        "search, common word": find(said(COMMON)),
        "search, common word, counted": lambda: (find(said(COMMON))(), reviews.count_documents(said(COMMON))),
    }


def ingests(project: Any) -> Taken:
    """Processor seconds for a new review, analysis off: of any day, as files have them, and the latest, as runs do."""
    target, end = new_target(project, "youtube"), START + timedelta(days=DAYS)
    return {
        f"{INGEST} of any day": ingest(target, "any", lambda n: START + timedelta(hours=n * 7 % (24 * DAYS))),
        f"{INGEST} of the latest": ingest(target, "latest", lambda n: end + timedelta(minutes=n)),
    }


def ingest(target: Any, name: str, published: Callable[[int], datetime]) -> float:
    from results.ingest import Item, store
    from sentimatrix_studio.mongo.transaction import in_transaction

    chance, taken = random.Random(11), []
    for start in range(0, NEW, BATCH):
        items = [
            Item(f"{name} {n}", text(chance), rating=n % 5 + 1, rating_max=5, published_at=published(n))
            for n in range(start, start + BATCH)
        ]
        before = cpu_seconds()
        in_transaction(partial(store, target, None, items, analyse=False))
        taken.append((cpu_seconds() - before) / BATCH)
    return statistics.median(taken)


AIMS = {
    **dict.fromkeys(("summary", "timeline", "emotions", "platforms", "dashboard"), "at most 15 ms, flat within 2×"),
    **dict.fromkeys(("first page", "deep page", "filtered page"), "at most 10 times the usual way"),
    **dict.fromkeys(("search, rare word", "search, common word"), "at most 300 ms"),
}


def report(asked: dict[int, Taken], usual: dict[int, Taken]) -> None:
    sizes = list(asked)
    row("milliseconds of processor time", " / ".join(f"{size:,}" for size in sizes))
    for name in asked[sizes[0]]:
        if name.startswith(INGEST):
            rates = " / ".join(f"{1 / asked[size][name]:,.0f}" for size in sizes)
            row(f"{name}, a processor second", rates, "flat")
            continue
        times = [asked[size][name] for size in sizes]
        row(name, f"{_ms(times)} ({times[-1] / times[0]:.1f}×)", AIMS.get(name, ""))
        if name in usual[sizes[0]]:
            ways = [usual[size][name] for size in sizes]
            row("  the usual way", f"{_ms(ways)} ({ways[-1] / times[-1]:.1f} of ours)")


def _ms(times: Sequence[float]) -> str:
    return " / ".join(f"{1000 * seconds:,.1f}" for seconds in times)


if __name__ == "__main__":
    with studio("studio_bench_answers"):
        main([int(size) for size in sys.argv[1:]] or SIZES)

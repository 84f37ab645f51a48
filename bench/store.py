"""Storing and counting reviews with analysis off: new ones, the same again, edited ones.

python bench/store.py
"""

import random
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from statistics import quantiles
from typing import TYPE_CHECKING

from _studio import START, cpu_seconds, new_project, new_target, row, studio, text, timed

if TYPE_CHECKING:
    from projects.models import Target
    from results.ingest import Item

REVIEWS = 40_000
BATCH = 1000
STEP = timedelta(minutes=9)


def main() -> None:
    from results.ingest import Item

    chance = random.Random(7)
    items = [
        Item(str(n), text(chance), author="Ann", rating=n % 5 + 1, rating_max=5, published_at=START + n * STEP)
        for n in range(REVIEWS)
    ]
    edited = [Item(item.external_id, f"{item.text} Edited.", published_at=item.published_at) for item in items[:10_000]]
    target = new_target(new_project("Store"), "steam")
    report(f"new reviews, {BATCH} a transaction", target, items, aim="at least 8,000")
    report("the same again", target, items)
    report("edited reviews", target, edited)


def report(label: str, target: "Target", items: Sequence["Item"], aim: str = "") -> None:
    from results.ingest import store
    from sentimatrix_studio.mongo.transaction import in_transaction

    batches = [items[first : first + BATCH] for first in range(0, len(items), BATCH)]
    cpu = cpu_seconds()
    taken = [timed(lambda b=batch: in_transaction(partial(store, target, None, b, analyse=False))) for batch in batches]
    row(f"{label}, a second", f"{len(items) / sum(taken):,.0f}", aim)
    row("  in the quickest quarter of the transactions", f"{BATCH / quantiles(taken, n=4)[0]:,.0f}")
    row("  a CPU second of both processes", f"{len(items) / (cpu_seconds() - cpu):,.0f}")


if __name__ == "__main__":
    with studio("studio_bench_store"):
        main()

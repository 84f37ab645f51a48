"""Reading: a page of fifty reviews out of 100,000, as objects, as JSON and as HTML.

python bench/pages.py
"""

import logging
import statistics
from collections.abc import Callable
from typing import Any

from _studio import answer, cpu_of, fill, new_project, row, studio, without_collected_files

MIDDLE = 100_000
PAGE = 50
ROUNDS = 25


def main() -> None:
    middle = new_project("Middle")
    fill(middle, MIDDLE)
    with without_collected_files():
        pages(middle)


def pages(project: Any) -> None:
    from django.test import Client

    from results import paging
    from results.filters import ResultFilter
    from results.models import Result
    from results.shapes import result_as_json
    from sentimatrix_studio.mongo.pipelines import collection

    browser = Client(headers={"host": "localhost"})
    browser.force_login(project.owner)
    results, order = ResultFilter().queryset(project), [("dated_at", -1), ("_id", -1)]
    bare = collection(Result).find({"project_id": project.pk}).sort(order).limit(PAGE)
    middle = paging.take(results, size=MIDDLE // 2).next
    ways: dict[str, Callable[[], object]] = {
        "the query, by pymongo": lambda: list(bare.clone()),
        "the query, as objects": lambda: paging.take(results.for_list(), size=PAGE),
        "the same from the middle": lambda: paging.take(results.for_list(), cursor=middle, size=PAGE),
        "as JSON": lambda: [result_as_json(one, 5) for one in paging.take(results.for_list(), size=PAGE).results],
        "the API's answer": lambda: answer(browser, f"/api/v1/projects/{project.pk}/results?cursor=&page_size={PAGE}"),
        "the page": lambda: answer(browser, f"/projects/{project.pk}/results/"),
    }
    logging.disable(logging.INFO)  # of every request, in the terminal
    rounds = [{name: cpu_of(way) for name, way in ways.items()} for _ in range(1 + ROUNDS)][1:]
    times = {name: statistics.median(one[name] for one in rounds) for name in ways}
    for name, seconds in times.items():
        times_slower = seconds / times["the query, by pymongo"]
        aim = "at most 10" if name == "the page" else ""
        row(f"{PAGE} of {MIDDLE:,}: {name}", f"{1000 * seconds:.1f} ms ({times_slower:.1f}×)", aim)


if __name__ == "__main__":
    with studio("studio_bench_pages"):
        main()

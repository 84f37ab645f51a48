"""Reading: a page of fifty reviews out of 100,000, and figures over 10,000 and 1,000,000 reviews.

python bench/pages.py [reviews of the large project]
"""

import logging
import statistics
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from _studio import cpu_seconds, fill, new_project, row, studio

SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
PAGE = 50
ROUNDS, REPEATS = 25, 5


def main(large: int) -> None:
    from results.models import Result
    from sentimatrix_studio.mongo.pipelines import collection

    # Nothing is searched for here, and building the full-text index takes longer than all the rest.
    collection(Result).drop_index("result_text")
    middle = new_project("Middle")
    fill(middle, MIDDLE)
    with without_collected_files():
        pages(middle)
    projects = {count: new_project(f"{count:,}") for count in (SMALL, large)}
    for count, project in projects.items():
        fill(project, count)
    figures(projects[SMALL], projects[large], large)


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
    rounds = [{name: _cpu_of(way) for name, way in ways.items()} for _ in range(1 + ROUNDS)][1:]
    times = {name: statistics.median(one[name] for one in rounds) for name in ways}
    for name, seconds in times.items():
        times_slower = seconds / times["the query, by pymongo"]
        aim = "at most 10" if name == "the page" else ""
        row(f"{PAGE} of {MIDDLE:,}: {name}", f"{1000 * seconds:.1f} ms ({times_slower:.1f}×)", aim)


def _cpu_of(way: Callable[[], object]) -> float:
    """Seconds of this process and the database server, and nothing of what else the machine does."""
    before = cpu_seconds()
    for _ in range(REPEATS):
        way()
    return (cpu_seconds() - before) / REPEATS


def without_collected_files() -> Any:
    """Style sheets and scripts under their plain names: nothing has been collected, and none is asked for."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain})


def answer(browser: Any, path: str) -> None:
    response = browser.get(path)
    assert response.status_code == 200, response.content[:500]


def figures(small: Any, large: Any, count: int) -> None:
    from results import analytics
    from results.filters import ResultFilter

    for figure in (analytics.summary, analytics.sentiment_timeline, analytics.emotions):
        rounds = [
            [_cpu_of(partial(figure, project, ResultFilter())) for project in (small, large)] for _ in range(ROUNDS)
        ]
        few, many = (statistics.median(times) for times in zip(*rounds, strict=True))
        name = f"{figure.__name__} of {SMALL:,} and {count:,}"
        row(name, f"{1000 * few:.1f}, {1000 * many:.1f} ms ({many / few:.1f}×)", "at most 2")


if __name__ == "__main__":
    with studio("studio_bench_pages"):
        main(int(sys.argv[1]) if len(sys.argv) > 1 else LARGE)

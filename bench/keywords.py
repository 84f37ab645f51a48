"""What the words of a project cost, of 10,000 reviews and of 100,000: keywords, what comes up, and insights.

python bench/keywords.py [sizes of the projects]

All read the newest reviews that a filter finds, and no more than somebody waits for. So what counts is that a larger
project costs no more; the worst is a filter that finds next to nothing, for which all reviews are looked through until
time is up.
"""

import logging
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from _studio import START, cpu_of, fill, new_project, row, studio, timed

SIZES = (10_000, 100_000)
AIM = "at most 2 s, flat"


def main(sizes: Sequence[int]) -> None:
    logging.disable(logging.INFO)
    taken: dict[str, list[tuple[float, float]]] = {}
    for size in sizes:
        project = new_project(f"{size:,}", owner=f"{size}@example.org")
        fill(project, size)
        for name, ask in questions(project).items():
            ask()  # when more has to be loaded
            taken.setdefault(name, []).append((cpu_of(ask, 1), timed(ask)))
    row("seconds of processor time (of a clock)", " / ".join(f"{size:,}" for size in sizes))
    for name, times in taken.items():
        row(name, " / ".join(f"{cpu:.2f} ({clock:.2f})" for cpu, clock in times), AIM)


def questions(project: Any) -> dict[str, Callable[[], object]]:
    from django.core.cache import cache

    from results.filters import ResultFilter
    from results.insights import plain
    from results.keywords import keywords, rising
    from results.keywords.reading import read

    spring = (START + timedelta(59)).date()
    everything, rare = ResultFilter(), ResultFilter(language=("de",))
    days = ResultFilter(date_from=spring, date_to=spring + timedelta(27))

    def anew(ask: Callable[[], object]) -> Callable[[], object]:
        def asked() -> None:
            cache.clear()
            ask()

        return asked

    return {
        "keywords": anew(lambda: keywords(project, everything)),
        "keywords, four weeks": anew(lambda: keywords(project, days)),
        "keywords, searched for": anew(lambda: keywords(project, ResultFilter(search="battery"))),
        "keywords, nothing found": anew(lambda: keywords(project, rare)),
        "coming up, four weeks": anew(lambda: rising(project, days)),
        "insights without a model": lambda: plain.write(read(project, everything)),
    }


if __name__ == "__main__":
    with studio("studio_bench_keywords"):
        main([int(size) for size in sys.argv[1:]] or SIZES)

"""A worker to be killed; run by ``test_reanalysis_chaos`` as a program with the engine's name, its only answer and how
many seconds it takes for that. It gathers little at a time, so that this can be broken off in the middle as well."""

import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import django
from django.core.management import execute_from_command_line

django.setup()

# Only now are the models there.
from results.analysis.engine import Analysis  # noqa: E402
from results.paging import Slice, take  # noqa: E402
from results.tests.factories import ScriptedEngine  # noqa: E402
from scraping import analysing, leases, runner  # noqa: E402
from scraping.reanalysis import gathering  # noqa: E402

NAME, ANSWER, SECONDS = sys.argv[1:]
LEASE = timedelta(seconds=3)


class Stubborn(ScriptedEngine):
    id = NAME

    def analyse(self, texts: Sequence[str]) -> list[Analysis]:
        time.sleep(float(SECONDS))
        return super().analyse([ANSWER] * len(texts))


def take_slowly(*found: Any, **how: Any) -> Slice:
    time.sleep(0.2)
    return take(*found, **how)


if __name__ == "__main__":
    vars(analysing)["get_engine"] = Stubborn
    vars(gathering)["take"], gathering.PAGE = take_slowly, 200
    leases.MAX_ATTEMPTS = 1_000  # how often a step may break off is told by other tests
    runner.work = partial(runner.work, lease=LEASE)
    execute_from_command_line(["manage.py", "worker"])

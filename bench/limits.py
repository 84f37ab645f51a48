"""The limiter: what it takes to count a request, and whether eight processes at once get more than there is.

python bench/limits.py
"""

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import mean, median, quantiles
from typing import Any

from _studio import PROJECT_FOLDER, row, studio

ASKED = 5_000
PROCESSES, SECONDS = 8, 5
RATE, BURST, PARTS = 100, 10_000, 1_000_000  # a token has a part for each microsecond of its period
KEY = "studio:bench:shared"
HAMMER = f"""
import os, sys, time
sys.path.insert(0, {str(PROJECT_FOLDER)!r})
from sentimatrix_studio.buckets import Bucket, take
bucket, end, given = Bucket({KEY!r}, {RATE}, 1, {BURST}), time.monotonic() + {SECONDS}, 0
while time.monotonic() < end:
    given += take([bucket])[0].wait == 0
print(given)
"""


def main() -> None:
    import redis
    from django.conf import settings

    from sentimatrix_studio.limits import Limit, count

    valkey = redis.Redis.from_url(settings.REDIS_URL)
    one, two = ([Limit.of(name, "somebody") for name in names] for names in (["user"], ["user", "export"]))
    timed = times({"a bare ping": valkey.ping, "one limit": lambda: count(one), "two limits": lambda: count(two)})
    for words, (middle, last, cpu) in timed.items():
        row(f"{words}, median", f"{1000 * middle:.2f} ms")
        row(f"{words}, 99 of 100 within", f"{1000 * last:.2f} ms", "2 ms")
        row(f"{words}, CPU of the web server", f"{1000 * cpu:.2f} ms")
    together()


def times(works: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float, float]]:
    """Median, 99th of 100 and CPU seconds of each. They take turns: what else the machine does falls on all alike."""
    taken: dict[str, list[tuple[float, float]]] = {words: [] for words in works}
    for _ in range(ASKED):
        for words, work in works.items():
            begun, used = time.perf_counter(), time.process_time()
            work()
            taken[words].append((time.perf_counter() - begun, time.process_time() - used))
    found = {}
    for words, pairs in taken.items():
        seconds, cpu = zip(*pairs, strict=True)
        found[words] = (median(seconds), quantiles(seconds, n=100)[98], mean(cpu))
    return found


def together() -> None:
    """All on one bucket, which begins empty: what it gives must be what has flowed in, by the clock of Valkey."""
    import redis
    from django.conf import settings

    valkey: Any = redis.Redis.from_url(settings.REDIS_URL)
    seconds, microseconds = valkey.time()
    start = seconds * PARTS + microseconds
    valkey.hset(KEY, mapping={"level": 0, "at": start})
    clients = [subprocess.Popen([sys.executable, "-c", HAMMER], stdout=subprocess.PIPE) for _ in range(PROCESSES)]
    given = sum(int(client.communicate()[0]) for client in clients)
    left, end = (int(float(number)) for number in valkey.hmget(KEY, "level", "at"))
    flowed_in = RATE * (end - start) - left
    row(f"{PROCESSES} processes, {SECONDS} s: let through", str(given), f"{flowed_in / PARTS:.6f}")


if __name__ == "__main__":
    with studio("studio_bench_limits"):
        main()

"""Signing in and forgotten passwords: does the time of an answer tell whether there is an account with an address?

python bench/sign_in.py [pairs]

Known and unknown addresses take turns, and every second pair begins with the other one: what else the machine does then
falls on both alike. On a busy machine the time says little; the CPU used, mail included, still tells whether both cost
the same.
"""

import logging
import os
import sys
import time
from collections.abc import Callable
from statistics import median

from _studio import row, studio, without_collected_files

PAIRS = 200
KNOWN, UNKNOWN, PASSWORD = "known@example.org", "nobody@example.org", "Correct-Horse-7"
AIM = "5 ms"
LIMITS = ("LIMIT_ANONYMOUS", "LIMIT_SIGN_IN", "LIMIT_PASSWORD_RESET")


def main(pairs: int) -> None:
    from accounts import mail
    from accounts.models import User

    User.objects.create_user(KNOWN, PASSWORD, name="Known")
    with without_collected_files():
        for name, ask in doors().items():
            compare(name, ask, pairs)
        mail._threads.shutdown()  # what is still to be written needs the database


def doors() -> dict[str, Callable[[str], object]]:
    """How to ask at each for an address; the first answer of each is slower and not counted."""
    from django.test import Client
    from django.urls import reverse
    from rest_framework.test import APIClient

    api, page = APIClient(), Client()
    wrong = "Wrong-Horse-7"
    return {
        "page, sign in": lambda email: page.post(reverse("account_login"), {"login": email, "password": wrong}),
        "API, sign in": lambda email: api.post("/api/v1/auth/login", {"email": email, "password": wrong}),
        "page, forgotten": lambda email: page.post(reverse("account_reset_password"), {"email": email}),
        "API, forgotten": lambda email: api.post("/api/v1/auth/forgot-password", {"email": email}),
    }


def compare(name: str, ask: Callable[[str], object], pairs: int) -> None:
    from django.core.cache import cache

    taken: dict[str, list[tuple[float, float]]] = {KNOWN: [], UNKNOWN: []}
    ask(KNOWN)
    for number in range(pairs):
        cache.clear()  # nobody has tried before
        for email in (KNOWN, UNKNOWN) if number % 2 else (UNKNOWN, KNOWN):
            begun, used = time.perf_counter(), time.process_time()
            ask(email)
            taken[email].append((time.perf_counter() - begun, time.process_time() - used))
    for kind, index in (("time", 0), ("CPU", 1)):
        known, unknown = (1000 * median(times[index] for times in taken[email]) for email in (KNOWN, UNKNOWN))
        row(f"{name}, median {kind}: known, unknown", f"{known:.1f}, {unknown:.1f} ms")
        row(f"{name}, median {kind}: apart", f"{abs(known - unknown):.1f} ms", AIM)


if __name__ == "__main__":
    os.environ |= dict.fromkeys(LIMITS, "100000/second burst 100000")
    os.environ["ALLOWED_HOSTS"] = "testserver"
    with studio("studio_bench_sign_in"):
        logging.disable(logging.WARNING)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS)

"""Senders to be killed; run by ``test_deliveries_chaos`` as a program. For each line it reads it forks one, which takes
no time, and says its process id."""

import os
import sys
from datetime import timedelta

import django

django.setup()

# Only now are the models there.
from integrations.deliveries.sender import Sender  # noqa: E402

LEASE = timedelta(seconds=2)


def main() -> None:
    for _ in sys.stdin:
        if (pid := os.fork()) == 0:
            Sender(LEASE).run()
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

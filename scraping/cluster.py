"""django-q's cluster, made to survive what it does not foresee: a process that is killed, and a queue that is away.

Three things are added to it:

- A killed process ends its cluster, and another one starts. django-q would replace the process, but the queues between
  processes keep their lock when their reader is killed, and whoever comes after would wait for ever.
- Asked to stop, workers finish their page or batch, hand back what they hold, and leave.
- No process outlives the one that started it (on Linux, where the kernel sees to that).
"""

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import sys
import time
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from types import FrameType
from typing import Any

from django.db import connection
from django.urls import reverse
from django_q import cluster
from django_q.signals import post_spawn

from integrations.deliveries.sender import Sender
from sentimatrix_studio import bell

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
STEADY = 60.0  # a cluster that lasted as long starts again without a pause


class Leaving:
    """Whether this worker process should leave: because it was told so itself, or with its whole cluster."""

    def __init__(self) -> None:
        self.is_busy = False
        self._is_asked = False
        # Memory shared with the processes forked later, without a lock that a killed one could keep.
        self._is_cluster_asked = multiprocessing.RawValue("b", 0)

    def __call__(self) -> bool:
        return self._is_asked or bool(self._is_cluster_asked.value)

    def ask_cluster(self) -> None:
        self._is_cluster_asked.value = 1

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """In a worker: an idle one leaves at once."""
        self._is_asked = True
        if not self.is_busy:
            raise SystemExit(0)


leaving = Leaving()


class Sentinel(cluster.Sentinel):
    def reincarnate(self, process: BaseProcess) -> None:
        if process.exitcode is not None and process.exitcode < 0:
            logger.warning("A process of the queue was killed (signal %d): all start again.", -process.exitcode)
            raise SystemExit(1)  # on its way out it asks the others to leave, and waits for them
        super().reincarnate(process)


class Cluster(cluster.Cluster):
    def sig_handler(self, number: int, frame: FrameType | None) -> None:
        leaving.ask_cluster()
        super().sig_handler(number, frame)


def run() -> None:
    """Until SIGTERM or Ctrl-C. To be called in the main thread of a process that does nothing else."""
    reverse("dashboard")  # loads the addresses of pages, to which events lead, once for all processes
    gc.freeze()  # what is loaded so far stays: forked processes share it, and an ending one does not comb through it
    cluster.Sentinel = Sentinel
    os.register_at_fork(after_in_child=_die_with_parent)
    post_spawn.connect(_begin, dispatch_uid="scraping.cluster")
    pause = FIRST_PAUSE
    while not leaving():
        started = time.monotonic()
        _run_once()
        if leaving():
            return
        pause = FIRST_PAUSE if time.monotonic() - started > STEADY else min(2 * pause, LONGEST_PAUSE)
        logger.warning("The queue's processes ended; they start again in %.1f s.", pause)
        time.sleep(pause)


def _run_once() -> None:
    this = Cluster()
    try:
        this.start()
    except RuntimeError as error:  # the queue cannot be reached
        logger.error("%s", error)
        return
    this.sentinel.join()


def _begin(**kwargs: Any) -> None:
    """In every new worker process, before its first task."""
    signal.signal(signal.SIGTERM, leaving.on_signal)
    connection.close_pool()  # type: ignore[attr-defined]  # of the parent: a connection serves one process
    bell.ring(1)  # the death of another worker may be why this one is here
    sender = Sender()
    sender.start()
    Finalize(None, sender.stop, exitpriority=0)  # what is on its way is seen through before the process ends


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

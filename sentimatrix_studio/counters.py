"""Counters for Prometheus, added up over the processes of one machine or container. Knows no app.

With PROMETHEUS_MULTIPROC_DIR set, each process keeps what it counts in files of that folder, as prometheus_client does
it by itself; without, a process knows its own counts only.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector


def registry() -> CollectorRegistry:
    """Everything that is counted here, read anew each time it is asked."""
    everything = CollectorRegistry()
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    everything.register(Together(Path(folder)) if folder else REGISTRY)
    return everything


class Together(Collector):
    """The counts of all processes that share the folder, of those that have ended, too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterable[Metric]:
        with self._alone():
            self._fold_the_ended()
            return list(MultiProcessCollector(None, self.folder).collect())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _fold_the_ended(self) -> None:
        """Add what they counted to one file for each kind: worker processes come and go, and each leaves some."""
        for file in self.folder.glob("*_*.db"):
            kind, _, process = file.stem.partition("_")
            if not process.isdigit() or _is_running(int(process)):
                continue
            counted = list(MmapedDict.read_all_values_from_file(file))
            file.unlink()
            total = MmapedDict(self.folder / f"{kind}_ended.db")
            for key, value, _, _ in counted:
                total.write_value(key, total.read_value(key)[0] + value, 0.0)
            total.close()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it belongs to somebody else
        return True
    return True

"""One Studio per data folder. The kernel keeps the lock, so nothing is left of it after a `kill -9`."""

import fcntl
import os
import time
from pathlib import Path

PATIENCE = 20.0  # seconds for the databases of a killed Studio to end


class HeldError(Exception):
    """Somebody else has the folder; the message says who."""


def hold(data_dir: Path, address: str) -> int:
    """Take the folder for this process, and return the descriptor that holds the lock.

    The databases inherit the descriptor: should this process be killed, the folder stays taken until they have ended
    too, and the next start waits for them.
    """
    descriptor = os.open(data_dir / "studio.lock", os.O_RDWR | os.O_CREAT, 0o600)
    give_up = time.monotonic() + PATIENCE
    while not _lock(descriptor):
        pid, _, place = os.pread(descriptor, 1000, 0).decode().strip().partition(" ")
        if _is_alive(pid):
            os.close(descriptor)
            raise HeldError(f"Studio is already running on {data_dir}: process {pid} at {place}.")
        if time.monotonic() > give_up:
            os.close(descriptor)
            raise HeldError(f"The databases of a Studio that was killed still use {data_dir}. Try again in a minute.")
        time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} {address}\n".encode(), 0)
    return descriptor


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:  # alive, and somebody else's
        return True
    except (ValueError, ProcessLookupError):  # just being written, or gone
        return False
    return True

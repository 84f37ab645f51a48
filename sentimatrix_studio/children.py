"""Child processes that never outlive us.

Each child leads a session of its own, so that Ctrl-C in the terminal reaches only us and its whole family can be
ended as one group. On Linux the kernel sends it SIGTERM should we be killed without a chance to say goodbye.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
LOG_BYTES = 10 * 2**20  # a longer log is set aside as <name>.log.1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with(parent: int) -> None:
    """Runs in the forked child. The kernel watches the thread that forked: start children from the main thread."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # we died between the fork and the line above
        os._exit(1)


class Child:
    """One process started by us, with its output in a log file.

    ``keep_open`` are file descriptors it inherits, such as a lock that must be held for as long as it lives.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        keep_open: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        self.command = [str(part) for part in command]
        self._environment = environment
        self._keep_open = keep_open
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before its start; negative for the signal that ended it."""
        return self._process.poll() if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Also clears away what a former life may have left running. Raises OSError when it cannot be started."""
        self.kill()
        parent = os.getpid()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  (our own commands, no shell)
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
                pass_fds=self._keep_open,
                start_new_session=True,
                preexec_fn=lambda: _die_with(parent),
            )

    def ask_to_stop(self) -> None:
        """To the leader alone: it knows how to end its own family in good order."""
        if self._process and self.is_running:
            self._process.terminate()

    def kill(self) -> None:
        """At once, and with it whatever processes it started."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):  # macOS answers the latter for a group of zombies
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def last_words(self, lines: int = 15) -> str:
        """A sentence for the person who has to find out why it ended."""
        said = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
        return "\n".join([f"The end of {self.log}:", *said])

    def set_long_log_aside(self, limit: int = LOG_BYTES) -> None:
        """Copy and empty, not rename: a running child keeps writing to the file it has open."""
        if self.log.exists() and self.log.stat().st_size > limit:
            self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)


def stop(children: Sequence[Child], seconds: float) -> None:
    """Ask all of them at once, then end by force what is left after ``seconds``."""
    deadline = time.monotonic() + seconds
    for child in children:
        child.ask_to_stop()
    while any(child.is_running for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.kill()

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from sentimatrix_studio import datalock

HOLDER = """
import subprocess, sys
from pathlib import Path
from sentimatrix_studio import datalock
lock = datalock.hold(Path(sys.argv[1]), "http://127.0.0.1:8000")
subprocess.Popen(["sh", "-c", "echo ready; read line"], pass_fds=[lock]).wait()
"""


@pytest.fixture
def holder(tmp_path: Path):
    """A process that holds the folder and has a child which inherits the lock and lives until the input ends."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_the_second_is_told_who_holds_the_folder(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    sentence = f"^Studio is already running on {tmp_path}: process {holder.pid} at http://127.0.0.1:8000.$"
    with pytest.raises(datalock.HeldError, match=sentence):
        datalock.hold(tmp_path, "http://127.0.0.1:8001")


def test_after_a_kill_the_next_waits_for_the_children_of_the_killed(
    tmp_path: Path, holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(seconds: float) -> None:
        assert holder.stdin
        holder.stdin.close()  # only now they may end
        time.sleep(seconds)

    monkeypatch.setattr(datalock, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))
    monkeypatch.setattr(datalock, "PATIENCE", 120.0)
    holder.kill()
    holder.wait()
    assert not datalock._lock(os.open(tmp_path / "studio.lock", os.O_RDWR))
    os.close(datalock.hold(tmp_path, "http://127.0.0.1:8001"))
    assert (tmp_path / "studio.lock").read_text() == f"{os.getpid()} http://127.0.0.1:8001\n"


def test_children_that_will_not_end_are_not_waited_for_without_end(
    tmp_path: Path, holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datalock, "PATIENCE", 0.1)
    holder.kill()
    holder.wait()
    with pytest.raises(datalock.HeldError, match="The databases of a Studio that was killed still use"):
        datalock.hold(tmp_path, "http://127.0.0.1:8001")

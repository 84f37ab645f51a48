import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from sentimatrix_studio.children import Child, stop
from sentimatrix_studio.tests.waiting import wait_until

PATIENCE = 50  # seconds; what shall end would live for a minute
FAMILY = "sleep 60 & echo $!; wait"
STUBBORN = "trap '' TERM; echo deaf; while true; do sleep 1; done"


def shell(script: str, log: Path) -> Child:
    return Child("The shell", ["/bin/sh", "-c", script], log)


def test_what_a_child_says_is_in_its_log(tmp_path: Path) -> None:
    child = shell("echo out; echo err >&2; exit 3", tmp_path / "it.log")
    child.start()
    wait_until(lambda: child.exit_code is not None)
    assert child.exit_code == 3
    assert child.last_words() == f"The end of {tmp_path}/it.log:\nout\nerr"


def test_a_killed_child_takes_its_family_along(tmp_path: Path) -> None:
    child = shell(FAMILY, tmp_path / "it.log")
    child.start()
    wait_until(lambda: (tmp_path / "it.log").read_text().endswith("\n"))
    grandchild = psutil.Process(int((tmp_path / "it.log").read_text()))
    os.kill(child.pid, signal.SIGKILL)
    child.kill()
    grandchild.wait(timeout=PATIENCE)
    assert child.exit_code == -signal.SIGKILL


def test_a_child_deaf_to_sigterm_is_ended_when_its_time_is_up(tmp_path: Path) -> None:
    child = shell(STUBBORN, tmp_path / "it.log")
    child.start()
    wait_until(lambda: "deaf" in (tmp_path / "it.log").read_text())
    stop([child], seconds=0.2)
    assert child.exit_code == -signal.SIGKILL


def test_a_child_hears_of_the_death_of_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = (
        "import sys, time; from pathlib import Path; from sentimatrix_studio.children import Child\n"
        "child = Child('Sleeper', ['sleep', '60'], Path(sys.argv[1])); child.start(); print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", parent, str(tmp_path / "it.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
    child.wait(timeout=PATIENCE)


def test_a_long_log_is_set_aside_while_its_child_goes_on_writing(tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    child = shell("echo before; read line < fifo; echo after".replace("fifo", str(tmp_path / "fifo")), log)
    os.mkfifo(tmp_path / "fifo")
    child.start()
    wait_until(lambda: log.read_text() == "before\n")
    child.set_long_log_aside(limit=3)
    (tmp_path / "fifo").write_text("go on\n")
    wait_until(lambda: log.read_text() == "after\n")
    assert (tmp_path / "it.log.1").read_text() == "before\n"

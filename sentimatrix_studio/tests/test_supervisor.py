import os
import signal
from pathlib import Path

import pytest

from sentimatrix_studio import supervisor as module
from sentimatrix_studio.children import Child
from sentimatrix_studio.supervisor import AskedToStop, ChildError, Supervised, Supervisor

SLEEPER = ["sleep", "60"]


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(told: list[str]):
    supervisor = Supervisor(told.append)
    yield supervisor
    supervisor.stop(seconds=1)


def test_a_child_that_dies_is_started_again(supervisor: Supervisor, told: list[str], tmp_path: Path) -> None:
    child = Child("The sleeper", SLEEPER, tmp_path / "it.log")
    supervised = Supervised(child, is_foundation=False)
    child.start()
    first = child.pid
    os.killpg(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    supervised.keep_running(100.0, told.append)
    supervised.keep_running(100.4, told.append)
    assert not child.is_running
    supervised.keep_running(100.5, told.append)
    assert child.is_running
    assert child.pid != first
    assert told == ["The sleeper stopped (exit code -9); starting it again in 0.5 s."]
    child.kill()


def test_the_pauses_grow_and_the_fifth_death_within_a_minute_is_the_last(tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    log.write_text("no such table\n")
    supervised = Supervised(Child("The sleeper", SLEEPER, log), is_foundation=False)
    assert [supervised.note_death(now) for now in (0, 1, 3, 7)] == [0.5, 1.0, 2.0, 4.0]
    with pytest.raises(ChildError, match=r"The sleeper died 5 times within a minute.*\nno such table"):
        supervised.note_death(59.9)


def test_deaths_long_ago_are_forgotten(tmp_path: Path) -> None:
    supervised = Supervised(Child("The sleeper", SLEEPER, tmp_path / "it.log"), is_foundation=False)
    assert [supervised.note_death(100.0 * n) for n in range(20)] == [0.5] * 20


def test_a_child_that_cannot_live_ends_the_watch(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    supervisor.start(Child("The invalid", ["/bin/sh", "-c", "echo why; exit 7"], tmp_path / "it.log"))
    with pytest.raises(ChildError, match="The invalid died 5 times"):
        supervisor.watch()
    assert (tmp_path / "it.log").read_text() == "why\n" * 5


def test_a_child_that_ends_before_it_is_ready_is_not_waited_for(supervisor: Supervisor, tmp_path: Path) -> None:
    child = Child("The invalid", ["/bin/sh", "-c", "echo no licence; exit 7"], tmp_path / "it.log")
    with pytest.raises(ChildError, match=r"The invalid did not start.*\nno licence"):
        supervisor.start(child, is_ready=lambda: False)


def test_a_preparation_that_fails_says_why(supervisor: Supervisor, tmp_path: Path) -> None:
    good = Child("The good one", ["true"], tmp_path / "good.log")
    bad = Child("The bad one", ["/bin/sh", "-c", "echo disk full; exit 1"], tmp_path / "bad.log")
    with pytest.raises(ChildError, match=r"The bad one failed.*\ndisk full"):
        supervisor.run(good, bad)


def test_sigterm_ends_the_watch_and_foundations_go_last(supervisor: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    script = f"trap 'echo $0 >> {ends}; exit' TERM; touch {tmp_path}/$0; while true; do sleep 0.05; done"
    for name, is_foundation in (("database", True), ("worker", False)):
        child = Child(name, ["/bin/sh", "-c", script, name], tmp_path / "it.log")
        supervisor.start(child, (tmp_path / name).exists, is_foundation=is_foundation)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        supervisor.listen_for_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(AskedToStop):
            supervisor.watch()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    supervisor.stop(seconds=5)
    assert ends.read_text() == "worker\ndatabase\n"

import os
import stat
import tempfile
from pathlib import Path

import psutil
import pytest
import redis
from django.conf import settings
from pymongo import MongoClient

from sentimatrix_studio import embedded
from sentimatrix_studio.supervisor import Supervisor


@pytest.fixture
def supervisor():
    supervisor = Supervisor(print)
    yield supervisor
    supervisor.stop(seconds=5)


def test_transactions_work() -> None:
    with MongoClient[dict[str, str]](settings.MONGODB_URI) as client, client.start_session() as session:
        marks = client.test_embedded.marks
        marks.drop()
        with session.start_transaction():
            marks.insert_one({"_id": "kept"}, session=session)
        session.start_transaction()
        marks.insert_one({"_id": "taken back"}, session=session)
        session.abort_transaction()
        assert [mark["_id"] for mark in marks.find()] == ["kept"]
        client.drop_database("test_embedded")


def test_nobody_else_on_the_machine_can_reach_the_databases(tmp_path: Path, supervisor: Supervisor) -> None:
    for server in (embedded.MongoDB(tmp_path), embedded.Valkey(tmp_path)):
        supervisor.start(server.child, server.is_ready)
        connections = psutil.Process(server.child.pid).net_connections("all")
        assert [each for each in connections if each.status == psutil.CONN_LISTEN] == []
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["mongodb-27017.sock", "valkey.sock"]


def test_data_survives_a_kill_and_a_move_of_the_folder(tmp_path: Path, supervisor: Supervisor) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    mongodb = embedded.MongoDB(before)
    supervisor.start(mongodb.child, mongodb.is_ready)
    with MongoClient[dict[str, int]](mongodb.url, w="majority", journal=True) as client:
        client.studio.reviews.insert_one({"_id": 1})
    mongodb.child.kill()
    before.rename(after)
    moved = embedded.MongoDB(after)
    supervisor.start(moved.child, moved.is_ready)
    with (
        MongoClient[dict[str, int]](moved.url) as client,
        client.start_session() as session,
        session.start_transaction(),
    ):
        assert client.studio.reviews.find_one(session=session) == {"_id": 1}


def test_valkey_comes_back_on_its_socket_with_what_it_was_told(tmp_path: Path, supervisor: Supervisor) -> None:
    valkey = embedded.Valkey(tmp_path)
    supervisor.start(valkey.child, valkey.is_ready)
    with redis.Redis.from_url(valkey.url) as client:
        client.set("bell", "rung")
        client.execute_command("WAITAOF", 1, 0, 5000)  # it writes once a second
        valkey.child.kill()
        supervisor.start(valkey.child, valkey.is_ready)
        assert client.get("bell") == b"rung"
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


@pytest.mark.parametrize("name", ["deep/" * 30, "with space", "colon:comma,"])
def test_a_path_no_socket_can_have_moves_the_sockets_to_a_private_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    folder = embedded.socket_folder(tmp_path / name)
    assert folder.parent == tmp_path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert embedded.socket_folder(tmp_path / name) == folder


def test_a_socket_folder_laid_out_by_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "theirs")
    with pytest.raises(embedded.EmbeddedError, match="belongs to somebody else"):
        embedded.socket_folder(tmp_path)


def test_a_platform_without_the_programs_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(embedded.EmbeddedError) as mongodb:
        embedded.find_mongod()
    with pytest.raises(embedded.EmbeddedError) as valkey:
        embedded.find_valkey()
    assert str(mongodb.value) == (
        "There is no MongoDB for this platform (mongod): install it on the PATH, "
        "set MONGODB_URI to a server you already run, or use compose.yaml."
    )
    assert "set REDIS_URL to a server you already run, or use compose.yaml." in str(valkey.value)


def test_a_program_on_the_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "redis-server"
    program.touch(mode=0o700)
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), "/nowhere"]))
    assert embedded.find_valkey() == program

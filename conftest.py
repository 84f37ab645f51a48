"""One real MongoDB and one real Valkey for a run of the tests, with no variable to set and nothing left behind.

Django reads its settings when it is set up, so the addresses of the servers are in the environment before that; the
servers themselves start with the session. Under xdist the workers share them: each has its own database (pytest-django
sees to that), its own Valkey database and its own data folder.
"""

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import django
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management.commands import flush
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

pytest_plugins = ["tests.standins.fixtures"]
ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

# The path above is needed when the `pytest` script is run.
from sentimatrix_studio import embedded  # noqa: E402
from sentimatrix_studio.supervisor import ChildError, Supervisor  # noqa: E402

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
FOLDER = Path(os.environ["STUDIO_TESTS"] if WORKER else tempfile.mkdtemp(prefix="studio-tests-"))
MONGODB, VALKEY = embedded.MongoDB(FOLDER), embedded.Valkey(FOLDER, databases=64)
LIMITS = [
    "LIMIT_USER",
    "LIMIT_ANONYMOUS",
    "LIMIT_SIGN_IN",
    "LIMIT_PASSWORD_RESET",
    "LIMIT_KEY_TEST",
    "LIMIT_WEBHOOK_TEST",
    "LIMIT_EXPORT",
]
OF_THE_SHELL = ["ALLOWED_HOSTS", "SIGNUP", "EMAIL_URL", "PUBLIC_URL", "HTTPS", "MONGODB_NAME", "STATIC_ROOT"]
OF_THE_SHELL += [f"{name}_{part}" for name in ("GOOGLE", "GITHUB") for part in ("CLIENT_ID", "CLIENT_SECRET", "URL")]
OF_THE_SHELL += ["OUTBOUND_ALLOW", "OUTBOUND_PROXY", "OUTBOUND_CA_FILE", "TRUSTED_PROXIES", "CSRF_TRUSTED_ORIGINS"]
OF_THE_SHELL += ["CHROMIUM", "IGNORE_ROBOTS", "USER_AGENT", "LOG_FORMAT", "METRICS_TOKEN", "PROMETHEUS_MULTIPROC_DIR"]


def prepare_environment() -> None:
    """What a developer's shell says about a real installation must not reach the tests, nor the other way round."""
    for name in [*OF_THE_SHELL, "SECRET_KEY", "MONGODB_URI", "REDIS_URL"]:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    number = int(WORKER.removeprefix("gw")) + 1 if WORKER else 0
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "sentimatrix_studio.settings",
        "ENVIRONMENT": "development",
        "DEBUG": "true",  # static files by their plain names, uncollected; pytest-django turns it off for the views
        "SECRET_KEY": "only-for-the-tests-" * 3,
        "STUDIO_TESTS": str(FOLDER),
        "DATA_DIR": str(FOLDER / f"data{number}"),
        "MONGODB_URI": MONGODB.url,
        **dict.fromkeys(LIMITS, "100000/second burst 100000"),  # a test that is about a limit sets it
        "REDIS_URL": VALKEY.url.replace("db=0", f"db={number}"),
    }


prepare_environment()
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402  now that the apps are there

from sentimatrix_studio.mongo.base import DatabaseOperations  # noqa: E402

Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 256  # of its kind, but in no time

# The same examples in every run, however slow the machine is; others where somebody has the time to look for them.
IS_LONG = any(name in os.environ for name in ("FAULTS", "EXAMPLES"))
hypothesis_settings.register_profile(
    "suite", deadline=None, derandomize=not IS_LONG, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("suite")


_look_up = socket.getaddrinfo


def look_up_at_home(
    host: str | bytes | None,
    port: str | int | None,
    family: int = 0,
    type: int = 0,  # noqa: A002  as it is called
    proto: int = 0,
    flags: int = 0,
) -> list[Any]:
    """Numbers, and the names of this machine. Others would be asked of name servers, which may take their time."""
    is_own = host is None or str(host).endswith("localhost")
    return _look_up(host, port, family, type, proto, flags if is_own else flags | socket.AI_NUMERICHOST)


socket.getaddrinfo = look_up_at_home  # type: ignore[assignment]


def forget_content_types(*args: Any, **kwargs: Any) -> None:
    """After each test, when everything is deleted. Django would make all of them and their permissions again, which
    takes longer than most tests; they are made anew when they are asked for."""
    ContentType.objects.clear_cache()


def delete_what_is_there(self: DatabaseOperations, tables: list[str]) -> None:
    """After each test. The stock way asks every collection twice, which takes longer than most tests, too."""
    database, count = self.connection.database, {"$collStats": dict[str, Any](count={})}
    others = [{"$unionWith": {"coll": name, "pipeline": [count]}} for name in tables[1:]]
    for found in database[tables[0]].aggregate([count, *others]):
        if found["count"]:
            database[found["ns"].removeprefix(f"{database.name}.")].delete_many({})


flush.emit_post_migrate_signal = forget_content_types  # type: ignore[attr-defined]
DatabaseOperations.execute_sql_flush = delete_what_is_there
connection.settings_dict["OPTIONS"].update(w=1, journal=False)  # nothing has to outlive a test


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if WORKER or session.config.option.collectonly:
        return
    supervisor = Supervisor(tell=print)
    try:
        for server in (MONGODB, VALKEY):
            supervisor.start(server.child, server.is_ready)
    except ChildError as reason:
        pytest.exit(str(reason), returncode=3)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    # A worker that inherited the name would set Django up before it has prepared an environment of its own.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files are collected once for every Studio that is started here."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True)
def mail_in_the_same_breath(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent aside, and tests would have to wait for it."""
    monkeypatch.setattr("accounts.mail.aside", lambda work: work())


def pytest_unconfigure() -> None:
    if not WORKER:
        for server in (MONGODB, VALKEY):
            server.child.kill()
        shutil.rmtree(FOLDER, ignore_errors=True)

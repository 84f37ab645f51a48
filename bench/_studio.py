"""Studio for a benchmark: servers, an empty database of its own, and reviews by the ten thousand."""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT_FOLDER))

if TYPE_CHECKING:
    from projects.models import Project, Target

START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
PLATFORMS = ("steam", "reddit", "amazon")
WORDS = """
the battery screen sound price works broke after week love hate game update crash very good bad service fast slow
delivery cable quality cheap support again never always bought month really nice disappointed happy refund easy
"""
LABELS = ("very_positive", "positive", "neutral", "negative", "very_negative")
EMOTIONS = ("joy", "anger", "sadness", "surprise", "neutral")


@contextmanager
def studio(name: str) -> Iterator[None]:
    """Django, set up on a migrated database called ``name`` that is dropped in the end.

    On MONGODB_URI and REDIS_URL where they are given, else on servers of our own.
    """
    from sentimatrix_studio import embedded
    from sentimatrix_studio.supervisor import Supervisor

    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        servers: list[embedded.Server] = []
        for variable, kind in (("MONGODB_URI", embedded.MongoDB), ("REDIS_URL", embedded.Valkey)):
            if variable not in os.environ:
                servers.append(kind(Path(folder)))
                os.environ[variable] = servers[-1].url
        defaults = {"DJANGO_SETTINGS_MODULE": "sentimatrix_studio.settings", "DATA_DIR": folder, "MONGODB_NAME": name}
        os.environ |= defaults | {"LIMIT_USER": "1000000/minute burst 1000000"}  # counted as ever, but never too many
        try:
            supervisor = Supervisor(tell=print)
            for server in servers:
                supervisor.start(server.child, server.is_ready)
            with _database():
                yield
        finally:
            for server in servers:
                server.child.kill()


@contextmanager
def _database() -> Iterator[None]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    connection.ensure_connection()
    client, name = connection.connection, connection.settings_dict["NAME"]
    client.drop_database(name)
    call_command("migrate", verbosity=0)
    try:
        yield
    finally:
        client.drop_database(name)


def new_project(name: str, owner: str = "bench@example.org") -> "Project":
    from accounts.models import User
    from projects.models import Project

    person, _ = User.objects.get_or_create(email=owner, defaults={"name": "Bench"})
    project: Project = Project.objects.create(owner=person, name=name)
    return project


def new_target(project: "Project", platform: str) -> "Target":
    from projects.models import Target

    kind = {"detected_type": "product", "external_id": platform, "label": f"{platform} page"}
    return Target.objects.create(owner_id=project.owner_id, project=project, platform=platform, **kind)


def text(chance: random.Random, words: int = 18) -> str:
    """Of words that many others have too, and one that a review in a thousand has."""
    return " ".join([*chance.choices(WORDS.split(), k=words - 1), f"rare{chance.randrange(1000)}"]).capitalize() + "."


def fill(project: "Project", count: int) -> None:
    """So many analysed reviews, spread over a year and three platforms, with their roll-ups."""
    from results import rollups
    from results.documents import Item, content, new_document, now
    from results.models import Result
    from sentimatrix_studio.mongo.pipelines import collection

    chance, moves, at = random.Random(7), rollups.Moves(), now()
    targets = [new_target(project, platform) for platform in PLATFORMS]
    batch: list[dict[str, Any]] = []
    for number in range(count):
        published = START + timedelta(days=DAYS * number / count)
        item = Item(
            str(number), text(chance), author="Somebody", rating=number % 5 + 1, rating_max=5, published_at=published
        )
        row = new_document(targets[number % 3], None, item.external_id, content(item), at) | _analysis(chance)
        moves.add(row)
        batch.append(row)
        if len(batch) == 5000 or number == count - 1:
            collection(Result).insert_many(batch, ordered=False)
            batch = []
    moves.apply()


def _analysis(chance: random.Random) -> dict[str, Any]:
    label, emotion = chance.choice(LABELS), chance.choice(EMOTIONS)
    return {
        "state": "analysed",
        "language": "en",
        "engine": "local-1",
        "label_source": "model",
        "sentiment": label,
        "score": round(chance.uniform(-1, 1), 4),
        "confidence": round(chance.random(), 4),
        "scores": dict.fromkeys(LABELS, 0.2),
        "emotion": emotion,
        "emotion_score": 0.6123,
        "emotions": [{"emotion": emotion, "score": 0.6123}],
    }


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """Seconds of the fastest of some rounds: what the work takes when nothing else is in the way."""
    return min(timed(work) for _ in range(rounds))


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cpu_seconds() -> float:
    """Used so far by this process and by the database server together: fair where others keep the machine busy."""
    from projects.models import Project
    from sentimatrix_studio.mongo.pipelines import collection

    used = collection(Project).database.command("serverStatus")["extra_info"]
    return time.process_time() + float(used["user_time_us"] + used["system_time_us"]) / 1e6


def cpu_of(way: Callable[[], object], repeats: int = 5) -> float:
    """Seconds of this process and the database server, and nothing of what else the machine does."""
    before = cpu_seconds()
    for _ in range(repeats):
        way()
    return (cpu_seconds() - before) / repeats


def without_collected_files() -> Any:
    """Style sheets and scripts under their plain names: nothing has been collected, and none is asked for."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain})


def answer(browser: Any, path: str) -> None:
    response = browser.get(path)
    assert response.status_code == 200, response.content[:500]


def row(label: str, value: str, aim: str = "") -> None:
    print(f"{label:<58}{value:>16}   {aim}".rstrip(), flush=True)

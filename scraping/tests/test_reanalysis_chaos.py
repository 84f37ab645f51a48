"""Reviews that are read again by workers which are killed and frozen all the while: in the end each has its new label,
what people said stays, and the figures are those of a rebuild."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from bson import ObjectId

from integrations.models import Event
from results.models import DailyRollup, Result, TotalRollup
from scraping.models import Step
from scraping.tests.installations import WORKERS, Installation, disturb, running_installation
from sentimatrix_studio.children import Child
from tests.standins import Standins

FAULTS = pytest.mark.skipif("FAULTS" not in os.environ, reason="takes minutes: make test-faults")
pytestmark = [FAULTS, pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

ROWS, CORRECTED, KILLS = 6_000, 20, 5  # of a round, the least
ROUNDS = [("first", "negative"), ("second", "positive")]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, running_standins: Standins) -> Iterator[Installation]:
    with running_installation(tmp_path_factory.mktemp("chaos"), running_standins) as installation:
        yield installation


@contextmanager
def readers(installation: Installation, *said: str) -> Iterator[list[Child]]:
    command = ("-m", "scraping.tests.chaos_rereader", *said)
    running = [installation.program(f"{said[0]}{number}", *command) for number in range(WORKERS)]
    for reader in running:
        reader.start()
    yield running
    for reader in running:
        reader.kill()


def test_whoever_is_killed_while_reading_again_labels_corrections_and_figures_are_right(
    installation: Installation,
) -> None:
    with readers(installation, "before", "neutral", "0"):
        project = installation.wait_for_end(installation.begin_import(ROWS))["project_id"]
    corrected = set[ObjectId]()
    for engine, answer in ROUNDS:
        (job,) = installation.begin("reanalyse", str(project))
        with readers(installation, engine, answer, "2") as running:
            corrected |= disturb_until_the_end(installation, job, running)
        assert_read_again(installation, job, engine, answer, corrected)


def disturb_until_the_end(installation: Installation, job: ObjectId, running: list[Child]) -> set[ObjectId]:
    """The reviews that somebody has labelled meanwhile."""
    chance, corrected, kills = random.Random(), set[ObjectId](), 0
    while installation.job(job)["status"] in ("queued", "running"):
        disturb(chance.choice(running), chance)
        time.sleep(chance.uniform(0.2, 1.5))
        kills += 1
        if kills % 4 == 0:
            corrected |= set(installation.begin("correct", str(installation.job(job)["project_id"]), str(CORRECTED)))
    assert kills >= KILLS
    return corrected


def assert_read_again(
    installation: Installation, job: ObjectId, engine: str, answer: str, corrected: set[ObjectId]
) -> None:
    end = installation.wait_for_end(job)
    counted = (end["status"], end["to_analyse"], end["analysed"])
    assert counted == ("completed", ROWS, ROWS)
    found = installation.rows_of(Result, project_id=end["project_id"])
    assert {(row["state"], row["engine"]) for row in found} == {("analysed", engine)}
    by_hand = {row["_id"] for row in found if row["label_source"] == "human"}
    assert by_hand == corrected
    assert {row["sentiment"] for row in found if row["_id"] in corrected} == {"very_positive"}
    assert {row["sentiment"] for row in found if row["_id"] not in corrected} == {answer}
    assert {row["model_label"]["sentiment"] for row in found if row["_id"] in corrected} == {answer}
    assert len(installation.rows_of(Event, name="analysis.completed", cause=str(job))) == 1
    assert not installation.rows_of(Step, job_id=job)
    figures = figures_of(installation, end["project_id"])
    installation.manage("rebuild_rollups", str(end["project_id"]))
    assert figures_of(installation, end["project_id"]) == figures


def figures_of(installation: Installation, project: ObjectId) -> list[dict[str, Any]]:
    found = [row for model in (DailyRollup, TotalRollup) for row in installation.rows_of(model, project_id=project)]
    assert sum(row["counters"]["total"] for row in found) == 2 * ROWS
    return found

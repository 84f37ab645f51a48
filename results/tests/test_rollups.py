import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import StringIO
from typing import Any
from unittest.mock import patch

import bson
import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import make_user
from projects.models import Project
from projects.tests.factories import make_project
from results import changes, correcting, ingest, removal, rollups, undo
from results.analysis.aspects import Finder
from results.analysis.lexicon import lexicon_of
from results.analysis.packs import get_pack
from results.ingest import Item
from results.models import Change, DailyAspectRollup, DailyRollup, Result, TotalAspectRollup, TotalRollup
from results.tallies import COUNTERS, AspectTally, Tally
from results.tests.factories import (
    START,
    ScriptedEngine,
    analyse,
    make_item,
    make_items,
    make_results,
    make_target,
    store,
)
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.transaction import in_transaction

HISTORIES = int(os.environ.get("ROLLUP_HISTORIES", "20"))  # hundreds take longer than a suite should
WORDS = [
    *("very_positive joy", "positive", "neutral", "negative anger", "very_negative disgust", "no_text", ""),
    *("positive story but negative crash", "very_negative price. positive music", "neutral story and price"),
]
REVIEWS = st.builds(
    Item,
    external_id=st.integers(0, 6).map(str),
    text=st.sampled_from(WORDS),
    rating=st.sampled_from([None, 1, 2.5, 5, 9]),
    rating_max=st.sampled_from([None, 5, 10]),
    published_at=st.sampled_from([None, START, START + timedelta(days=1), START + timedelta(days=40)]),
)
ASPECTS = Finder(lexicon_of(get_pack("game").aspects), ScriptedEngine())
LABELS: list[correcting.Said] = [{"sentiment": "negative"}, {"sentiment": None}, {"emotion": "joy"}]
STEPS = st.one_of(
    st.tuples(st.just("store"), st.lists(REVIEWS, max_size=5)),
    st.tuples(st.just("analyse"), st.booleans()),  # with or without aspects
    st.tuples(st.just("record again"), st.none()),
    st.tuples(st.just("give up"), st.none()),
    st.tuples(st.just("analyse again"), st.booleans()),
    st.tuples(st.just("correct"), st.sampled_from(LABELS)),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("delete"), st.sampled_from(["positive", "negative", None])),
)


class WorkerError(Exception):
    """A worker is gone when all of a transaction is written but its end."""


def killed_at_the_end(work: Callable[[], Any]) -> Any:
    def write_and_die() -> None:
        work()
        raise WorkerError

    return in_transaction(write_and_die)


class History:
    """What can happen to the reviews of two targets, in any order."""

    def __init__(self) -> None:
        self.project = make_project()
        self.targets = [make_target(self.project, platform) for platform in ("steam", "reddit")]
        self.findings: list[ingest.Finding] = []
        self.changes: list[Change] = []

    def step(self, number: int, action: str, argument: Any, *, is_killed: bool) -> None:
        if not is_killed:
            self._do(number, action, argument, in_transaction)
            return
        kept = documents_of(self.project)
        with patch.object(changes, "in_transaction", killed_at_the_end), suppress(WorkerError):
            self._do(number, action, argument, killed_at_the_end)
        assert documents_of(self.project) == kept

    def _do(self, number: int, action: str, argument: Any, transact: Callable[[Callable[[], Any]], Any]) -> None:
        results = Result.objects.filter(project=self.project)
        if action == "store":
            transact(partial(ingest.store, self.targets[number % 2], None, argument, analyse=True))
        elif action == "delete":
            self.changes.append(removal.delete_results(self.project, results.filter(sentiment=argument)))
        elif action == "correct":
            self.changes.append(correcting.relabel(self.project, results, argument, self.project.owner).change)
        elif action == "undo":
            for change in self.changes[-1:]:
                undo.undo(change)
        elif action == "give up":
            transact(partial(ingest.give_up, list(results.values_list("pk", flat=True))[::3]))
        else:
            again = action == "analyse again"
            if action != "record again":
                ids, aspects = list(results.values_list("pk", flat=True)), ASPECTS if argument else None
                self.findings = ingest.analyse(ids, ScriptedEngine(), aspects=aspects, again=again)
            transact(partial(ingest.record, self.findings, again=again))


def documents_of(project: Project) -> list[bytes]:
    """The roll-ups as bytes: order of fields and widths of numbers count."""
    kinds = (DailyRollup, TotalRollup, DailyAspectRollup, TotalAspectRollup)
    found = (row for kind in kinds for row in collection(kind).find({"project_id": project.pk}).sort("_id"))
    return [bson.encode(row) for row in found]


@pytest.mark.django_db
@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(STEPS, st.sampled_from([False, False, True])), min_size=2, max_size=10))
def test_after_any_history_a_rebuild_gives_the_identical_documents(steps: list[tuple[tuple[str, Any], bool]]) -> None:
    history = History()
    for number, ((action, argument), is_killed) in enumerate(steps):
        history.step(number, action, argument, is_killed=is_killed)
    kept = documents_of(history.project)
    rollups.rebuild(history.project)
    assert documents_of(history.project) == kept
    assert all(bson.decode(row)["counters"]["total"] > 0 for row in kept)


@pytest.mark.django_db
def test_a_rebuild_mends_roll_ups_that_are_wrong_missing_or_left_over() -> None:
    target = make_target()
    make_results(target, *make_items(30, step=timedelta(days=9), text="positive joy"))
    right = documents_of(target.project)
    first, second = (row["_id"] for row in collection(DailyRollup).find().limit(2))
    collection(DailyRollup).update_one({"_id": first}, {"$inc": {"counters.total": 5}})
    collection(DailyRollup).delete_one({"_id": second})
    stray = {"owner_id": target.owner_id, "project_id": target.project_id, "target_id": target.pk}
    collection(DailyRollup).insert_one({**stray, "day": datetime(2020, 2, 29), "platform": "steam", "counters": {}})  # noqa: DTZ001
    collection(TotalRollup).update_one({}, {"$inc": {"counters.label_positive": -1}})
    collection(TotalRollup).insert_one({**stray, "platform": "yelp", "counters": {}})
    out = StringIO()
    call_command("rebuild_rollups", str(target.project_id), stdout=out)
    assert documents_of(target.project) == right
    assert f"{target.project.name}: counted anew" in out.getvalue()


@pytest.mark.django_db
def test_the_command_says_which_project_is_missing() -> None:
    with pytest.raises(CommandError, match="There is no project 0123456789abcdef01234567"):
        call_command("rebuild_rollups", "0123456789abcdef01234567")
    with pytest.raises(CommandError, match="There is no project nonsense"):
        call_command("rebuild_rollups", "nonsense")


@pytest.mark.django_db
def test_a_roll_up_has_every_counter() -> None:
    store(make_target(), make_item())
    row = collection(DailyRollup).find_one()
    assert row
    assert set(row["counters"]) == set(COUNTERS)
    assert {type(n) for n in row["counters"].values()} == {bson.Int64}


@pytest.mark.django_db
def test_a_roll_up_goes_with_its_last_review() -> None:
    target = make_target()
    make_results(target, *make_items(3))
    assert removal.delete_results(target.project, Result.objects.filter(target=target)).count == 3
    assert not DailyRollup.objects.exists()
    assert not TotalRollup.objects.exists()


@pytest.mark.django_db
def test_deleting_goes_in_batches_and_spares_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "BATCH", 4)
    target, other = make_target(), make_target()
    store(target, *make_items(10))
    store(other, *make_items(3))
    assert removal.delete_for_good(Result.objects.filter(project=target.project)) == 10
    assert Result.objects.count() == DailyRollup.objects.all().tally().total == 3


@pytest.mark.django_db
def test_aspects_are_counted_by_day_and_in_total_and_mended_like_the_rest() -> None:
    target = make_target()
    said = ["positive story but negative crash", "very_positive story", "neutral"]
    pending = store(target, *(make_item(n, text) for n, text in enumerate(said))).pending
    findings = ingest.analyse(pending, ScriptedEngine(), aspects=ASPECTS)
    in_transaction(partial(ingest.record, findings))
    right = documents_of(target.project)
    for kind in (DailyAspectRollup, TotalAspectRollup):
        found = kind.objects.filter(project=target.project).tally_by_aspect()
        assert found == {
            "story": AspectTally(2, positive=2, said_sum=14_000, labelled=2, score_sum=14_000),
            "stability": AspectTally(1, negative=1, said_sum=-5_000, labelled=1, score_sum=5_000),
        }
    collection(DailyAspectRollup).update_one({"aspect": "story"}, {"$inc": {"counters.total": 5}})
    collection(TotalAspectRollup).update_one({"aspect": "story"}, {"$set": {"aspect": "plot"}})
    rollups.rebuild(target.project)
    assert documents_of(target.project) == right
    removal.delete_for_good(Result.objects.filter(target=target))
    assert not DailyAspectRollup.objects.exists()
    assert not TotalAspectRollup.objects.exists()


def review(**fields: Any) -> dict[str, Any]:
    blank = {
        "state": "pending",
        "sentiment": None,
        "score": None,
        "emotion": None,
        "emotion_score": None,
        "label_source": "",
        "stars": None,
    }
    return {**blank, **fields}


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        (review(), {"total": 1, "state_pending": 1}),
        (
            review(state="analysed", sentiment="negative", score=-0.12345, emotion="fear", emotion_score=0.5),
            {
                "total": 1,
                "state_analysed": 1,
                "label_negative": 1,
                "score_sum": -1234,
                "emotion_fear": 1,
                "emotion_fear_sum": 5000,
            },
        ),
        (review(stars=3.5), {"total": 1, "state_pending": 1, "rating_count": 1, "rating_sum": 350, "stars_4": 1}),
        (review(stars=0.0), {"total": 1, "state_pending": 1, "rating_count": 1, "rating_sum": 0, "stars_1": 1}),
    ],
)
def test_what_a_review_counts(result: dict[str, Any], counts: dict[str, int]) -> None:
    assert rollups.contribution(result) == counts


def test_every_contribution_is_a_counter_of_a_roll_up() -> None:
    result = review(state="analysed", sentiment="positive", score=0.5, emotion="joy", emotion_score=0.5, stars=5.0)
    assert set(rollups.contribution(result)) <= set(COUNTERS)


def test_the_same_place_has_the_same_id_and_another_another() -> None:
    ids = [ObjectId() for _ in range(3)]
    place = rollups.Place(ids[0], ids[1], datetime(2026, 3, 2), "steam", ids[2])  # noqa: DTZ001
    others = [
        place._replace(project_id=ObjectId()),
        place._replace(target_id=ObjectId()),
        place._replace(platform="reddit"),
        place._replace(day=datetime(2026, 3, 3)),  # noqa: DTZ001
    ]
    assert place.rollup_id == place._replace(owner_id=ObjectId()).rollup_id
    assert len({place.rollup_id, *(other.rollup_id for other in others)}) == 5


@pytest.fixture
def counted(db: None) -> Project:
    """Two targets: one with three reviews over two weeks, one with a single angry one a month later."""
    project = make_project()
    steam, reddit = make_target(project, "steam"), make_target(project, "reddit")
    make_results(
        steam,
        make_item(1, "very_positive joy", rating=5, rating_max=5),
        make_item(2, "positive joy", rating=4, rating_max=5),
        make_item(3, "neutral", published_at=START + timedelta(days=7)),
    )
    make_results(reddit, make_item(1, "negative anger", published_at=START + timedelta(days=31)))
    store(reddit, make_item(2, "not yet", published_at=START + timedelta(days=31)))
    return project


def test_a_tally_gives_the_figures(counted: Project) -> None:
    tally = DailyRollup.objects.filter(project=counted).tally()
    assert (tally.total, tally.labelled, tally.not_analysed) == (5, 4, {"pending": 1})
    assert tally.labels == {"very_positive": 1, "positive": 1, "neutral": 1, "negative": 1, "very_negative": 0}
    assert tally.distribution(3) == {"positive": 2, "neutral": 1, "negative": 1}
    assert tally.avg_score == round((0.9 + 0.5 + 0.0123 - 0.5) / 4, 4)
    assert (tally.avg_rating, tally.rated, tally.stars) == (4.5, 2, {5: 1, 4: 1, 3: 0, 2: 0, 1: 0})
    assert (tally.emotions["joy"], tally.emotions["anger"], tally.avg_emotion_score("joy")) == (2, 1, 0.7)


def test_totals_are_the_sum_of_the_days(counted: Project) -> None:
    days, totals = (kind.objects.filter(project=counted) for kind in (DailyRollup, TotalRollup))
    assert totals.tally_by("target_id") == days.tally_by("target_id")
    assert totals.count() == 2
    assert rollups.of_days(None, None).filter(project=counted).tally() == days.tally()
    assert rollups.of_days(date(2026, 3, 9), None).filter(project=counted).tally().total == 3


def test_a_tally_of_nothing_has_no_averages(db: None) -> None:
    tally = DailyRollup.objects.all().tally()
    assert (tally.total, tally.avg_score, tally.avg_rating, tally.avg_emotion_score("joy")) == (0, None, None, None)
    assert DailyRollup.objects.all().first_and_last_day() is None


def test_tallies_add_up() -> None:
    assert (Tally({"total": 2, "score_sum": 5}) + Tally({"total": 1})).counters == {"total": 3, "score_sum": 5}


def test_tallies_by_platform_target_and_project(counted: Project) -> None:
    rows = DailyRollup.objects.filter(project=counted)
    assert {name: tally.total for name, tally in rows.tally_by("platform").items()} == {"steam": 3, "reddit": 2}
    assert sorted(tally.total for tally in rows.tally_by("target_id").values()) == [2, 3]
    assert {key: tally.total for key, tally in rows.tally_by("project_id").items()} == {counted.pk: 5}


@pytest.mark.parametrize(
    ("unit", "periods"),
    [
        ("day", {date(2026, 3, 2): 2, date(2026, 3, 9): 1, date(2026, 4, 2): 2}),
        ("week", {date(2026, 3, 2): 2, date(2026, 3, 9): 1, date(2026, 3, 30): 2}),
        ("month", {date(2026, 3, 1): 3, date(2026, 4, 1): 2}),
    ],
)
def test_tallies_by_period(counted: Project, unit: str, periods: dict[date, int]) -> None:
    found = DailyRollup.objects.filter(project=counted).tally_by_period(unit)
    assert list({start: tally.total for start, tally in found.items()}.items()) == list(periods.items())


def test_tallies_between_days_include_both(counted: Project) -> None:
    rows = DailyRollup.objects.filter(project=counted)
    assert rows.between(date(2026, 3, 2), date(2026, 3, 9)).tally().total == 3
    assert rows.between(date(2026, 3, 3), None).tally().total == 3
    assert rows.first_and_last_day() == (date(2026, 3, 2), date(2026, 4, 2))


def test_an_owner_sees_the_tally_of_the_own_projects_only(counted: Project) -> None:
    assert DailyRollup.objects.owned_by(counted.owner).tally().total == 5
    assert DailyRollup.objects.owned_by(make_user()).tally().total == 0


def test_analysis_moves_a_review_between_counters(db: None) -> None:
    target = make_target()
    pending = store(target, make_item(1, "positive joy")).pending
    before = DailyRollup.objects.all().tally()
    analyse(pending)
    after = DailyRollup.objects.all().tally()
    assert (before.states["pending"], before.labelled) == (1, 0)
    assert (after.states["pending"], after.labelled, after.total) == (0, 1, 1)
    assert DailyRollup.objects.get().day == START.astimezone(UTC).replace(hour=0, minute=0)

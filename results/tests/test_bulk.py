"""Changes of many reviews that a worker makes: every review once, whoever dies, and all of it can be undone."""

from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from integrations.models import Notice
from projects.models import Target
from results import bulk, changes, correcting, orders, removal, rollups, undo
from results.bulk import making
from results.bulk.asking import ARCHIVED, BUSY, UNDER_WAY, BulkRefused
from results.choices import BulkState
from results.filters import ResultFilter
from results.models import BulkChange, Change, Former, Result
from results.tests.factories import make_item, make_items, make_results, make_target, store
from results.tests.test_rollups import documents_of
from sentimatrix_studio.mongo.pipelines import collection

pytestmark = pytest.mark.django_db
RUN_OUT = timedelta(seconds=-1)  # a lease that ends before it begins
GOOD = ResultFilter(sentiment=("positive",))
BAD: correcting.Said = {"sentiment": "negative"}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "BATCH", 4)
    monkeypatch.setattr("results.bulk.asking.AT_ONCE", 4)


@pytest.fixture
def target() -> Target:
    """With ten good reviews, of which one says so by hand, a bad one, and one that no engine has read."""
    target = make_target()
    make_results(target, *make_items(10, text="positive joy"), make_item("bad", "negative"))
    correcting.relabel_one(Result.objects.get(external_id="3"), {"sentiment": "positive"}, target.owner)
    store(target, make_item("waiting"))
    return target


def label(target: Target, asked: ResultFilter = GOOD) -> BulkChange:
    ordered = bulk.relabel(target.project, asked, BAD, target.owner)
    assert isinstance(ordered, BulkChange)
    return ordered


def delete(target: Target, asked: ResultFilter = GOOD) -> BulkChange:
    ordered = bulk.delete(target.project, asked)
    assert isinstance(ordered, BulkChange)
    return ordered


def take_back(done: BulkChange) -> BulkChange:
    ordered = bulk.undo(Change.objects.get(pk=done.change_id))
    assert isinstance(ordered, BulkChange)
    return ordered


def again(order: BulkChange) -> BulkChange:
    return BulkChange.objects.get(pk=order.pk)


def work() -> None:
    while bulk.make_next():  # a turn may end before the work does
        pass


def stored(target: Target) -> list[dict[str, Any]]:
    """All but when it was written last."""
    rows = collection(Result).find({"target_id": target.pk}, {"updated_at": 0}).sort("_id")
    return list(rows)


def assert_counted(target: Target) -> None:
    kept = documents_of(target.project)
    rollups.rebuild(target.project)
    assert documents_of(target.project) == kept


class Killed(BaseException):
    pass


def die(monkeypatch: pytest.MonkeyPatch, after: int, error: BaseException) -> None:
    """Go on with what waits, and end so when that many batches are committed and the next one is written."""
    left, go_on = iter(range(after)), making._go_on

    def last(*args: Any) -> changes.Stretch:
        stretch = go_on(*args)
        if next(left, None) is None:
            raise error
        return stretch

    with monkeypatch.context() as patch:
        patch.setattr(making, "_go_on", last)
        with pytest.raises(type(error)):
            bulk.make_next(lease=RUN_OUT)


def test_all_that_is_found_is_labelled_and_undone(target: Target) -> None:
    before, figures = stored(target), documents_of(target.project)
    ordered = label(target)
    assert (str(ordered), ordered.state, bulk.is_waiting()) == ("Labelling 0 of 10 reviews", BulkState.WAITING, True)
    work()
    done = again(ordered)
    assert (str(done), done.state, done.outcome) == (
        "Labelling 10 of 10 reviews", BulkState.DONE, "10 reviews labelled negative.",
    )  # fmt: skip
    assert set(Result.objects.filter(label_source="human").values_list("sentiment", flat=True)) == {"negative"}
    assert_counted(target)
    back = take_back(done)
    assert str(back) == "Undoing 0 of 10 reviews"
    work()
    assert (again(back).state, again(back).outcome) == (BulkState.DONE, "10 reviews are as before.")
    assert (stored(target), documents_of(target.project)) == (before, figures)
    assert (Change.objects.filter(pk=done.change_id).count(), bulk.is_waiting(timedelta(days=1))) == (0, False)


def test_all_that_is_found_is_deleted_and_undone(target: Target) -> None:
    before, figures = stored(target), documents_of(target.project)
    done = delete(target, ResultFilter())
    work()
    assert again(done).outcome == "12 reviews deleted."
    assert (stored(target), documents_of(target.project)) == ([], [])
    store(target, make_item("3", "It says something else now."))
    back = take_back(done)
    work()
    assert again(back).outcome == "11 reviews are as before. 1 passed over: newer, or without their target."
    assert_counted(target)
    Result.objects.filter(external_id="3").delete()
    rollups.rebuild(target.project)
    assert [row["_id"] for row in stored(target)] == [row["_id"] for row in before if row["external_id"] != "3"]
    assert len(figures) == len(documents_of(target.project))


@pytest.mark.parametrize("committed", [0, 1, 2])
def test_a_worker_that_is_killed_has_done_whole_batches_and_another_goes_on(
    target: Target, monkeypatch: pytest.MonkeyPatch, committed: int
) -> None:
    before, figures = stored(target), documents_of(target.project)
    ordered = label(target)
    die(monkeypatch, committed, Killed())
    half = again(ordered)
    assert (half.state, half.done, half.changed) == (BulkState.RUNNING, 4 * committed, 4 * committed)
    assert Former.objects.filter(change_id=ordered.change_id).count() == 4 * committed
    assert_counted(target)
    assert bulk.is_waiting()
    work()
    done = again(ordered)
    assert (done.state, done.done, done.changed) == (BulkState.DONE, 10, 10)
    assert Change.objects.get(pk=ordered.change_id).count == 10
    assert_counted(target)
    back = take_back(done)
    die(monkeypatch, committed, Killed())
    work()
    assert (again(back).done, again(back).changed, again(back).passed_over) == (10, 10, 0)
    assert (stored(target), documents_of(target.project)) == (before, figures)


def test_one_that_kills_three_workers_in_the_same_place_is_given_up_and_can_be_undone(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(target)
    ordered = delete(target)
    die(monkeypatch, 1, Killed())
    assert again(ordered).attempts == 0  # it had come further
    for _ in range(orders.MAX_ATTEMPTS):
        die(monkeypatch, 0, Killed())
    work()
    given_up = again(ordered)
    assert (given_up.state, given_up.outcome) == (BulkState.FAILED, f"{orders.BROKEN_OFF} 4 reviews deleted.")
    assert list(Notice.objects.values_list("event", "title", "is_bad")) == [
        ("change.failed", f"Change of many reviews broken off: {target.project.name}", True)
    ]
    assert given_up.can_be_undone
    assert bulk.undo(Change.objects.get(pk=ordered.change_id)) == undo.Undone(4, 0)
    assert (stored(target), given_up.can_be_undone) == (before, False)


def test_a_worker_that_lost_its_lease_changes_nothing(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered, delete_some = delete(target), removal.delete_some

    def slow(*args: Any) -> changes.Stretch:
        monkeypatch.undo()
        monkeypatch.setattr(changes, "BATCH", 4)
        work()  # another worker takes it up, and is quicker
        return delete_some(*args)

    monkeypatch.setattr(making, "in_transaction", lambda batch: batch())  # or both would be in one
    monkeypatch.setattr(removal, "delete_some", slow)
    assert bulk.make_next(lease=RUN_OUT)
    assert (again(ordered).state, again(ordered).changed, Notice.objects.count()) == (BulkState.DONE, 10, 1)
    assert Former.objects.filter(change_id=ordered.change_id).count() == 10
    assert_counted(target)


def test_a_worker_that_leaves_hands_it_back_after_a_batch(target: Target) -> None:
    ordered = label(target)
    assert bulk.make_next(should_leave=lambda: True)
    back = again(ordered)
    assert (back.state, back.attempts, back.done, str(back)) == (
        BulkState.WAITING, 0, 4, "Labelling 4 of 10 reviews",
    )  # fmt: skip
    work()
    assert again(ordered).changed == 10


def test_those_of_several_projects_take_turns(target: Target) -> None:
    other = make_target()
    make_results(other, *make_items(10, text="positive"))
    first, second = label(target), label(other)
    for expected in [(4, 0), (4, 4), (8, 4), (8, 8), (10, 8), (10, 10)]:
        assert bulk.make_next(should_leave=lambda: True)
        assert (again(first).done, again(second).done) == expected


def test_an_outage_is_the_workers_to_wait_for(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered = label(target)
    die(monkeypatch, 1, AutoReconnect("away"))
    work()
    assert (again(ordered).state, again(ordered).changed) == (BulkState.DONE, 10)


def test_what_came_in_or_was_labelled_since_it_was_asked_for_is_left_alone(target: Target) -> None:
    ordered = label(target)
    BulkChange.objects.update(created_at=ordered.created_at - timedelta(hours=1))
    Result.objects.update(created_at=ordered.created_at - timedelta(hours=2))
    Result.objects.filter(external_id="3").update(corrected_at=ordered.created_at)
    make_results(target, make_item("late", "positive"))
    work()
    assert again(ordered).outcome == "9 reviews labelled negative."
    assert set(Result.objects.filter(sentiment="positive").values_list("external_id", flat=True)) == {"3", "late"}


def test_those_that_cannot_be_labelled_are_passed_over(target: Target) -> None:
    ordered = label(target, ResultFilter())
    work()
    done = again(ordered)
    assert (done.done, done.changed, done.passed_over) == (12, 11, 1)
    assert done.outcome == "11 reviews labelled negative. 1 had to be left as they are: no engine has read them yet."


def test_a_project_has_one_at_a_time(target: Target) -> None:
    ordered = label(target)
    with pytest.raises(BulkRefused, match=BUSY) as refused:
        delete(target)
    assert refused.value.code == "busy"
    small = bulk.relabel(target.project, ResultFilter(sentiment=("negative",)), {"emotion": "joy"}, target.owner)
    assert isinstance(small, correcting.Relabelled)
    assert bulk.undo(small.change) == undo.Undone(1, 0)
    bulk.make_next(should_leave=lambda: True)
    with pytest.raises(BulkRefused, match=UNDER_WAY):
        bulk.undo(Change.objects.get(pk=ordered.change_id))
    work()
    take_back(ordered)
    with pytest.raises(BulkRefused, match=UNDER_WAY):
        take_back(ordered)


def test_archiving_ends_it_and_says_what_was_done(target: Target) -> None:
    ordered = label(target)
    bulk.make_next(should_leave=lambda: True)
    target.project.archive()
    work()
    assert (again(ordered).state, again(ordered).outcome) == (
        BulkState.FAILED, f"{making.ARCHIVED} 4 reviews labelled negative.",
    )  # fmt: skip
    with pytest.raises(BulkRefused, match=ARCHIVED):
        delete(target)
    assert_counted(target)


@pytest.mark.parametrize("is_gone", [True, False])
def test_it_goes_with_its_project(target: Target, is_gone: bool) -> None:
    label(target)
    bulk.make_next(should_leave=lambda: True)
    target.project.leave()
    if is_gone:
        target.project.delete()
    assert bulk.make_next() is not is_gone
    assert (BulkChange.objects.count(), Notice.objects.count()) == (0 if is_gone else 1, 0)


def test_what_can_no_longer_be_found_or_undone_says_why(target: Target) -> None:
    gone = make_target(target.project, "reddit")
    make_results(gone, *make_items(6))
    failed = delete(target, ResultFilter(target_id=(gone.pk,)))
    gone.delete()
    work()
    assert again(failed).outcome.startswith("This project has no target")
    done = delete(target)
    work()
    late = take_back(done)
    Change.objects.all().delete()
    work()
    assert (again(late).state, again(late).outcome) == (BulkState.FAILED, making.TOO_LATE)


def test_its_owner_is_told_and_it_is_forgotten_after_a_day(target: Target) -> None:
    ordered = label(target)
    work()
    notice, done = Notice.objects.get(), again(ordered)
    assert (notice.event, notice.text) == ("change.completed", "10 reviews labelled negative.")
    assert notice.path == f"/projects/{target.project_id}/results/"
    assert done.finished_at is not None
    assert done.expires_at == done.finished_at + timedelta(hours=24)
    kept = Change.objects.get(pk=done.change_id)
    assert (kept.made_at, kept.expires_at - kept.made_at) == (done.created_at, timedelta(hours=24))
    index = collection(BulkChange).index_information()["bulk_change_expiry"]
    assert (index["key"], index["expireAfterSeconds"]) == ([("expires_at", 1)], 0)

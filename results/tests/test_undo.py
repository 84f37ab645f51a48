from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from projects.models import Target
from results import changes, correcting, removal, undo
from results.models import Change, ChangeKind, Former, Result
from results.tests.factories import make_item, make_items, make_results, make_target, store
from results.tests.test_rollups import documents_of
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.transaction import in_transaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def target() -> Target:
    target = make_target()
    make_results(target, *make_items(10, text="positive joy"))
    return target


def stored(target: Target) -> list[dict[str, Any]]:
    return list(collection(Result).find({"target_id": target.pk}).sort("_id"))


def delete(target: Target, **which: Any) -> Change:
    return removal.delete_results(target.project, Result.objects.filter(target=target, **which))


def test_deleted_reviews_come_back_with_all_they_were(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "BATCH", 4)
    correcting.relabel(target.project, Result.objects.filter(external_id="3"), {"sentiment": "neutral"}, target.owner)
    before, figures = stored(target), documents_of(target.project)
    change = delete(target)
    assert (change.count, str(Change.objects.get(pk=change.pk))) == (10, "10 reviews deleted")
    assert (stored(target), documents_of(target.project)) == ([], [])
    assert undo.undo(change) == undo.Undone(10, 0)
    assert (stored(target), documents_of(target.project)) == (before, figures)
    assert (Former.objects.filter(change_id=change.pk).count(), Change.objects.filter(pk=change.pk).count()) == (0, 0)


def test_a_review_collected_again_meanwhile_stays_as_it_is(target: Target) -> None:
    change = delete(target)
    store(target, make_item("3", "It says something else now."))
    assert undo.undo(change) == undo.Undone(9, 1)
    assert sorted(row["external_id"] for row in stored(target)) == [str(n) for n in range(10)]
    assert Result.objects.get(external_id="3").text == "It says something else now."


def test_what_belonged_to_a_target_that_is_gone_stays_away(target: Target) -> None:
    other = make_target(target.project, "reddit")
    make_results(other, make_item("1"))
    change = removal.delete_results(target.project, Result.objects.filter(project=target.project))
    target.delete()
    assert undo.undo(change).count == 1
    assert set(Result.objects.values_list("target_id", flat=True)) == {other.pk}


def test_what_a_broken_off_deletion_took_can_be_brought_back(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "BATCH", 4)
    before = stored(target)
    change = changes.new_change(target.project, ChangeKind.DELETION)
    some = partial(removal.delete_some, change, Result.objects.filter(target=target))
    for _ in range(2):
        in_transaction(partial(some, ""))
    assert Change.objects.get().count == 8
    assert undo.undo(Change.objects.get()).count == 8
    assert stored(target) == before


def test_deleting_for_good_and_deleting_nothing_leave_nothing_behind(target: Target) -> None:
    assert delete(target, external_id="nobody's").count == 0
    assert removal.delete_for_good(Result.objects.filter(target=target)) == 10
    assert (Change.objects.count(), Former.objects.count()) == (0, 0)


def test_changes_are_kept_for_a_day(target: Target) -> None:
    change = delete(target)
    kept = Change.objects.undoable_of(target.project).get()
    assert kept.expires_at - kept.made_at == timedelta(hours=24)
    assert set(Former.objects.values_list("expires_at", flat=True)) == {kept.expires_at}
    Change.objects.filter(pk=change.pk).update(expires_at=kept.made_at - timedelta(seconds=1))
    assert not Change.objects.undoable_of(target.project).exists()
    for model, name in ((Change, "change_expiry"), (Former, "former_expiry")):
        index = collection(model).index_information()[name]
        assert (index["key"], index["expireAfterSeconds"]) == ([("expires_at", 1)], 0)

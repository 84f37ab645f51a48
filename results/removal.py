"""Deleting reviews: the roll-ups follow in the same transaction."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet

from projects.models import Project
from results import changes, rollups
from results.changes import Stretch
from results.documents import Document
from results.models import Change, ChangeKind, Result, ResultQuerySet
from sentimatrix_studio.mongo.pipelines import collection, condition, session
from sentimatrix_studio.mongo.transaction import in_transaction


def delete_results(project: Project, results: ResultQuerySet) -> Change:
    """Delete the reviews of the queryset, each batch at once or not at all. For a day ``undo.py`` brings them back."""
    change = changes.new_change(project, ChangeKind.DELETION)
    for stretch in changes.stretches(partial(delete_some, change, results)):
        change.count += stretch.changed
    return change


def delete_some(change: Change, results: ResultQuerySet, cursor: str) -> Stretch:
    """The next reviews of the queryset. To be called in a transaction."""
    found, onward = changes.read(results, cursor)
    _delete(found)
    changes.remember(change, found)
    return Stretch(onward, len(found), len(found))


def delete_for_good(results: "QuerySet[Any]") -> int:
    """The same without a way back, of any projects; how many there were."""
    where, deleted = condition(results), 0
    while batch := in_transaction(partial(_delete_batch, where)):
        deleted += batch
    return deleted


def _delete_batch(where: dict[str, Any]) -> int:
    found = list(collection(Result).find(where, rollups.COUNTED_FIELDS, limit=changes.BATCH, session=session()))
    _delete(found)
    return len(found)


def _delete(found: Sequence[Document]) -> None:
    moves = rollups.Moves()
    for result in found:
        moves.remove(result)
    moves.apply()
    if found:
        collection(Result).delete_many({"_id": {"$in": [result["_id"] for result in found]}}, session=session())

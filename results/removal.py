"""Deleting reviews: the roll-ups follow in the same transaction."""

from functools import partial
from typing import Any

from django.db.models import QuerySet

from projects.models import Project
from results import changes, rollups
from results.models import Change, ChangeKind, Result, ResultQuerySet
from sentimatrix_studio.mongo.pipelines import collection, condition, session
from sentimatrix_studio.mongo.transaction import in_transaction


def delete_results(project: Project, results: ResultQuerySet) -> Change:
    """Delete the reviews of the queryset, each batch at once or not at all. For a day ``undo.py`` brings them back."""
    change = changes.new_change(project, ChangeKind.DELETION)
    where = condition(results)
    while deleted := in_transaction(partial(_delete_batch, where, change)):
        change.count += deleted
    return change


def delete_for_good(results: "QuerySet[Any]") -> int:
    """The same without a way back, of any projects; how many there were."""
    where, deleted = condition(results), 0
    while batch := in_transaction(partial(_delete_batch, where)):
        deleted += batch
    return deleted


def _delete_batch(where: dict[str, Any], change: Change | None = None) -> int:
    moves = rollups.Moves()
    fields = None if change else rollups.COUNTED_FIELDS
    found = list(collection(Result).find(where, fields, limit=changes.BATCH, session=session()))
    for result in found:
        moves.remove(result)
    moves.apply()
    if change:
        changes.remember(change, found)
    if found:
        collection(Result).delete_many({"_id": {"$in": [result["_id"] for result in found]}}, session=session())
    return len(found)

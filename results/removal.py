"""Deleting reviews: the roll-ups follow in the same transaction."""

from functools import partial
from typing import Any

from django.db.models import QuerySet

from results import rollups
from results.models import Result
from sentimatrix_studio.mongo.pipelines import collection, condition, session
from sentimatrix_studio.mongo.transaction import in_transaction

BATCH = 1000


def delete_results(queryset: "QuerySet[Any]") -> int:
    """Delete all reviews of the queryset, each thousand at once or not at all; how many there were."""
    where = condition(queryset)
    deleted = 0
    while batch := in_transaction(partial(_delete_batch, where)):
        deleted += batch
    return deleted


def _delete_batch(where: dict[str, Any]) -> int:
    moves = rollups.Moves()
    ids = []
    for result in collection(Result).find(where, rollups.COUNTED_FIELDS, limit=BATCH, session=session()):
        moves.remove(result)
        ids.append(result["_id"])
    if ids:
        collection(Result).delete_many({"_id": {"$in": ids}}, session=session())
    moves.apply()
    return len(ids)

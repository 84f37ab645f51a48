"""Who sends which delivery. It belongs to the sender that claimed it last, until its lease runs out.

Every claim raises the delivery's token, and every write of a sender names the token of its claim: one that was frozen
or cut off finds its token outdated and writes nothing. An index lets only one delivery of an endpoint be on its way.
All times are the database's, so clocks need not agree.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from integrations.choices import DeliveryState
from integrations.deliveries.sendable import DEADLINE
from integrations.models import Delivery
from sentimatrix_studio.mongo.pipelines import collection, row_of, session

LEASE = timedelta(seconds=2 * DEADLINE)
MOST_OF_ONE_OWNER = 3  # on their way at the same time: slow receivers of one person hold up nobody else's
MOST_BREAKS = 20  # of one attempt
KEPT = 20  # attempts: more than there are without a hand that sends again
NOW: Any = "$$NOW"


class LeaseLost(Exception):  # noqa: N818  not an error: the delivery went on without us
    """Another sender has the delivery now, or it is gone with its endpoint."""


class Attempt(TypedDict):
    """One try, as it is kept with the delivery. Headers are pairs, as they came."""

    number: int
    at: str
    ms: int
    code: str
    message: str
    status: int | None
    request: list[list[str]]
    headers: list[list[str]]
    body: str


def claim(lease: timedelta = LEASE) -> Delivery | None:
    """Take the next delivery that is due or whose sender has fallen silent; None when there is none.

    An attempt whose sender has fallen silent is the same attempt, made again after what came in before. How often that
    was is counted from here, so that one which kills its senders is found out: the caller gives up a delivery with more
    than ``MOST_BREAKS``.
    """
    is_new = {"$eq": ["$state", DeliveryState.WAITING.value]}
    taken = {
        "state": DeliveryState.SENDING.value,
        "token": {"$add": ["$token", 1]},
        "attempts": {"$cond": [is_new, {"$add": ["$attempts", 1]}, "$attempts"]},
        "breaks": {"$cond": [is_new, 0, {"$add": ["$breaks", 1]}]},
        "due_at": NOW,
        "lease_until": _from_now(lease),
    }
    while True:
        try:
            found = collection(Delivery).find_one_and_update(
                _claimable(), [{"$set": taken}], sort=[("due_at", 1)], return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:  # another sender has just begun with this endpoint
            continue
        return row_of(Delivery, found) if found else None


def _claimable() -> dict[str, Any]:
    on_their_way = list(collection(Delivery).find({"state": DeliveryState.SENDING.value}, ["endpoint_id", "owner_id"]))
    owners = [one["owner_id"] for one in on_their_way]
    due = {
        "state": DeliveryState.WAITING.value,
        "$expr": {"$lte": ["$due_at", NOW]},
        "endpoint_id": {"$nin": [one["endpoint_id"] for one in on_their_way]},
        "owner_id": {"$nin": [owner for owner in set(owners) if owners.count(owner) >= MOST_OF_ONE_OWNER]},
    }
    return {"$or": [due, {"state": DeliveryState.SENDING.value, "$expr": {"$lt": ["$lease_until", NOW]}}]}


def deliver(delivery: Delivery, attempt: Attempt) -> datetime:
    """It has arrived. These three keep the attempt and answer when that was. Raises LeaseLost."""
    return _settle(delivery, attempt, state=DeliveryState.DELIVERED.value, due_at=None, ended_at=NOW)


def put_off(delivery: Delivery, attempt: Attempt, pause: timedelta) -> datetime:
    """It is sent again after the pause. Raises LeaseLost."""
    return _settle(delivery, attempt, state=DeliveryState.WAITING.value, due_at=_from_now(pause), ended_at=None)


def give_up(delivery: Delivery, attempt: Attempt) -> datetime:
    """It is not sent again by itself. Raises LeaseLost."""
    return _settle(delivery, attempt, state=DeliveryState.FAILED.value, due_at=None, ended_at=NOW)


def drop(delivery: Delivery) -> None:
    """Whom it was meant for is gone."""
    collection(Delivery).delete_one(_ours(delivery), session=session())


def _settle(delivery: Delivery, attempt: Attempt, **ends: Any) -> datetime:
    kept = {"$slice": [{"$concatArrays": ["$log", [{"$literal": attempt}]]}, -KEPT]}
    said = {name: {"$literal": attempt[name]} for name in ("code", "message")}
    values = {"lease_until": None, "tried_at": NOW, "log": kept, **said, **ends}
    settled = collection(Delivery).find_one_and_update(
        _ours(delivery), [{"$set": values}], {"tried_at": 1}, return_document=ReturnDocument.AFTER, session=session()
    )
    if settled is None:
        raise LeaseLost
    at: datetime = settled["tried_at"].replace(tzinfo=UTC)
    return at


def _ours(delivery: Delivery) -> dict[str, Any]:
    key: ObjectId = delivery.pk
    return {"_id": key, "token": delivery.token, "state": DeliveryState.SENDING.value}


def _from_now(span: timedelta) -> dict[str, Any]:
    milliseconds = span // timedelta(milliseconds=1)
    return {"$dateAdd": {"startDate": NOW, "unit": "millisecond", "amount": milliseconds}}

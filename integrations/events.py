"""Things happen, and those who want to be told of them are: what is to be delivered is written with what happens.

    from integrations import events
    events.announce("job.started", owner_id=…, project_id=…, cause=str(job.pk), data={…})

belongs in the transaction in which the thing happens: then it is announced if it has happened, and never otherwise.
Which events there are, and with which data, is in ``integrations.catalogue``. A sender sees within a second that
something waits; nobody has to ring for it.
"""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId
from django.utils import timezone
from structlog.contextvars import get_contextvars

from integrations import notices
from integrations.catalogue import EVENTS, TEST, Value
from integrations.models import ENDPOINTS, Delivery, Endpoint, Event
from integrations.models.deliveries import CAUSE_LENGTH
from sentimatrix_studio.mongo.pipelines import collection, session
from sentimatrix_studio.mongo.transaction import in_transaction
from sentimatrix_studio.requests import current_request_id


def announce(
    event: str,
    *,
    owner_id: ObjectId,
    project_id: ObjectId | None,
    cause: str,
    data: Mapping[str, Value],
    to_people: bool = True,
) -> None:
    """Write down that this has happened, and a delivery for each endpoint that wants to be told.

    ``cause`` tells one occurrence from another, as the job's id does: a second time with the same one changes nothing.
    ``data`` has the fields of the event's example, with texts cut where they are long. Not ``to_people`` is what only
    programs are told.
    """
    fields = {
        "owner_id": owner_id,
        "project_id": project_id,
        "name": event,
        "cause": cause[:CAUSE_LENGTH],
        "facts": EVENTS[event].cleaned(data),
        "at": timezone.now(),
        "request_id": _request_id(),
    }
    in_transaction(lambda: _write(fields, to_people=to_people))


def _write(fields: dict[str, Any], *, to_people: bool) -> None:
    same = {name: fields[name] for name in ("name", "cause")}
    key = ObjectId()
    found = collection(Event).update_one(same, {"$setOnInsert": {"_id": key, **fields}}, upsert=True, session=session())
    if found.upserted_id is not None:
        event = Event.objects.get(pk=key)
        if to_people:
            notices.note(event)
        _deliver(event, to_people=to_people)


def _deliver(event: Event, *, to_people: bool) -> None:
    """Put it on its way to all that want it."""
    models = [model for model in ENDPOINTS if to_people or not model.is_for_people]
    wanting = [endpoint for model in models for endpoint in model.objects.wanting(event)]
    Delivery.objects.bulk_create(endpoint.delivery_of(event) for endpoint in wanting)


def test(endpoint: Endpoint, facts: Mapping[str, Value]) -> Delivery:
    """Put a test on its way, to this endpoint alone. It is sent once, whatever comes back."""
    about = {"owner_id": endpoint.owner_id, "project_id": endpoint.project_id, "request_id": _request_id()}

    def work() -> Delivery:
        event = Event.objects.create(name=TEST.name, cause=str(ObjectId()), facts=dict(facts), **about)
        delivery = endpoint.delivery_of(event)
        delivery.save(force_insert=True)
        return delivery

    return in_transaction(work)


def _request_id() -> str:
    """Of the request that began it, perhaps long ago: a worker knows it from the job in its hand."""
    known = str(get_contextvars().get("request_id") or current_request_id())
    return "" if known == "-" else known

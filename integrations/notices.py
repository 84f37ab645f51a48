"""The bell in the page header: what it tells of is written with the event itself, in the same transaction."""

from functools import partial
from typing import Any

from accounts import sockets
from accounts.ownership import Person
from integrations.models.deliveries import Event
from integrations.models.notices import Bell, Notice
from integrations.wording import message_of, path_of
from sentimatrix_studio.mongo.transaction import after_commit

MOST_COUNTED = 100


def note(event: Event) -> None:
    """Tell the owner of this event, unless that is not wanted. Belongs in the event's transaction."""
    if event.name not in Bell.objects.events_of(event.owner_id):
        return
    message = message_of(event)
    Notice.objects.create(
        pk=event.pk,
        owner_id=event.owner_id,
        project_id=event.project_id,
        event=event.name,
        title=message.title,
        text=message.text,
        path=path_of(event),
        is_bad=message.is_bad,
        at=event.at,
    )
    after_commit(partial(sockets.tell, event.owner_id, "notice.added"))


def unread_count(user: Person) -> list[dict[str, Any]]:
    """A pipeline over notices: how many are unread, as ``unread``. It stops counting where nobody wants to know it
    exactly, so that it costs every page the same."""
    return [{"$match": {"owner_id": user.pk, "is_unread": True}}, {"$limit": MOST_COUNTED}, {"$count": "unread"}]

"""What has happened lately in one's projects, as people are told of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from bson import ObjectId
from django.db.models import Q

from accounts.models import User
from integrations.catalogue import TEST
from integrations.models import Event
from integrations.wording import message_of, path_of
from sentimatrix_studio.rest import utc
from sentimatrix_studio.shapes import Id, Moment

MOST = 10


@dataclass(frozen=True, slots=True)
class Activity:
    at: datetime
    event: str  # its name, such as "job.completed"
    title: str
    text: str
    url: str  # the path of the page it is about
    is_bad: bool
    project_id: ObjectId | None


class ActivityJson(TypedDict):
    """Something that has happened; `url` is the path of the page it is about."""

    at: Moment
    event: str
    title: str
    text: str
    url: str
    project_id: Id | None


def recent_activity(user: User, project_ids: Collection[ObjectId], *, only_these: bool = False) -> list[Activity]:
    """Newest first; what concerns no project, such as a refused key, is left out with ``only_these``."""
    about = Q(project_id__in=project_ids) if only_these else Q(project_id__in=project_ids) | Q(project_id=None)
    events = Event.objects.owned_by(user).filter(about).exclude(name=TEST.name).order_by("-at", "-pk")
    return [_activity(event) for event in events[:MOST]]


def _activity(event: Event) -> Activity:
    told = message_of(event)
    return Activity(event.at, event.name, told.title, told.text, path_of(event), told.is_bad, event.project_id)


def activity_as_json(activity: Activity) -> ActivityJson:
    return {
        "at": utc(activity.at),
        "event": activity.event,
        "title": activity.title,
        "text": activity.text,
        "url": activity.url,
        "project_id": str(activity.project_id) if activity.project_id else None,
    }

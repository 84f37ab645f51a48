"""Notices of the bell, and channels, as the API shows them."""

from typing import TypedDict

from integrations.models import Channel, Notice
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Id, Moment


class NoticeJson(TypedDict):
    """What the bell tells of an event. `path` is the page it is about, empty where there is none."""

    id: Id
    event: str
    title: str
    text: str
    path: str
    project_id: Id | None
    is_bad: bool
    unread: bool
    at: Moment


class ReadJson(TypedDict):
    """How many were unread before."""

    read: Count


class BellJson(TypedDict):
    """The events of which the bell tells."""

    events: list[str]


class ChannelJson(TypedDict):
    """What of a channel may be seen: of its address where it leads. `disabled_reason` is empty while it is enabled;
    `failing_since` is null while messages get through."""

    id: Id
    service: str
    name: str
    address: str
    project_id: Id | None
    events: list[str]
    enabled: bool
    disabled_reason: str
    failing_since: Moment | None
    last_delivered_at: Moment | None
    created_at: Moment
    updated_at: Moment


def notice_as_json(notice: Notice) -> NoticeJson:
    return {
        "id": str(notice.pk),
        "event": notice.event,
        "title": notice.title,
        "text": notice.text,
        "path": notice.path,
        "project_id": str(notice.project_id) if notice.project_id else None,
        "is_bad": notice.is_bad,
        "unread": notice.is_unread,
        "at": rest.utc(notice.at),
    }


def channel_as_json(channel: Channel) -> ChannelJson:
    return {
        "id": str(channel.pk),
        "service": channel.service,
        "name": channel.name,
        "address": channel.address,
        "project_id": str(channel.project_id) if channel.project_id else None,
        "events": channel.events,
        "enabled": channel.is_enabled,
        "disabled_reason": channel.why_disabled,
        "failing_since": rest.utc(channel.failing_since),
        "last_delivered_at": rest.utc(channel.last_delivered_at),
        "created_at": rest.utc(channel.created_at),
        "updated_at": rest.utc(channel.updated_at),
    }

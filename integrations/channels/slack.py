"""Slack, by an incoming webhook of an app: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks."""

from collections.abc import Mapping
from typing import Any

from integrations.channels.base import Address, Message, Request, Service

GONE = ("no_service", "no_team", "channel_is_archived", "channel_not_found", "team_disabled", "invalid_token")


def escape(text: str) -> str:
    """The three signs that begin mentions and links. Slack shows them again as they were."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> dict[str, Any]:
    """Text in which Slack sees no formatting, links or emoji."""
    return {"type": "plain_text", "text": escape(text), "emoji": False}


def write(message: Message, values: Mapping[str, str]) -> Request:
    texts = [plain(text) for text in (message.title, message.text) if text]
    if message.url:
        texts.append({"type": "mrkdwn", "text": f"<{escape(message.url)}|Open in Studio>"})
    body = {"text": escape(message.title), "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return Request(values["address"], {**body, "blocks": [{"type": "section", "text": text} for text in texts]})


def is_gone(status: int, text: str) -> bool:
    return status in (403, 404, 410) and text.strip() in GONE


SLACK = Service(
    id="slack",
    name="Slack",
    icon="hash",
    description="A channel of your workspace.",
    where="In Slack, make an app with “Incoming Webhooks” and add one for the channel.",
    fields=(
        Address(
            pattern=r"https://hooks\.slack(?:-gov)?\.com/services/[A-Za-z0-9]{6,20}/[A-Za-z0-9]{6,20}/[A-Za-z0-9]{16,40}",
            wanted="An incoming webhook looks like https://hooks.slack.com/services/T…/B…/….",
        ),
    ),
    write=write,
    is_gone=is_gone,
)

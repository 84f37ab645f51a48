"""Microsoft Teams, by a workflow that posts what its webhook is sent. It takes Adaptive Cards only."""

from collections.abc import Mapping
from typing import Any

from integrations.channels.base import Address, Message, Request, Service

CARD = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def paragraph(text: str, **style: Any) -> dict[str, Any]:
    """Runs of text are shown as they are, unlike text blocks, in which Teams reads Markdown."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def write(message: Message, values: Mapping[str, str]) -> Request:
    colour = {"color": "attention"} if message.is_bad else {}
    body = [paragraph(message.title, size="medium", weight="bolder", **colour)]
    body += [paragraph(message.text)] if message.text else []
    card: dict[str, Any] = {"$schema": SCHEMA, "type": "AdaptiveCard", "version": "1.4", "body": body}
    if message.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in Studio", "url": message.url}]
    attachment = {"contentType": CARD, "contentUrl": None, "content": card}
    return Request(values["address"], {"type": "message", "attachments": [attachment]})


def is_gone(status: int, text: str) -> bool:
    return status == 404 and "WorkflowNotFound" in text


TEAMS = Service(
    id="teams",
    name="Microsoft Teams",
    icon="users",
    description="A channel or a chat.",
    where="In Teams, open Workflows and choose “Send webhook alerts to a channel”. Its last step shows the address.",
    fields=(
        Address(
            pattern=r"https://(?:[a-z0-9-]{1,63}\.){1,5}(?:logic\.azure\.com|environment\.api\.powerplatform\.com)"
            r"(?::443)?/[!-~]{20,1000}",
            wanted="The webhook of a workflow leads to logic.azure.com or environment.api.powerplatform.com.",
        ),
    ),
    write=write,
    is_gone=is_gone,
)

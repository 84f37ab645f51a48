"""Discord, by a webhook of a channel: https://docs.discord.com/developers/resources/webhook#execute-webhook."""

import re
from collections.abc import Mapping
from typing import Any

from integrations.channels.base import Address, Message, Request, Service

GOOD, BAD = 0x0F766E, 0xB91C1C
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:])")
UNKNOWN = ("10015", "50027")  # its codes for a webhook and for a token that are not there any more
AT = "@\u200b"  # a space that is not seen keeps everyone, here and roles from being mentioned


def escape(text: str) -> str:
    return MARKUP.sub(r"\\\1", text).replace("@", AT)


def write(message: Message, values: Mapping[str, str]) -> Request:
    embed: dict[str, Any] = {"title": escape(message.title), "color": BAD if message.is_bad else GOOD}
    if message.text:
        embed["description"] = escape(message.text)
    if message.url:
        embed["url"] = message.url
    return Request(values["address"], {"embeds": [embed], "allowed_mentions": {"parse": []}})


def is_gone(status: int, text: str) -> bool:
    return status in (401, 404) and any(code in text for code in UNKNOWN)


DISCORD = Service(
    id="discord",
    name="Discord",
    icon="message-circle",
    description="A channel of your server.",
    where="In Discord, open the settings of the channel: Integrations, Webhooks, New Webhook, Copy Webhook URL.",
    fields=(
        Address(
            pattern=r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/"
            r"[0-9]{15,25}/[A-Za-z0-9_-]{20,120}",
            wanted="A webhook looks like https://discord.com/api/webhooks/….",
        ),
    ),
    write=write,
    is_gone=is_gone,
)

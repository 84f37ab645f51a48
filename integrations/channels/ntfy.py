"""ntfy, on ntfy.sh or a server of one's own: https://docs.ntfy.sh/publish/#publish-as-json."""

from collections.abc import Mapping

from integrations.channels.base import Address, Message, Request, Service
from integrations.providers import Field

USUAL, HIGH = 3, 4


def write(message: Message, values: Mapping[str, str]) -> Request:
    """As JSON to the server itself: the other way puts the title into a header. It is plain text unless Markdown is
    asked for."""
    server, _, topic = values["address"].rpartition("/")
    body = {"topic": topic, "title": message.title, "message": message.text or message.title}
    body |= {"click": message.url} if message.url else {}
    token = values.get("token")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Request(f"{server}/", {**body, "priority": HIGH if message.is_bad else USUAL}, headers)


NTFY = Service(
    id="ntfy",
    name="ntfy",
    icon="bell-ring",
    description="Phones and browsers that listen to a topic.",
    where="Think of a topic nobody guesses, and listen to it in the app. Whoever knows it can read along.",
    fields=(
        Address(
            label="Topic",
            pattern=r"https?://[^\s?#@/\\]{1,255}(?:/[A-Za-z0-9._~-]{1,64}){0,3}/[A-Za-z0-9_-]{1,64}",
            wanted="A topic looks like https://ntfy.sh/my-secret-topic.",
            help="Its whole address. A server in a private network has to be opened with OUTBOUND_ALLOW.",
        ),
        Field(
            name="token",
            label="Access token",
            is_secret=True,
            is_required=False,
            pattern=r"[!-~]{8,200}",
            wanted="A token has at least 8 signs and no spaces.",
            prefix="tk_",
            help="Only where the topic is protected.",
        ),
    ),
    write=write,
)

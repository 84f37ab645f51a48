"""Mail to the address of the account, and to no other: Studio writes to nobody who has not confirmed to read there."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address

from integrations.channels.base import Message, Service


def mail_of(message: Message, to: str, unique: str) -> EmailMessage:
    """``unique`` becomes its Message-ID: who gets it twice, because an answer was lost, may see it once."""
    lines = [message.text or message.title, message.url, SIGNATURE]
    host = sanitize_address(settings.DEFAULT_FROM_EMAIL, "utf-8").rpartition("@")[2].strip(" >") or "studio"
    headers = {"Message-ID": f"<{unique}@{host}>", "Auto-Submitted": "auto-generated"}
    body = "\n\n".join(line for line in lines if line)
    return EmailMessage(f"Studio: {message.title}", body, to=[to], headers=headers)


SIGNATURE = "You get this because of your settings in Sentimatrix Studio: Settings, Notifications."
MAIL = Service(
    id="email",
    name="E-mail",
    icon="mail",
    description="The address of your account.",
    where="Messages go to the address of your account, once it is confirmed.",
    write=None,
)

"""What a channel is sent: a message to people, by a service or by mail."""

import json
import smtplib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

from integrations.channels import Message, Request, Service
from integrations.channels.mail import mail_of
from integrations.deliveries.posting import post
from integrations.deliveries.sendable import DEADLINE, Answer, DeliveryError
from integrations.dialling import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message to a service. A ``sendable.Sendable``."""

    service: Service
    request: Request
    values: Mapping[str, str]
    shown: Mapping[str, str]

    def send(self) -> Answer:
        return post(
            self.request.url,
            json.dumps(self.request.body).encode(),
            headers={"Content-Type": "application/json", **self.request.headers},
            secrets=self._secrets(),
            is_gone=self.service.is_gone,
        )

    def _secrets(self) -> Iterator[str]:
        """Of an address all but the host, and the end of it by itself: ntfy repeats the topic."""
        for value in self.values.values():
            address = urlsplit(value)
            yield f"{address.path}?{address.query}" if address.netloc else value
            yield value.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message by the mail server of the installation. A ``sendable.Sendable``."""

    message: Message
    to: str
    unique: str

    @property
    def shown(self) -> dict[str, str]:
        return {"address": self.to}

    def send(self) -> Answer:
        try:
            Deadline(DEADLINE).bound(mail_of(self.message, self.to, self.unique).send)
        except httpcore.TimeoutException as error:
            raise DeliveryError("timeout", "The mail server did not answer in time.") from error
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise DeliveryError("status", f"The mail server does not take it ({_code(error)}).") from error
        except OSError as error:
            raise DeliveryError("connect", "The mail server could not be reached.") from error
        return Answer()


def _code(error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused) -> int:
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    return next(code for code, _ in error.recipients.values())

"""What is said about a service that brings people messages. Nothing here asks the network or the database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from integrations.providers import Field

LONGEST_TITLE = 120
LONGEST_TEXT = 500
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")  # and what turns the direction of writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody is told. Title and text are plain: names in them are anybody's words, and each service escapes them
    in its own way. ``url`` is the page it is about, or empty where Studio does not know where people reach it."""

    title: str
    text: str
    url: str = ""
    is_bad: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", one_line(self.title, LONGEST_TITLE))
        object.__setattr__(self, "text", one_line(self.text, LONGEST_TEXT))


def one_line(text: str, length: int) -> str:
    """Without line breaks and other signs that are no text, cut to a length."""
    line = CONTROL.sub(" ", text).strip()
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: JSON, by POST."""

    url: str
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Field):
    """One that lets in whoever knows it: it is kept and shown like a key."""

    name: str = "address"
    label: str = "Address"
    is_secret: bool = True

    def shown(self, value: str) -> str:
        """Where it leads, and the last four signs of what is secret about it if those do not give it away."""
        server = urlsplit(value)
        secret = f"{server.path}{server.query}"
        return f"{server.scheme}://{server.netloc}/...{value[-4:] if len(secret) >= 24 else ''}"


def never(status: int, text: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """``write`` makes a request of a message and the values of ``fields``; without it, the message goes by mail.
    ``is_gone`` tells from the status and the text of an answer that nothing sent there will arrive any more."""

    id: str
    name: str
    icon: str
    description: str
    where: str  # how to come by what it wants to be told
    fields: tuple[Field, ...] = ()
    write: Callable[[Message, Mapping[str, str]], Request] | None
    is_gone: Callable[[int, str], bool] = never

    def __str__(self) -> str:
        return self.name

    def clean(self, values: Mapping[str, str], *, may_be_known: bool = False) -> dict[str, str]:
        """Those of its fields that are given. Raises ValidationError by field, also for one that is needed and missing,
        unless it ``may_be_known`` already."""
        names = {one.name for one in self.fields}
        cleaned, errors = {}, {name: f"{self.name} has no such field." for name in values if name not in names}
        for one in self.fields:
            try:
                if values.get(one.name) or not may_be_known:
                    cleaned[one.name] = one.clean(values.get(one.name, ""))
            except ValidationError as error:
                errors[one.name] = str(error.message)
        if errors:
            raise ValidationError(errors)
        return {name: value for name, value in cleaned.items() if value}

    @property
    def is_mail(self) -> bool:
        return self.write is None

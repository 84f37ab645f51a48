"""What commercial services that fetch pages have in common: a request to them, and their answer taken apart.

A page comes back with the site's own status, so that it is diagnosed like any other. What the service itself says is a
failure of its own: a bad key is ``invalid_key`` also where it comes with status 200, an empty account is
``quota_exceeded``, and what passes is tried again.
"""

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx

from integrations.outbound import MAX_BYTES, Outbound, Response
from integrations.verifying import ABOUT_KEY, ABOUT_QUOTA
from scraping.sources.outcomes import Failure, Outcome
from scraping.sources.transports.base import Fetched, FetchOptions

WORDS = 2_000  # characters of a service's answer that are looked at
BY_STATUS = {
    401: Outcome.INVALID_KEY,
    402: Outcome.QUOTA_EXCEEDED,
    403: Outcome.INVALID_KEY,
    407: Outcome.INVALID_KEY,
    408: Outcome.TIMEOUT,
    409: Outcome.RATE_LIMITED,
    429: Outcome.RATE_LIMITED,
    504: Outcome.TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One request to a service. ``body`` is sent as JSON."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


class Service(ABC):
    """``values`` are what the provider ``id`` has given the owner. ``deadline`` is in seconds: services try a page
    again and again before they give up, so it is longer than that of a site."""

    id: ClassVar[str]
    name: ClassVar[str]
    deadline: ClassVar[float] = 90.0

    def __init__(self, values: Mapping[str, str], options: FetchOptions) -> None:
        self.values, self.options = values, options

    @property
    def host(self) -> str:
        return urlsplit(self.request("https://example.com/").url).hostname or ""

    def secrets(self) -> tuple[str, ...]:
        """The values that are secret, and how they travel."""
        shown = (self.values.get(name, "") for name in ("api_key", "password"))
        return (*shown, self.basic())

    def basic(self) -> str:
        """The key, or name and password, as HTTP's basic authentication wants them."""
        pair = f"{self.values.get('username', self.values.get('api_key', ''))}:{self.values.get('password', '')}"
        return base64.b64encode(pair.encode()).decode()

    def fetch(self, url: str, outbound: Outbound) -> Fetched:
        """The page, as the service saw it. No redirect of the service is followed: keys travel in its address."""
        sent = self.request(url)
        content = json.dumps(sent.body).encode() if sent.body is not None else b""
        headers = {**sent.headers, **({"Content-Type": "application/json"} if content else {})}
        method = "POST" if content else "GET"
        said: dict[str, Any] = {"params": sent.params, "headers": headers, "content": content}
        answer = outbound.request(method, sent.url, deadline=self.deadline, redirects=0, **said)
        return self.read(url, answer)

    @abstractmethod
    def request(self, url: str) -> Sent:
        """What to ask the service for this page."""

    @abstractmethod
    def read(self, url: str, answer: Response) -> Fetched:
        """The site's answer in the service's, or what the service says instead."""

    def page(self, url: str, status: int, body: bytes, headers: Mapping[str, str], cost: int = 0) -> Fetched:
        """What the site has answered, and what that has cost."""
        if len(body) > MAX_BYTES:
            return Fetched(Failure(Outcome.TOO_LARGE), cost)
        return Fetched(Response(status, httpx.Headers(dict(headers)), body, url), cost)

    def refusal(self, answer: Response) -> Fetched:
        """What the service itself says, by its words where they are plain, else by its status."""
        words = "" if _is_page(answer) else answer.text[:WORDS]
        if answer.status < 500 and ABOUT_QUOTA.search(words):
            return self.failure(Outcome.QUOTA_EXCEEDED)
        if answer.status in (200, 400) and ABOUT_KEY.search(words):
            return self.failure(Outcome.INVALID_KEY)
        return self.failure(BY_STATUS.get(answer.status, Outcome.NETWORK), answer.status)

    def failure(self, outcome: Outcome, status: int = 0) -> Fetched:
        what = {
            Outcome.INVALID_KEY: f"{self.name} does not accept the key.",
            Outcome.QUOTA_EXCEEDED: f"There is nothing left to spend at {self.name}.",
            Outcome.RATE_LIMITED: f"{self.name} was asked too often.",
            Outcome.TIMEOUT: f"{self.name} did not get the page in time.",
            Outcome.BLOCKED: f"{self.name} was turned away by the site.",
            Outcome.ROBOTS_DISALLOWED: f"{self.name} does not fetch what the site asks programs not to read.",
        }.get(outcome, f"{self.name} did not get the page{f' ({status})' if status else ''}.")
        passing = Failure.passing(outcome, what)
        return Fetched(Failure(outcome, what, passing.can_retry, provider=self.id))


def json_of(answer: Response) -> Any:
    """None where it is none."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def number(text: object) -> int:
    """Of credits, which some services write with decimals; 0 where nothing is said."""
    try:
        return max(0, round(float(str(text))))
    except (ValueError, OverflowError):
        return 0


def _is_page(answer: Response) -> bool:
    return answer.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))

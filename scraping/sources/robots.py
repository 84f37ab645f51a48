"""What a site asks of programs in its robots.txt, by RFC 9309.

It is read through the same guarded door as everything else and kept for a day. Where there is none (an answer of 4xx)
everything may be read; where it cannot be told (5xx, 429, no answer) nothing may, and the visit is tried again later.
Addresses that are made for programs, and documented for them, are no pages that a robot happens upon: they have rules
of their own, which come with the key or the pace. Hosts in the setting IGNORE_ROBOTS are read whatever they ask; each
start of a worker with one notes that in the audit log.
"""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import redis
from django.conf import settings
from protego import Protego

from integrations.outbound import Outbound, OutboundRefused, Response
from scraping.sources import diagnosis
from scraping.sources.outcomes import Outcome, SourceError

logger = logging.getLogger(__name__)

PREFIX = "studio:robots:"
KEPT = 24 * 60 * 60  # seconds
SIZE = 512 * 1024  # bytes; the standard asks for 500 KiB at least
DEADLINE = 15.0
REDIRECTS = 5
TIMEOUT = 2.0  # seconds for Valkey
MADE_FOR_PROGRAMS = (
    "api.steampowered.com/",
    "store.steampowered.com/appreviews/",
    "oauth.reddit.com/",
    "www.reddit.com/api/",
    "www.googleapis.com/",
    "youtube.googleapis.com/",
    "maps.googleapis.com/",
    "places.googleapis.com/",
    "serpapi.com/",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether a page may be read, and how many seconds the site wants between two of them."""

    is_allowed: bool
    delay: float = 0.0


ANYTHING = Rule(is_allowed=True)


def rule(url: str, outbound: Outbound, before: Callable[[], None]) -> Rule:
    """``before`` is called before robots.txt itself is asked for. Raises SourceError when it cannot be read."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if f"{host}{parts.path}".startswith(MADE_FOR_PROGRAMS) or host in settings.IGNORE_ROBOTS:
        return ANYTHING
    origin = f"{parts.scheme}://{parts.netloc}"
    text = _kept(origin)
    if text is None:
        before()
        text = _read(origin, outbound)
        _keep(origin, text)
    rules = _parsed(text)
    return Rule(rules.can_fetch(url, settings.USER_AGENT), float(rules.crawl_delay(settings.USER_AGENT) or 0))


def _read(origin: str, outbound: Outbound) -> str:
    host = urlsplit(origin).hostname
    try:
        answer = outbound.get(f"{origin}/robots.txt", max_bytes=SIZE, deadline=DEADLINE, redirects=REDIRECTS)
    except OutboundRefused as error:
        raise _unknown(str(host), diagnosis.refusal(error), error.message, can_retry=error.can_retry) from error
    if answer.status >= 500 or answer.status == 429:
        raise _unknown(str(host), Outcome.NETWORK, f"{host} answers with an error ({answer.status}).", can_retry=True)
    return _text(answer)


def _text(answer: Response) -> str:
    """Empty where there are no rules: none is given, or a page for people in its place."""
    return "" if answer.status >= 300 or diagnosis.is_page(answer) else answer.text.removeprefix("\ufeff")


def _unknown(host: str, code: Outcome, what: str, *, can_retry: bool) -> SourceError:
    logger.info("The robots.txt of %s cannot be read: %s", host, code)
    told = "Without its robots.txt it is not known what may be read there, so nothing was."
    return SourceError(code, f"{what} {told} {code.advice}", can_retry=can_retry)


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)


def _kept(origin: str) -> str | None:
    try:
        found = _valkey(settings.REDIS_URL).get(PREFIX + origin)
    except redis.RedisError as error:
        logger.warning("Valkey does not answer (%s): robots.txt is read again.", error)
        return None
    return found.decode() if isinstance(found, bytes) else None


def _keep(origin: str, text: str) -> None:
    try:
        _valkey(settings.REDIS_URL).set(PREFIX + origin, text, ex=KEPT)
    except redis.RedisError as error:
        logger.warning("Valkey does not answer (%s): robots.txt is not kept.", error)


@functools.cache
def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)

"""What a service's answer says: its data, its sentences as they may be shown, how long it wants to be left alone."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.outbound import Response
from integrations.redaction import redact

LONGEST_WORDS = 200  # of what a service says
LONGEST_READ = 2000  # of it, before it is cleaned
DEEPEST_WORDS = 5
TAG = re.compile(r"<[^<>]*>")
WORDS = ("message", "error_description", "detail", "error", "msg", "title")  # where services put a sentence


def data_of(response: Response) -> Any:
    """None where it is no JSON."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def is_page(response: Response) -> bool:
    beginning = response.body[:500].lstrip().lower()
    return "html" in response.headers.get("content-type", "") or beginning.startswith((b"<!doctype", b"<html"))


def words_of(data: Any) -> str:
    """What is said in an error, wherever in it services put their sentences."""
    return TAG.sub("", " ".join(_words(data)))


def printable(text: str, secrets: Iterable[str]) -> str:
    """On one line, and free of every secret."""
    return redact("".join(sign if sign.isprintable() else " " for sign in text), secrets)


def quoting(sentence: str, said: str, secrets: Iterable[str]) -> str:
    """A sentence of ours with the service's words behind it, cut short."""
    cleaned = " ".join(printable(said[:LONGEST_READ], secrets).split())
    if not cleaned:
        return sentence
    return f"{sentence} It says: {cleaned[:LONGEST_WORDS]}{'…' if len(cleaned) > LONGEST_WORDS else ''}"


def seconds_to_wait(response: Response) -> float | None:
    """What its header ``Retry-After`` asks for: seconds, or a moment."""
    written = str(response.headers.get("retry-after", "")).strip()
    if written.isdecimal():
        return float(written[:9])
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _words(data: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif depth > DEEPEST_WORDS:
        return
    elif isinstance(data, list):
        for one in data[:3]:
            yield from _words(one, depth + 1)
    elif isinstance(data, dict) and (name := next((name for name in WORDS if name in data), None)):
        yield from _words(data[name], depth + 1)

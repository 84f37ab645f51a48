"""Lines of the log: JSON for machines or text for people, with what each is about, and without secrets.

Modules log as usual, with ``logging.getLogger(__name__)``; what is given as ``extra`` becomes a field of its own. A
worker binds the ids of the work in its hand with ``structlog.contextvars``.
"""

import functools
import json
import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from sentimatrix_studio.requests import current_request_id

Line = MutableMapping[str, Any]

LONGEST = 10_000  # characters of one value: scraped text may be of any length
REDACTED = "[redacted]"
OF_EVERY_RECORD = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName"}
_WORDS = "password|passphrase|secret|token|authorization|cookie|credential|api[_-]?key"
SENSITIVE = rf"[\w-]{{0,30}}?(?:{_WORDS})[\w-]{{0,30}}"
SECRETS = re.compile(
    rf"(?P<name>(?<![\w-]){SENSITIVE}[\"']?\s*[:=]\s*)"
    r"(?:\"[^\"\n]*\"|'[^'\n]*'|(?:Bearer\s+|Basic\s+)?[^\s,;&)}\]]+)"
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}"
    r"|(?P<site>://)[^\s/@]+@"  # a name and password before the host of an address
    r"|(?P<page>/(?:reset/key|confirm-email)/)[^\s/]+"
    r"|\b(?:smx_|whsec_|gsk_|sk-)[\w+/=-]{8,}"
    r"|\beyJ[\w-]{8,}(?:\.[\w-]+)*",
    re.IGNORECASE,
)
# One of these is in whatever the patterns above find.
HINTS = [*_WORDS.replace("[_-]?", "").split("|"), "api_key", "api-key", "bearer", "basic", "://", "reset/", "confirm-"]
HINTS += ["smx_", "whsec_", "gsk_", "sk-", "eyj"]
# Control characters, line separators, and marks that turn the direction of writing.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def without_secrets(text: str) -> str:
    lowered = text.lower()
    if not any(hint in lowered for hint in HINTS):  # as in nearly all lines: saves nine tenths of the time
        return text
    return SECRETS.sub(_kept_beside_secret, text)


def _kept_beside_secret(found: re.Match[str]) -> str:
    before = "".join(filter(None, found.group("name", "scheme", "site", "page")))
    return f"{before}{REDACTED}{'@' if found['site'] else ''}"


def _add_extra(logger: Any, name: str, line: Line) -> Line:
    """What the caller gave as ``extra``, but for objects: nobody knows what those would say."""
    for key, value in line["_record"].__dict__.items():
        if key not in OF_EVERY_RECORD and isinstance(value, str | int | float):
            line[key] = value
    return line


def _add_request_id(logger: Any, name: str, line: Line) -> Line:
    """Unless the line is about the work that a request of some time ago has asked for."""
    line.setdefault("request_id", current_request_id())
    return line


@functools.cache  # names of fields are ours, and few
def _is_sensitive(name: str) -> bool:
    return re.fullmatch(SENSITIVE, name, re.IGNORECASE) is not None


def _redact(logger: Any, name: str, line: Line) -> Line:
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = REDACTED if _is_sensitive(key) else without_secrets(value[:LONGEST])
    return line


def _in_order(logger: Any, name: str, line: Line) -> Line:
    first = ("timestamp", "level", "logger", "event")
    return {key: line.pop(key) for key in first} | dict(line)


def _as_text(logger: Any, name: str, line: Line) -> str:
    """One line of our own, whatever the event says; a traceback is set off, so that nothing in it passes for a line."""
    head = f"{line.pop('timestamp')} {line.pop('level'):<8} {line.pop('logger')}: {_printable(line.pop('event'))}"
    traceback = line.pop("exception", "")
    more = "".join(f" {key}={_printable(str(value))}" for key, value in line.items())
    return "\n".join([head + more, *(f"    {_printable(part)}" for part in traceback.split("\n") if part)])


_encode = json.JSONEncoder(default=str).encode


def _printable(text: str) -> str:
    return UNPRINTABLE.sub(lambda found: repr(found[0])[1:-1], text)


class Lines(ProcessorFormatter):
    """Tracebacks come without the values of variables."""

    def __init__(self, *renderers: Processor) -> None:
        about: list[Processor] = [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_extra,
            _add_request_id,
        ]
        tidy: list[Processor] = [
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _redact,
            _in_order,
        ]
        super().__init__(processors=[*tidy, *renderers], foreign_pre_chain=about)


def json_lines() -> Lines:
    return Lines(lambda logger, name, line: _encode(line))


def text_lines() -> Lines:
    return Lines(_as_text)

"""Why an answer is not what was asked for: read from its status, its address and, when it is a page, its words.

The words are those of the walls and challenges in use; they could not be tried against the live sites.
"""

import re
from urllib.parse import urlsplit

from integrations.outbound import OutboundRefused, Response
from scraping.sources.outcomes import Outcome

BY_STATUS = {
    401: Outcome.INVALID_KEY,
    403: Outcome.BLOCKED,
    404: Outcome.NOT_FOUND,
    407: Outcome.NETWORK,
    408: Outcome.TIMEOUT,
    410: Outcome.NOT_FOUND,
    413: Outcome.TOO_LARGE,
    429: Outcome.RATE_LIMITED,
    451: Outcome.BLOCKED,
}
BY_REFUSAL = {"timeout": Outcome.TIMEOUT, "too_large": Outcome.TOO_LARGE, "too_many_redirects": Outcome.REDIRECTED_HOME}
LOGIN = re.compile(r"/(?:login|signin|sign-in|sign_in|ap/signin|accounts?/login|openid)(?:[/.]|$)", re.IGNORECASE)
CAPTCHA = re.compile(
    r"captcha|cf-challenge|challenge-platform|are you (?:a )?(?:human|robot)|not a robot|unusual traffic"
    r"|(?:verify|prove) (?:that )?you(?:'re| are) (?:a )?human",
    re.IGNORECASE,
)
BLOCK = re.compile(
    r"network policy|whoa there, pardner|access (?:is )?denied|request blocked|been blocked", re.IGNORECASE
)
WALL = re.compile(r"(?:log|sign) ?in to (?:continue|your account|view|see)|please (?:log|sign) ?in", re.IGNORECASE)


def is_page(response: Response) -> bool:
    """Whether the answer is a page for people."""
    start = response.body[:200].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) or "text/html" in response.headers.get("content-type", "")


def outcome(asked: str, response: Response) -> Outcome | None:
    """What went wrong with the answer to a request for the address ``asked``; None when nothing shows."""
    words = response.text[:200_000] if is_page(response) else ""
    if response.status != 429 and CAPTCHA.search(words):
        return Outcome.CAPTCHA
    moved = _moved(asked, response.url)
    if moved == Outcome.LOGIN_REQUIRED:
        return moved
    if response.status >= 400:
        return BY_STATUS.get(response.status, Outcome.NETWORK if response.status >= 500 else Outcome.BLOCKED)
    if moved:
        return moved
    if BLOCK.search(words):
        return Outcome.BLOCKED
    return Outcome.LOGIN_REQUIRED if WALL.search(words) else None


def refusal(error: OutboundRefused) -> Outcome:
    """The outcome of a request that brought no answer at all."""
    return BY_REFUSAL.get(error.code, Outcome.NETWORK)


def _moved(asked: str, arrived: str) -> Outcome | None:
    before, after = urlsplit(asked), urlsplit(arrived)
    if after.path == before.path:
        return None
    if LOGIN.search(after.path):
        return Outcome.LOGIN_REQUIRED
    return Outcome.REDIRECTED_HOME if after.path in ("", "/") else None

"""Why an answer is not what was asked for: by its status, by where it came from in the end, and by how it is built."""

import re
from urllib.parse import urlsplit

from integrations.outbound import OutboundRefused, Response
from scraping.sources import walls
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
LOGIN = re.compile(
    r"/(?:login|signin|sign-in|sign_in|ap/signin|accounts?/login|users/connect|registration/signin|openid)(?:[/.]|$)",
    re.IGNORECASE,
)
CHECK = re.compile(r"^/(?:sorry/|visit_captcha|errors/validateCaptcha|cdn-cgi/challenge)", re.IGNORECASE)
HOME = re.compile(r"/?|/[a-z]{2}(?:-[a-z]{2})?/?|/-/[a-z]{2}/?|/ref=.*|/(?:index|home)(?:\.html?)?/?", re.IGNORECASE)


def is_page(response: Response) -> bool:
    """Whether the answer is a page for people."""
    start = response.body[:200].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) or "text/html" in response.headers.get("content-type", "")


def outcome(asked: str, response: Response) -> Outcome | None:
    """What went wrong with the answer to a request for the address ``asked``; None when nothing shows."""
    if response.status == 429:
        return Outcome.RATE_LIMITED
    wall = walls.announced(response)
    if wall is None and is_page(response):
        wall = walls.standing(urlsplit(asked).hostname or "", response)
    if wall:
        return wall
    moved = _moved(asked, response.url)
    if moved in (Outcome.LOGIN_REQUIRED, Outcome.CAPTCHA):
        return moved
    if response.status >= 400:
        return BY_STATUS.get(response.status, Outcome.NETWORK if response.status >= 500 else Outcome.BLOCKED)
    return moved


def unexpected(response: Response) -> Outcome:
    """What a good answer is that holds nothing of what was wanted: a way in for members, or a changed site."""
    asks = is_page(response) and walls.skeleton(response).asks_password
    return Outcome.LOGIN_REQUIRED if asks else Outcome.LAYOUT_CHANGED


def refusal(error: OutboundRefused) -> Outcome:
    """The outcome of a request that brought no answer at all."""
    return BY_REFUSAL.get(error.code, Outcome.NETWORK)


def _moved(asked: str, arrived: str) -> Outcome | None:
    before, after = urlsplit(asked), urlsplit(arrived)
    if after.path == before.path:
        return None
    if LOGIN.search(after.path):
        return Outcome.LOGIN_REQUIRED
    if CHECK.search(after.path):
        return Outcome.CAPTCHA
    return Outcome.REDIRECTED_HOME if HOME.fullmatch(after.path) else None

"""How a visit to a target ended, in codes, in words, and in what to do about it."""

from dataclasses import dataclass

from django.db import models


class Outcome(models.TextChoices):
    OK = "ok", "Collected"
    EMPTY = "empty", "No reviews"
    NOT_FOUND = "not_found", "Not found"
    LOGIN_REQUIRED = "login_required", "Sign-in required"
    CAPTCHA = "captcha", "Captcha"
    BLOCKED = "blocked", "Blocked"
    RATE_LIMITED = "rate_limited", "Too many requests"
    QUOTA_EXCEEDED = "quota_exceeded", "Quota used up"
    INVALID_KEY = "invalid_key", "Key refused"
    LAYOUT_CHANGED = "layout_changed", "Site changed"
    REDIRECTED_HOME = "redirected_home", "Redirected to the home page"
    TIMEOUT = "timeout", "No answer in time"
    NETWORK = "network", "Not reachable"
    TOO_LARGE = "too_large", "Too large"
    ROBOTS_DISALLOWED = "robots_disallowed", "Disallowed by robots.txt"
    UNSUPPORTED = "unsupported", "Not supported"
    CANCELLED = "cancelled", "Cancelled"
    INTERNAL = "internal", "Our fault"

    @property
    def sentence(self) -> str:
        """What happened."""
        return _WORDS[self][0]

    @property
    def advice(self) -> str:
        """What a person can do now; empty where there is nothing to do."""
        return _WORDS[self][1]


_IMPORT = "export the reviews and import the file"
_WORDS = {
    Outcome.OK: ("Everything there was has been collected.", ""),
    Outcome.EMPTY: ("The page answers, and there is no review on it.", "Check that the address is the right one."),
    Outcome.NOT_FOUND: ("There is no such page.", "Open the address in a browser and correct it here."),
    Outcome.LOGIN_REQUIRED: ("The site shows this only to people who are signed in.", f"Instead, {_IMPORT}."),
    Outcome.CAPTCHA: (
        "The site asked for a proof of being human.",
        f"Run again in some hours or from another network, or {_IMPORT}.",
    ),
    Outcome.BLOCKED: ("The site refuses requests from this network.", f"Run from another network, or {_IMPORT}."),
    Outcome.RATE_LIMITED: ("The site asked for fewer requests.", "Run again in an hour; what is missing comes then."),
    Outcome.QUOTA_EXCEEDED: ("The key has used up what it may ask for.", "Run again when the quota is renewed."),
    Outcome.INVALID_KEY: ("The key was refused.", "Check the key, or enter a new one."),
    Outcome.LAYOUT_CHANGED: (
        "The site answers in a form that is not known.",
        f"Look for a newer version of Studio; until then, {_IMPORT}.",
    ),
    Outcome.REDIRECTED_HOME: (
        "The site sends us to its home page instead: the page is gone, or this way of reading it was switched off.",
        f"Open the address in a browser; if it is there, {_IMPORT}.",
    ),
    Outcome.TIMEOUT: ("The site did not answer in time.", "Run again later; it goes on where it stopped."),
    Outcome.NETWORK: ("The site could not be reached.", "Check the connection of this installation and run again."),
    Outcome.TOO_LARGE: ("There is more than can be read.", f"To have all of it, {_IMPORT}."),
    Outcome.ROBOTS_DISALLOWED: ("The site asks programs not to read this page.", f"Instead, {_IMPORT}."),
    Outcome.UNSUPPORTED: ("This cannot be collected.", f"Instead, {_IMPORT}."),
    Outcome.CANCELLED: ("The run was cancelled.", "Run again; it goes on where it stopped."),
    Outcome.INTERNAL: ("Something went wrong on our side.", "Run again; if it stays, look into the worker's log."),
}


FOR_NOW = (Outcome.RATE_LIMITED, Outcome.NETWORK, Outcome.TIMEOUT)  # a later attempt may fare better


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request brought nothing. ``what`` happened, in a sentence; empty for that of the outcome."""

    outcome: Outcome
    what: str = ""
    can_retry: bool = False
    wait: float = 0.0  # seconds one is asked to wait
    provider: str = ""  # whose key was the matter

    @classmethod
    def passing(cls, outcome: Outcome, what: str = "", wait: float = 0.0) -> "Failure":
        """One that is tried again where its outcome is of the kind that passes."""
        return cls(outcome, what, outcome in FOR_NOW, wait)


class SourceError(Exception):
    """A visit that ended badly. ``message`` says what happened and what to do, and holds no secret; ``provider`` is
    the one whose key was refused or used up."""

    def __init__(self, code: Outcome, message: str = "", *, can_retry: bool = False, provider: str = "") -> None:
        self.code = code
        self.message = message or f"{code.sentence} {code.advice}"
        self.can_retry, self.provider = can_retry, provider
        super().__init__(self.message)

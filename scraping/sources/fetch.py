"""How sources ask for pages: guarded, at a pace all workers share, patient, and remembering why it stopped."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from integrations.outbound import Outbound, OutboundRefused, Response
from integrations.pace import Pace
from scraping.sources import diagnosis
from scraping.sources.outcomes import Outcome, SourceError

logger = logging.getLogger(__name__)

ANSWER = 30.0  # seconds for one answer
ATTEMPTS = 4
BACKOFF = 1.0  # seconds before the second attempt, doubled before each further one, give or take a half
PATIENCE = 10 * 60.0  # seconds one is willing to wait where a site says how long
REST = 30.0  # seconds of rest after "too many requests" without a word on how long
RUN = 30 * 60.0  # seconds for all requests to one target
REQUESTS = 1_000  # for one target in one go
SLICE = 1.0  # seconds of sleep between two looks whether the run goes on
PACES = {  # requests a second and at once; unknown hosts get the default of Pace
    "api.steampowered.com": (1.0, 4),
    "store.steampowered.com": (1.0, 4),
    "www.reddit.com": (10 / 60, 3),  # about ten a minute without credentials
    "oauth.reddit.com": (1.0, 4),  # a hundred a minute with them
}
FOR_NOW = (Outcome.RATE_LIMITED, Outcome.NETWORK, Outcome.TIMEOUT)  # a later attempt may fare better


@dataclass(frozen=True, slots=True)
class Manners:
    """What the owner of a project wants of its requests, besides what every site gets."""

    name: str = ""  # of the project: its visits share the pauses
    pause: float = 0.0  # seconds between two requests to one site
    count: Callable[[], bool] = lambda: True  # whether another may be sent today; it is counted then


class Fetcher:
    """The network as one visit to a target sees it. ``requests`` counts what was sent, ``stopped`` is why it ended.

    ``check`` is called at least once a second while waiting and before each request; it raises to end the visit.
    """

    def __init__(
        self,
        check: Callable[[], None] = lambda: None,
        *,
        outbound: Outbound | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        make_pace: Callable[..., Pace] = Pace,
        manners: Manners = Manners(),
    ) -> None:
        self.check, self.clock, self.sleep, self.make_pace = check, clock, sleep, make_pace
        self.outbound, self.manners = outbound or Outbound(), manners
        self.requests = 0
        self.stopped: SourceError | None = None
        self._until = clock() + RUN
        self._asked: set[str] = set()
        self._secrets: set[str] = set()

    def conceal(self, *secrets: str) -> None:
        """From now on no message shows these."""
        self._secrets |= {secret for secret in secrets if secret}

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A good answer: 2xx, and no wall in front of it. Raises SourceError; the same address twice is one."""
        full = f"{url}?{urlencode(params)}" if params else url
        if full in self._asked:
            raise self.stop(Outcome.LAYOUT_CHANGED, "The site leads in a circle: it gives the same page again.")
        self._asked.add(full)
        return self._answer("GET", full, headers=headers)

    def json(self, url: str, **options: Any) -> Any:
        """What ``get`` brings, read as JSON. Raises SourceError, also for a page in place of data."""
        response = self.get(url, **options)
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise self.stop(Outcome.LAYOUT_CHANGED) from None

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """The good answer to a form. Raises SourceError."""
        headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        return self._answer("POST", url, headers=headers, content=urlencode(form).encode(), redirects=0)

    def stop(self, code: Outcome, what: str = "", *, can_retry: bool = False) -> SourceError:
        """The error to raise: ``what`` happened and what to do, free of secrets, and remembered."""
        text = f"{what or code.sentence} {code.advice}"
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        self.stopped = SourceError(code, text, can_retry=can_retry)
        return self.stopped

    def _answer(self, method: str, url: str, **options: Any) -> Response:
        pace, attempt = self._pace(url), 0
        while True:
            attempt += 1
            self._wait_for_turn(pace)
            answer = self._try(method, url, options)
            if isinstance(answer, Response):
                return answer
            if attempt == ATTEMPTS or not answer.can_retry or answer.wait > PATIENCE:
                raise self.stop(answer.outcome, answer.what, can_retry=answer.can_retry)
            if answer.outcome == Outcome.RATE_LIMITED or answer.wait:
                pace.hold(answer.wait or REST * attempt)
            else:
                self._sleep(BACKOFF * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))

    def _try(self, method: str, url: str, options: dict[str, Any]) -> "Response | _Failure":
        self.requests += 1
        try:
            response = self.outbound.request(method, url, deadline=ANSWER, **options)
        except OutboundRefused as error:
            return _Failure(diagnosis.refusal(error), error.message, error.can_retry)
        outcome = diagnosis.outcome(url, response)
        if outcome is None and response.status < 300:
            return response
        outcome = outcome or Outcome.REDIRECTED_HOME
        logger.info("%s answered %d: %s", urlsplit(url).hostname, response.status, outcome)
        what = f"{urlsplit(url).hostname} answers with an error ({response.status})." if response.status >= 500 else ""
        return _Failure(outcome, what, outcome in FOR_NOW, _asked_to_wait(response))

    def _wait_for_turn(self, pace: Pace) -> None:
        if self.requests >= REQUESTS:
            raise self.stop(Outcome.TOO_LARGE, f"A run asks a site {REQUESTS:,} times at most.")
        self._go_on()
        for one in (*self._own_pace(pace.host), pace):
            while seconds := one.take():
                if seconds > PATIENCE:
                    raise self.stop(Outcome.RATE_LIMITED, can_retry=True)
                self._sleep(seconds)
        if not self.manners.count():
            raise self.stop(Outcome.QUOTA_EXCEEDED, "The project has sent all the requests it may send in a day.")

    def _sleep(self, seconds: float) -> None:
        awake = self.clock() + seconds
        while (left := awake - self.clock()) > 0:
            self._go_on()
            self.sleep(min(left, SLICE))

    def _go_on(self) -> None:
        self.check()
        if self.clock() >= self._until:
            raise self.stop(Outcome.TIMEOUT, f"The site took longer than {RUN / 60:g} minutes.", can_retry=True)

    def _own_pace(self, host: str) -> list[Pace]:
        pause = self.manners.pause
        return [self.make_pace(f"{self.manners.name}/{host}", 1 / pause, 1)] if pause else []

    def _pace(self, url: str) -> Pace:
        host = urlsplit(url).hostname or ""
        return self.make_pace(host, *PACES.get(host, ()))


@dataclass(frozen=True, slots=True)
class _Failure:
    outcome: Outcome
    what: str
    can_retry: bool
    wait: float = 0.0  # seconds the site asks to wait


def _asked_to_wait(response: Response) -> float:
    """Seconds by ``Retry-After``, a number or a date, or until Reddit's allowance is renewed; 0 when not said."""
    value = response.headers.get("retry-after", "").strip()
    if response.status == 429 and not value:
        value = response.headers.get("x-ratelimit-reset", "").strip()
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0

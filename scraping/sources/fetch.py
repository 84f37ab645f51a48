"""How sources ask for pages: guarded, at a pace all workers share, patient, and remembering why it stopped."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, Queue
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from integrations.outbound import Outbound, OutboundRefused, Response
from integrations.pace import Pace
from integrations.redaction import redact
from scraping.sources import diagnosis
from scraping.sources.outcomes import Failure, Outcome, SourceError
from scraping.sources.robots import ANYTHING, Rule
from scraping.sources.transports import Direct, Transport
from scraping.sources.transports.direct import ANSWER

logger = logging.getLogger(__name__)

ATTEMPTS = 4
BACKOFF = 1.0  # seconds before the second attempt, doubled before each further one, give or take a half
PATIENCE = 10 * 60.0  # seconds one is willing to wait where a site says how long
REST = 30.0  # seconds of rest after "too many requests" without a word on how long
RUN = 30 * 60.0  # seconds for all requests to one target
REQUESTS = 1_000  # for one target in one go
LONGEST_ANSWER = 90.0  # seconds after which an answer is no longer waited for by those who come next
SLICE = 1.0  # seconds of sleep between two looks whether the run goes on
FAST = (5.0, 10)  # of what is made to be asked by programs, whose owners have keys with limits of their own
PACES = {  # requests a second and at once; unknown hosts get the default of Pace
    "api.steampowered.com": (1.0, 4),
    "store.steampowered.com": (1.0, 4),
    "www.reddit.com": (10 / 60, 3),  # about ten a minute without credentials
    "oauth.reddit.com": (1.0, 4),  # a hundred a minute with them
    **dict.fromkeys(("www.googleapis.com", "places.googleapis.com", "serpapi.com"), FAST),
}
TURNED_AWAY = (Outcome.BLOCKED, Outcome.CAPTCHA, Outcome.LAYOUT_CHANGED, Outcome.LOGIN_REQUIRED)  # by many sites
Explain = Callable[[Response], Failure | None]
Rules = Callable[[str, Outbound, Callable[[], None]], Rule]  # what robots.txt says of an address


@dataclass(frozen=True, slots=True)
class Manners:
    """What the owner of a project wants of its requests, besides what every site gets."""

    name: str = ""  # of the project: its visits share the pauses
    pause: float = 0.0  # seconds between two requests to one site
    count: Callable[[], bool] = lambda: True  # whether another may be sent today; it is counted then


def _nothing_to_say(response: Response) -> None:
    """Of an answer that the rules for all sites explain well enough."""


def _anything_goes(url: str, outbound: Outbound, before: Callable[[], None]) -> Rule:
    """Where nobody asks for robots.txt."""
    return ANYTHING


class Fetcher:
    """The network as one visit to a target sees it. ``requests`` counts what was sent, ``credits`` what a commercial
    service took for it, ``stopped`` is why the visit ended.

    ``check`` is called at least once a second while waiting and before each request; it raises to end the visit.
    Pages come over the ``transport``. What has headers of its own, or holds one of the secrets that were named to
    ``conceal``, goes directly to whom it is for: not every service passes headers on, and none is to see a key.
    ``hint`` is what else could be tried where a site turns the visit away.
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
        transport: Transport | None = None,
        hint: str = "",
        rule: Rules = _anything_goes,
    ) -> None:
        self.check, self.clock, self.sleep, self.make_pace = check, clock, sleep, make_pace
        self.outbound, self.manners, self.transport = outbound or Outbound(), manners, transport or Direct()
        self.rule, self.hint = rule, hint
        self.requests = self.credits = 0
        self.stopped: SourceError | None = None
        self._until = clock() + RUN
        self._asked: set[str] = set()
        self._delays: dict[str, float] = {}  # seconds between two requests that a host asks for
        self._secrets: set[str] = set()  # of requests
        self._own_secrets = set(self.transport.secrets())

    def conceal(self, *secrets: str) -> None:
        """From now on no message shows these, and no transport is given what holds them."""
        self._secrets |= {secret for secret in secrets if secret}

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        explain: Explain = _nothing_to_say,
    ) -> Response:
        """A good answer: 2xx, and no wall in front of it. Raises SourceError; the same address twice is one.

        ``explain`` is asked first what an answer of a site with words of its own means.
        """
        full = f"{url}?{urlencode(params)}" if params else url
        if full in self._asked:
            raise self.stop(Outcome.LAYOUT_CHANGED, "The site leads in a circle: it gives the same page again.")
        self._asked.add(full)
        self._obey_robots(full)
        if headers or self._is_private(full):
            return self._answer(full, lambda: self._send("GET", full, headers=headers), explain)
        return self._answer(full, lambda: self._bring(full), explain, self.transport.host)

    def json(self, url: str, **options: Any) -> Any:
        """What ``get`` brings, read as JSON. Raises SourceError, also for a page in place of data."""
        response = self.get(url, **options)
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise self.stop(diagnosis.unexpected(response)) from None

    def post(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str], *, explain: Explain = _nothing_to_say
    ) -> Response:
        """The good answer to a form, which goes to the site directly. Raises SourceError."""
        headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        said: dict[str, Any] = {"headers": headers, "content": urlencode(form).encode(), "redirects": 0}
        return self._answer(url, lambda: self._send("POST", url, **said), explain)

    def stop(self, code: Outcome, what: str = "", *, can_retry: bool = False, provider: str = "") -> SourceError:
        """The error to raise: ``what`` happened and what to do, free of secrets, and remembered."""
        said = f"{what or code.sentence} {code.advice} {self.hint if code in TURNED_AWAY else ''}".strip()
        text = redact(said, self._secrets | self._own_secrets)
        self.stopped = SourceError(code, text, can_retry=can_retry, provider=provider)
        return self.stopped

    def _is_private(self, url: str) -> bool:
        """Whether it holds a secret, which is for the site alone and not for who stands between."""
        return any(secret in f"{url} {unquote_plus(url)}" for secret in self._secrets)

    def _answer(self, url: str, send: Callable[[], Response | Failure], explain: Explain, by: str = "") -> Response:
        """``by`` is the host of the service that sends it for us."""
        host, attempt = urlsplit(url).hostname or "", 0
        paces, spaced = [self._pace(host), *([self.make_pace(by, *FAST)] if by else [])], self._spaced(host)
        while True:
            attempt += 1
            with self._turn(spaced, paces):
                answer = self._try(url, send, explain)
            if isinstance(answer, Response):
                return answer
            if attempt == ATTEMPTS or not answer.can_retry or answer.wait > PATIENCE:
                raise self.stop(answer.outcome, answer.what, can_retry=answer.can_retry, provider=answer.provider)
            if answer.outcome == Outcome.RATE_LIMITED or answer.wait:
                paces[-1 if answer.provider else 0].hold(answer.wait or REST * attempt)  # who asked for it
            else:
                self._sleep(BACKOFF * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))

    def _try(self, url: str, send: Callable[[], Response | Failure], explain: Explain) -> Response | Failure:
        self.requests += 1
        answer = self._aside(send)
        if isinstance(answer, OutboundRefused):
            return Failure(diagnosis.refusal(answer), answer.message, answer.can_retry)
        failure = answer if isinstance(answer, Failure) else explain(answer) or _diagnose(url, answer)
        if failure is None:
            return answer
        status = answer.status if isinstance(answer, Response) else "nothing"
        logger.info("%s answered %s: %s", urlsplit(url).hostname, status, failure.outcome)
        return failure

    def _aside(self, send: Callable[[], Response | Failure]) -> Response | Failure | OutboundRefused:
        """What comes back, without keeping a visit that should end until it does: that may take minutes."""
        done: Queue[Response | Failure | OutboundRefused | None] = Queue()

        def report() -> None:
            answer: Response | Failure | OutboundRefused | None = None
            try:
                answer = send()
            except OutboundRefused as refused:
                answer = refused
            finally:
                done.put(answer)

        threading.Thread(target=report, daemon=True).start()
        while True:
            try:
                answer = done.get(timeout=SLICE)
            except Empty:
                self.check()
            else:
                break
        if answer is None:
            raise RuntimeError("The request broke down; its own traceback is in the log.")
        return answer

    def _send(self, method: str, url: str, **said: Any) -> Response:
        return self.outbound.request(method, url, deadline=ANSWER, **said)

    def _bring(self, url: str) -> Response | Failure:
        fetched = self.transport.fetch(url, self.outbound)
        self.credits += fetched.credits
        return fetched.answer

    @contextmanager
    def _turn(self, spaced: list[tuple[Pace, float]], paces: list[Pace]) -> Iterator[None]:
        """The right to send one request. Where there is a pause between two, the next waits for the answer as well:
        what was slow on its way would otherwise be followed too soon."""
        if self.requests >= REQUESTS:
            raise self.stop(Outcome.TOO_LARGE, f"A run asks a site {REQUESTS:,} times at most.")
        self._go_on()
        with ExitStack() as taken:
            for pace, pause in spaced:
                self._wait_for(pace, pause / 4)
                pace.hold(LONGEST_ANSWER)
                taken.callback(pace.hold, pause, exactly=True)
            for pace in paces:
                self._wait_for(pace)
            if not self.manners.count():
                raise self.stop(Outcome.QUOTA_EXCEEDED, "The project has sent all the requests it may send in a day.")
            yield

    def _wait_for(self, pace: Pace, look_every: float = PATIENCE) -> None:
        while seconds := pace.take():
            if seconds > PATIENCE:
                raise self.stop(Outcome.RATE_LIMITED, can_retry=True)
            self._sleep(min(seconds, look_every))

    def _sleep(self, seconds: float) -> None:
        awake = self.clock() + seconds
        while (left := awake - self.clock()) > 0:
            self._go_on()
            self.sleep(min(left, SLICE))

    def _go_on(self) -> None:
        self.check()
        if self.clock() >= self._until:
            raise self.stop(Outcome.TIMEOUT, f"The site took longer than {RUN / 60:g} minutes.", can_retry=True)

    def _obey_robots(self, url: str) -> None:
        rule = self.rule(url, self.outbound, self._go_on)
        if not rule.is_allowed:
            raise self.stop(Outcome.ROBOTS_DISALLOWED)
        self._delays[urlsplit(url).hostname or ""] = rule.delay

    def _spaced(self, host: str) -> list[tuple[Pace, float]]:
        """The paces of pauses that the project and the site want, with the seconds."""
        wanted = {f"{self.manners.name}/{host}": self.manners.pause, f"robots/{host}": self._delays.get(host, 0.0)}
        return [(self.make_pace(name, 1 / pause, 1), pause) for name, pause in wanted.items() if pause]

    def _pace(self, host: str) -> Pace:
        return self.make_pace(host, *PACES.get(host, ()))


def _diagnose(url: str, response: Response) -> Failure | None:
    """By the rules for all sites."""
    outcome = diagnosis.outcome(url, response)
    if outcome is None and response.status < 300:
        return None
    what = f"{urlsplit(url).hostname} answers with an error ({response.status})." if response.status >= 500 else ""
    return Failure.passing(outcome or Outcome.REDIRECTED_HOME, what, _asked_to_wait(response))


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

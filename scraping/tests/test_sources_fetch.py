import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from integrations.outbound import OutboundRefused, Response
from scraping.sources import fetch as fetching
from scraping.sources.base import Fetcher, Outcome, SourceError
from scraping.sources.fetch import Manners
from tests.standins.pages import BLOCKED, CAPTCHA, CHANGED, SIGN_IN
from tests.standins.visits import Clock, OwnPace

URL = "https://www.shop.example/reviews"


class Door:
    """An outbound client that gives what it was told to, in turn; the last answer stays."""

    def __init__(self, *answers: Response | OutboundRefused) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, dict[str, Any]]] = []

    def request(self, method: str, url: str, **options) -> Response:
        self.sent.append((method, url, options))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, OutboundRefused):
            raise answer
        return answer


def said(status: int = 200, body: str = "{}", url: str = URL, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, httpx.Headers(named), body.encode(), url)


def page(text: str, status: int = 200, url: str = URL) -> Response:
    return said(status, text, url, content_type="text/html; charset=utf-8")


class Trial(Fetcher):
    """A fetcher to look into: ``door`` is what it sends through, ``time`` passes as it sleeps, ``pace`` is its pace."""

    def __init__(
        self,
        *answers: Response | OutboundRefused,
        check: Callable[[], None] = lambda: None,
        **more: Any,
    ) -> None:
        self.door, self.time = Door(*answers), Clock()
        self.pace = OwnPace(self.time)
        given: dict[str, Any] = {"outbound": self.door, "make_pace": self.pace, **more}
        super().__init__(check, clock=self.time, sleep=self.time.sleep, **given)


def stopped(work) -> SourceError:
    with pytest.raises(SourceError) as caught:
        work()
    return caught.value


# Answers


def test_a_good_answer_is_handed_over():
    fetch = Trial(said(body='{"a": 1}'))
    assert fetch.json(URL, params={"q": "a+b", "n": "1"}) == {"a": 1}
    assert fetch.door.sent[0][1] == f"{URL}?q=a%2Bb&n=1"
    assert (fetch.requests, fetch.stopped) == (1, None)


def test_a_form_is_posted_and_no_redirect_followed():
    fetch = Trial(said())
    fetch.post(URL, {"a": "b c"}, {"Authorization": "Basic x"})
    [(method, _, options)] = fetch.door.sent
    assert (method, options["content"], options["redirects"]) == ("POST", b"a=b+c", 0)
    assert options["headers"]["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (page(CAPTCHA), Outcome.CAPTCHA),
        (page(CAPTCHA, 403), Outcome.CAPTCHA),
        (page(CAPTCHA, 503), Outcome.CAPTCHA),
        (page(BLOCKED), Outcome.BLOCKED),
        (page(BLOCKED, 403), Outcome.BLOCKED),
        (page(CHANGED, url="https://www.shop.example/"), Outcome.REDIRECTED_HOME),
        (page(CHANGED, url="https://www.shop.example/ap/signin?x=1"), Outcome.LOGIN_REQUIRED),
        (said(401), Outcome.INVALID_KEY),
        (said(403), Outcome.BLOCKED),
        (said(404), Outcome.NOT_FOUND),
        (said(410), Outcome.NOT_FOUND),
        (said(418), Outcome.BLOCKED),
        (said(429), Outcome.RATE_LIMITED),
        (said(451), Outcome.BLOCKED),
        (said(500), Outcome.NETWORK),
        (said(302), Outcome.REDIRECTED_HOME),
        (OutboundRefused("timeout", "www.shop.example did not answer in time.", can_retry=True), Outcome.TIMEOUT),
        (OutboundRefused("too_large", "The answer is larger."), Outcome.TOO_LARGE),
        (OutboundRefused("too_many_redirects", "www.shop.example redirects."), Outcome.REDIRECTED_HOME),
        (OutboundRefused("dns", "There is no address.", can_retry=True), Outcome.NETWORK),
        (OutboundRefused("forbidden", "It is not on the public internet."), Outcome.NETWORK),
        (OutboundRefused("tls", "The certificate is not valid."), Outcome.NETWORK),
    ],
)
def test_each_obstacle_has_its_outcome(answer, outcome):
    fetch = Trial(answer)
    error = stopped(lambda: fetch.get(URL))
    assert error.code == outcome
    assert fetch.stopped is error
    assert outcome.advice in error.message


def test_what_reviews_say_is_not_taken_for_a_wall():
    body = '{"reviews": ["This captcha is a joke, access denied, please sign in to continue"]}'
    assert Trial(said(body=body, content_type="application/json")).get(URL).status == 200


def test_a_page_in_place_of_data_is_a_changed_site():
    assert stopped(lambda: Trial(page(CHANGED)).json(URL)).code == Outcome.LAYOUT_CHANGED


def test_a_way_in_for_members_in_place_of_data_is_a_sign_in():
    assert stopped(lambda: Trial(page(SIGN_IN)).json(URL)).code == Outcome.LOGIN_REQUIRED


# Trying again


def test_passing_failures_are_tried_again_with_growing_pauses():
    fetch = Trial(said(503), OutboundRefused("connect", "x", can_retry=True), said(502), said())
    assert fetch.get(URL).status == 200
    assert fetch.requests == 4
    slept = fetch.time.slept
    assert sum(slept) <= 1.5 * (1 + 2 + 4)
    assert sum(slept) >= 0.5 * (1 + 2 + 4)
    assert max(slept) <= fetching.SLICE


def test_after_four_attempts_it_is_over():
    fetch = Trial(said(503))
    error = stopped(lambda: fetch.get(URL))
    assert (fetch.requests, error.can_retry) == (fetching.ATTEMPTS, True)
    assert error.message.startswith("www.shop.example answers with an error (503).")


@pytest.mark.parametrize("answer", [said(404), page(CAPTCHA), said(401), OutboundRefused("forbidden", "x")])
def test_what_will_not_pass_is_not_tried_again(answer):
    fetch = Trial(answer)
    assert stopped(lambda: fetch.get(URL)).can_retry is False
    assert fetch.requests == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_site_asks_for_holds_everybody(status):
    fetch = Trial(said(status, retry_after="7"), said())
    fetch.get(URL)
    assert fetch.pace.holds == [("www.shop.example", 7.0)]
    assert sum(fetch.time.slept) == pytest.approx(7.0)


def test_a_wait_may_be_given_as_a_date():
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    fetch = Trial(said(429, retry_after=then), said())
    fetch.get(URL)
    assert 85 < fetch.pace.holds[0][1] <= 90


def test_reddits_own_header_counts_as_well():
    fetch = Trial(said(429, x_ratelimit_reset="33"), said())
    fetch.get(URL)
    assert fetch.pace.holds == [("www.shop.example", 33.0)]


@pytest.mark.parametrize("value", ["soon", "", "-5", "Wed, 99 Foo"])
def test_an_unreadable_wait_is_a_rest(value):
    fetch = Trial(said(429, retry_after=value), said())
    fetch.get(URL)
    assert fetch.pace.holds == [("www.shop.example", fetching.REST)]


def test_nobody_waits_an_hour():
    fetch = Trial(said(429, retry_after="3600"), said())
    error = stopped(lambda: fetch.get(URL))
    assert (error.code, error.can_retry, fetch.requests) == (Outcome.RATE_LIMITED, True, 1)
    assert fetch.time.slept == []


def test_a_host_that_others_hold_for_long_is_not_waited_for():
    fetch = Trial(said())
    fetch.pace("www.shop.example").hold(fetching.PATIENCE + 1)
    assert stopped(lambda: fetch.get(URL)).code == Outcome.RATE_LIMITED
    assert fetch.requests == 0


# Ends


def test_the_same_address_twice_is_a_circle():
    fetch = Trial(said())
    fetch.get(URL, params={"page": "1"})
    fetch.get(URL, params={"page": "2"})
    assert stopped(lambda: fetch.get(URL, params={"page": "1"})).code == Outcome.LAYOUT_CHANGED


def test_a_run_asks_only_so_often(monkeypatch):
    monkeypatch.setattr(fetching, "REQUESTS", 3)
    fetch = Trial(said())
    for number in range(3):
        fetch.get(f"{URL}/{number}")
    assert stopped(lambda: fetch.get(URL)).code == Outcome.TOO_LARGE


def test_a_run_lasts_only_so_long():
    fetch = Trial(said())
    fetch.time.now += fetching.RUN
    error = stopped(lambda: fetch.get(URL))
    assert (error.code, error.can_retry) == (Outcome.TIMEOUT, True)


def test_a_wait_is_broken_off_within_a_second_of_being_asked_to():
    checks = [None] * 4
    fetch = Trial(said(429, retry_after="60"), said(), check=checks.pop)
    with pytest.raises(IndexError):
        fetch.get(URL)
    assert sum(fetch.time.slept) <= 5
    assert len(fetch.door.sent) == 1


# Secrets


def test_no_message_shows_a_secret(caplog):
    fetch = Trial(OutboundRefused("network", "token-12345 and token-12345-long did not work"))
    fetch.conceal("token-12345", "token-12345-long", "")
    with caplog.at_level(logging.DEBUG):
        error = stopped(lambda: fetch.get(f"{URL}?key=token-12345"))
    assert error.message.startswith("… and … did not work")
    assert "token-12345" not in f"{error}{fetch.stopped}{caplog.text}"


def test_cut_and_encoded_secrets_are_found_too():
    fetch = Trial(said())
    fetch.conceal("secret+/0123456789")
    said_so = str(fetch.stop(Outcome.NETWORK, "It said secret%2B%2F0123456789, and key cret+/01234 too."))
    assert said_so.startswith("It said …, and key … too.")


def test_where_a_site_turns_us_away_other_ways_are_named():
    fetch = Trial(page(BLOCKED, 403), hint="Try a service.")
    assert stopped(lambda: fetch.get(URL)).message.endswith("Try a service.")
    assert "Try a service." not in stopped(lambda: Trial(said(404), hint="Try a service.").get(URL)).message


def test_a_visit_that_should_end_does_not_wait_for_a_slow_answer():
    class Slow(Door):
        def request(self, method: str, url: str, **options) -> Response:
            over.wait()
            return super().request(method, url, **options)

    over, checks = threading.Event(), iter([None])
    fetch = Trial(check=lambda: next(checks), outbound=Slow(said()))
    with pytest.raises(StopIteration):
        fetch.get(URL)
    over.set()


def test_a_request_that_breaks_down_is_our_fault_and_no_answer(monkeypatch):
    class Broken(Door):
        def request(self, method: str, url: str, **options) -> Response:
            raise ZeroDivisionError

    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda said: seen.append(said.exc_type))
    with pytest.raises(RuntimeError):
        Trial(outbound=Broken(said())).get(URL)
    assert seen == [ZeroDivisionError]


def test_every_outcome_says_what_happened_and_all_but_good_ones_what_to_do():
    for outcome in Outcome:
        assert outcome.sentence.endswith(".")
        assert outcome == Outcome.OK or outcome.advice.endswith(".")
    assert SourceError(Outcome.CAPTCHA).message == f"{Outcome.CAPTCHA.sentence} {Outcome.CAPTCHA.advice}"


def test_a_project_pauses_between_requests_to_one_site():
    fetch = Trial(said(), manners=Manners("42", 2.5))
    fetch.pace("42/www.shop.example").hold(2.5)
    fetch.get(URL)
    assert fetch.time() >= 2.5
    assert fetch.pace.rates == {"42/www.shop.example": (1 / 2.5, 1), "www.shop.example": ()}


def test_a_project_that_has_used_up_its_requests_of_the_day_sends_no_more():
    left = iter([True, False])
    fetch = Trial(said(), manners=Manners(count=lambda: next(left)))
    fetch.get(URL)
    stop = stopped(lambda: fetch.get(f"{URL}?page=2"))
    assert (stop.code, stop.can_retry, len(fetch.door.sent)) == (Outcome.QUOTA_EXCEEDED, False, 1)
    assert stop.message.startswith("The project has sent all the requests it may send in a day.")


def test_hosts_keep_their_own_pace():
    fetch = Trial(said())
    fetch.get("https://www.reddit.com/x")
    fetch.get(URL)
    assert fetch.pace.rates == {"www.reddit.com": (10 / 60, 3), "www.shop.example": ()}

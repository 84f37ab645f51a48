"""The real requests to each commercial service and its real answers, as far as its documentation tells them."""

from typing import Any

import pytest

from integrations.outbound import Outbound
from scraping.sources import fetch as fetching
from scraping.sources.base import Fetcher, Outcome, SourceError
from scraping.sources.outcomes import FOR_NOW
from scraping.sources.transports import SERVICES, FetchOptions
from tests.standins import pages
from tests.standins.services import COSTS, USER
from tests.standins.visits import Clock, OwnPace, no_names

URL = "https://store.steampowered.com/appreviews/440?cursor=%2A&num_per_page=20"
SITE = "store.steampowered.com"
KEY = "good-service-0123456789"
VALUES = {"api_key": KEY, "username": USER, "password": KEY}
BAD = {"api_key": "bad-canary-0123456789", "username": "canary-user", "password": "bad-canary-0123456789"}
PLAIN = FetchOptions()
ALL = pytest.mark.parametrize("service", SERVICES)


def fetcher(service: str, options: FetchOptions = PLAIN, values: dict[str, str] = VALUES) -> Fetcher:
    clock = Clock()
    pace = OwnPace(clock)
    given: dict[str, Any] = {
        "clock": clock,
        "sleep": clock.sleep,
        "make_pace": pace,
        "outbound": Outbound(resolver=no_names),
    }
    return Fetcher(transport=SERVICES[service](values, options), **given)


def failure(fetch: Fetcher, url: str = URL) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch.get(url)
    return caught.value


@ALL
def test_a_page_comes_back_as_the_site_gave_it_and_its_price_is_counted(standins, service):
    fetch = fetcher(service)
    assert len(fetch.json(URL)["reviews"]) == 20
    assert (fetch.requests, fetch.credits) == (1, COSTS.get(service, 0))
    assert [seen.host for seen in standins.requests] == [fetch.transport.host, SITE]


@ALL
@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("not found", Outcome.NOT_FOUND),
        ("blocked", Outcome.BLOCKED),
        ("captcha", Outcome.CAPTCHA),
        ("rate limited", Outcome.RATE_LIMITED),
    ],
)
def test_what_the_site_itself_says_is_diagnosed_as_ever(standins, service, mode, outcome):
    standins.steam.store = mode
    error = failure(fetcher(service))
    assert (error.code, error.provider) == (outcome, "")


@ALL
def test_a_bad_key_is_told_as_such_and_never_shown(standins, service):
    error = failure(fetcher(service, values=BAD))
    assert (error.code, error.provider, error.can_retry) == (Outcome.INVALID_KEY, service, False)
    assert "canary" not in error.message
    assert standins.asked(SITE) == []


def test_a_bad_key_that_is_told_with_a_good_status_is_a_bad_key_still(standins):
    standins.services.mode = "lying"
    assert failure(fetcher("scraperapi", values=BAD)).code == Outcome.INVALID_KEY


@ALL
@pytest.mark.parametrize(
    ("mode", "outcomes"),
    [
        ("used up", [Outcome.QUOTA_EXCEEDED]),
        ("busy", [Outcome.RATE_LIMITED]),
        ("failing", [Outcome.NETWORK]),
        ("banned", [Outcome.NETWORK, Outcome.BLOCKED]),
        ("oversized", [Outcome.TOO_LARGE]),
    ],
)
def test_what_the_service_says_is_told_from_what_the_site_says(standins, service, mode, outcomes):
    standins.services.mode = mode
    fetch = fetcher(service)
    error = failure(fetch)
    assert error.code in outcomes
    assert error.can_retry == (error.code in FOR_NOW)
    assert fetch.requests == (fetching.ATTEMPTS if error.can_retry else 1)


WITH_A_FORM_OF_ITS_OWN = [service for service in SERVICES if service not in ("scraperapi", "brightdata")]
NONSENSE = [("down", service) for service in SERVICES] + [("redirect home", service) for service in SERVICES]
NONSENSE += [(mode, service) for mode in ("changed", "damaged", "error with 200") for service in WITH_A_FORM_OF_ITS_OWN]


@pytest.mark.parametrize(("mode", "service"), NONSENSE)
def test_a_service_that_talks_nonsense_is_told_from_a_site_that_does(standins, service, mode):
    """The two others hand on whatever comes as the page, so that it is the source which finds nothing in it."""
    standins.disguise = lambda answer: pages.common(mode)
    assert failure(fetcher(service)).code in (Outcome.NETWORK, Outcome.INVALID_KEY)


def wishes(standins, service: str, options: FetchOptions) -> dict[str, object]:
    fetcher(service, options).get(URL)
    asked: dict[str, object] = standins.services.asked[-1]
    return asked


def test_country_scripts_and_premium_proxies_are_asked_for_in_each_services_words(standins):
    options = FetchOptions("de", render_js=True, premium=True)
    asked = {service: wishes(standins, service, options) for service in SERVICES}
    assert asked["scraperapi"] == {"url": URL, "render": "true", "country_code": "de", "premium": "true"}
    bee = {"url": URL, "render_js": "true", "transparent_status_code": "true"}
    assert asked["scrapingbee"] == {**bee, "premium_proxy": "true", "country_code": "de"}
    ant = {"url": URL, "browser": "true", "proxy_country": "DE", "proxy_type": "residential"}
    assert asked["scrapingant"] == ant
    assert asked["zyte"] == {"url": URL, "browserHtml": True, "geolocation": "DE", "ipType": "residential"}
    assert asked["brightdata"] == {"zone": "web_unlocker1", "url": URL, "format": "raw", "country": "de"}
    assert asked["oxylabs"] == {"source": "universal", "url": URL, "render": "html", "geo_location": "Germany"}
    proxy = {"useApifyProxy": True, "apifyProxyGroups": ["RESIDENTIAL"], "apifyProxyCountry": "DE"}
    assert (asked["apify"]["actor"], asked["apify"]["proxyConfiguration"]) == ("apify~web-scraper", proxy)


def test_without_wishes_nothing_is_asked_for_that_costs_more(standins):
    asked = {service: wishes(standins, service, PLAIN) for service in SERVICES}
    assert asked["scraperapi"] == {"url": URL, "render": "false"}
    assert asked["scrapingbee"] == {"url": URL, "render_js": "false", "transparent_status_code": "true"}
    assert asked["scrapingant"] == {"url": URL, "browser": "false"}
    assert asked["zyte"] == {"url": URL, "httpResponseBody": True, "httpResponseHeaders": True}
    assert asked["oxylabs"] == {"source": "universal", "url": URL}
    assert (asked["apify"]["actor"], asked["apify"]["startUrls"]) == ("apify~cheerio-scraper", [{"url": URL}])


def test_a_zone_of_ones_own_is_named_and_a_wrong_one_is_a_wrong_key(standins):
    error = failure(fetcher("brightdata", values={"api_key": KEY, "zone": "mine"}))
    assert (standins.services.asked[-1]["zone"], error.code) == ("mine", Outcome.INVALID_KEY)


@ALL
def test_where_the_page_came_from_in_the_end_is_known_where_the_service_tells(standins, service):
    standins.steam.store = "redirect home"
    if service in ("scrapingant", "brightdata"):  # these do not tell
        fetcher(service).get(URL)
        return
    assert failure(fetcher(service)).code == Outcome.REDIRECTED_HOME


def test_a_service_that_is_busy_is_given_a_rest_and_the_site_is_not(standins):
    standins.services.mode = "busy"
    fetch = fetcher("scraperapi")
    failure(fetch)
    assert {host for host, _ in fetch.make_pace.holds} == {"api.scraperapi.com"}  # type: ignore[attr-defined]


def test_a_site_that_is_busy_is_given_a_rest_and_the_service_is_not(standins):
    standins.steam.store = "rate limited"
    fetch = fetcher("scraperapi")
    failure(fetch)
    assert {host for host, _ in fetch.make_pace.holds} == {SITE}  # type: ignore[attr-defined]


@ALL
def test_no_service_sees_another_sites_key(standins, service):
    """What carries a credential goes directly to whom it is for, as does what has headers of its own."""
    fetch = fetcher(service)
    fetch.conceal("token-0123456789+/")
    fetch.get(URL, params=None, headers={"Accept": "application/json"})
    fetch.get(f"https://{SITE}/appreviews/441", params={"cursor": "*", "num_per_page": "1", "k": "token-0123456789+/"})
    basic = "YXBwLWlkOmFwcC1zZWNyZXQtMDEyMzQ1Njc4OQ=="
    fetch.post("https://www.reddit.com/api/v1/access_token", {}, {"Authorization": f"Basic {basic}"})
    assert {seen.host for seen in standins.requests} == {SITE, "www.reddit.com"}

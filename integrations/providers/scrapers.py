"""Commercial services that fetch pages where one's own requests are turned away."""

from typing import Any

from integrations.providers.base import KEY, Field, Kind, Provider, api_key, bearer, by_parameter, has, is_spent

USED_FOR = "Pages of Amazon, Trustpilot, Yelp and IMDb, for projects that choose it under “Collecting”."


def _requests_are_spent(data: Any) -> bool:
    return is_spent(data["requestCount"], data["requestLimit"])


def _credits_are_spent(data: Any) -> bool:
    return is_spent(data["used_api_credit"], data["max_api_credit"])


def _is_suspended(data: Any) -> bool:
    return bool(data["status"] != "active")


def _is_apify_user(data: Any) -> bool:
    return has(data, "data") and has(data["data"], "id", "username")


SCRAPERS = (
    Provider(
        id="scraperapi",
        name="ScraperAPI",
        kind=Kind.SCRAPER,
        description="Fetches pages through proxies of its own, with scripts run if wanted.",
        website="https://www.scraperapi.com",
        key_url="https://dashboard.scraperapi.com",
        fields=(api_key(),),
        probe=by_parameter(
            "https://api.scraperapi.com/account",
            lambda data: has(data, "requestCount", "requestLimit"),
            is_used_up=_requests_are_spent,
        ),
        used_for=USED_FOR,
        features=("html", "render_js", "country", "premium_proxy"),
    ),
    Provider(
        id="apify",
        name="Apify",
        kind=Kind.SCRAPER,
        description="Runs scrapers that others have written, in its cloud.",
        website="https://apify.com",
        key_url="https://console.apify.com/settings/integrations",
        fields=(api_key(label="API token", prefix="apify_api_"),),
        probe=bearer("https://api.apify.com/v2/users/me", _is_apify_user),
        used_for=USED_FOR,
        features=("html", "render_js", "country", "premium_proxy"),
    ),
    Provider(
        id="scrapingbee",
        name="ScrapingBee",
        kind=Kind.SCRAPER,
        description="Fetches pages in a browser of its own, through proxies.",
        website="https://www.scrapingbee.com",
        key_url="https://app.scrapingbee.com/account/manage/api_key",
        fields=(api_key(),),
        probe=by_parameter(
            "https://app.scrapingbee.com/api/v1/usage",
            lambda data: has(data, "max_api_credit", "used_api_credit"),
            is_used_up=_credits_are_spent,
        ),
        used_for=USED_FOR,
        features=("html", "render_js", "country", "premium_proxy"),
    ),
    Provider(
        id="scrapingant",
        name="ScrapingAnt",
        kind=Kind.SCRAPER,
        description="Fetches pages in a browser of its own, through proxies.",
        website="https://scrapingant.com",
        key_url="https://app.scrapingant.com/dashboard",
        fields=(api_key(),),
        probe=None,
        used_for=USED_FOR,
        features=("html", "render_js", "country", "premium_proxy"),
    ),
    Provider(
        id="zyte",
        name="Zyte",
        kind=Kind.SCRAPER,
        description="One interface for pages, browsers and extracted data.",
        website="https://www.zyte.com",
        key_url="https://app.zyte.com/o/zyte-api/api-access",
        fields=(api_key(),),
        probe=None,
        used_for=USED_FOR,
        features=("html", "render_js", "country", "premium_proxy"),
    ),
    Provider(
        id="brightdata",
        name="Bright Data",
        kind=Kind.SCRAPER,
        description="Proxies of many kinds, and an unlocker for pages that resist.",
        website="https://brightdata.com",
        key_url="https://brightdata.com/cp/setting/users",
        fields=(
            api_key(),
            Field(name="zone", label="Zone", is_required=False, help="The zone of yours that requests go through."),
        ),
        probe=bearer(
            "https://api.brightdata.com/status", lambda data: has(data, "status", "customer"), is_used_up=_is_suspended
        ),
        used_for=USED_FOR,
        features=("html", "country"),
    ),
    Provider(
        id="oxylabs",
        name="Oxylabs",
        kind=Kind.SCRAPER,
        description="A scraper with ready sources for large shops and search engines.",
        website="https://oxylabs.io",
        key_url="https://dashboard.oxylabs.io",
        fields=(
            Field(name="username", label="Name of the API user"),
            Field(
                name="password",
                label="Password of the API user",
                is_secret=True,
                pattern=KEY,
                wanted="A password has at least 8 signs and no spaces.",
                help="Not the one of your account: API users are made on its dashboard.",
            ),
        ),
        probe=None,
        used_for=USED_FOR,
        features=("html", "render_js", "country"),
    ),
)

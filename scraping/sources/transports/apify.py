"""Apify: an actor is run for one page, ``cheerio-scraper``, or ``web-scraper`` where scripts are to be run.

``POST https://api.apify.com/v2/acts/apify~…/run-sync-get-dataset-items`` with a bearer token waits for the actor (300
seconds at most, we wait less) and answers with what it has found, which is what our page function gives: the address,
the status and the page. A page the actor could not have is an item with ``#error``. Failures are ``{"error": {"type",
"message"}}``: 401 for a bad token, 402 and 403 when the month's money is spent, 408 for too long, 400 when the run
failed. What a run costs is not said here. By its documentation; it could not be tried against the live service.
"""

from typing import Any

from integrations.outbound import Response
from scraping.sources.outcomes import Outcome
from scraping.sources.transports.base import Fetched
from scraping.sources.transports.service import Sent, Service, json_of

ACTS = "https://api.apify.com/v2/acts"
PLAIN = """async function pageFunction({ request, response, body }) {
    return { url: request.loadedUrl, status: response.statusCode, body: String(body) };
}"""
RENDERED = """async function pageFunction({ request, response }) {
    return { url: request.loadedUrl, status: response.status, body: document.documentElement.outerHTML };
}"""
SPENT = ("not-enough-usage", "monthly-usage", "usage-hard-limit")


class Apify(Service):
    id, name = "apify", "Apify"
    deadline = 180.0

    def request(self, url: str) -> Sent:
        actor, function = ("web-scraper", RENDERED) if self.options.render_js else ("cheerio-scraper", PLAIN)
        proxy: dict[str, Any] = {"useApifyProxy": True}
        proxy |= {"apifyProxyGroups": ["RESIDENTIAL"]} if self.options.premium else {}
        proxy |= {"apifyProxyCountry": self.options.country.upper()} if self.options.country else {}
        body = {
            "startUrls": [{"url": url}],
            "pageFunction": function,
            "proxyConfiguration": proxy,
            "maxRequestRetries": 2,
            "maxPagesPerCrawl": 1,
            "maxCrawlingDepth": 0,
        }
        headers = {"Authorization": f"Bearer {self.values['api_key']}"}
        return Sent(f"{ACTS}/apify~{actor}/run-sync-get-dataset-items", {"timeout": "150"}, headers, body)

    def read(self, url: str, answer: Response) -> Fetched:
        data = json_of(answer)
        if answer.status >= 400 or not isinstance(data, list):
            return self._refusal(answer, data)
        page = data[0] if data and isinstance(data[0], dict) else {}
        debug = page.get("#debug")
        status = page.get("status", debug.get("statusCode") if isinstance(debug, dict) else None)
        if not isinstance(status, int) or (page.get("#error") and status < 400):
            return self.failure(Outcome.NETWORK)
        where, body = str(page.get("url") or url), str(page.get("body") or "")
        return self.page(where, status, body.encode(), {"content-type": "text/html; charset=utf-8"})

    def _refusal(self, answer: Response, data: Any) -> Fetched:
        error = data.get("error") if isinstance(data, dict) else None
        kind = str(error.get("type")) if isinstance(error, dict) else ""
        if any(word in kind for word in SPENT):
            return self.failure(Outcome.QUOTA_EXCEEDED)
        return self.failure(Outcome.NETWORK, 400) if answer.status == 400 else self.refusal(answer)

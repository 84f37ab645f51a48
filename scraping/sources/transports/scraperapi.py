"""ScraperAPI: ``GET https://api.scraperapi.com/?url=``, the key in a header.

Answers with the site's page and status 200 or 404, with 500 when it had no success within 70 seconds, 401 for a bad
key (said to come with 200 as well), 403 when the credits are used up, 429 for too many requests at once.
``sa-credit-cost``, ``sa-statuscode`` and ``sa-final-url`` tell the price, the site's status and where the page came
from. By its documentation; it could not be tried against the live service.
"""

from integrations.outbound import Response
from scraping.sources.outcomes import Outcome
from scraping.sources.transports.base import Fetched
from scraping.sources.transports.service import Sent, Service, number


class ScraperAPI(Service):
    id, name = "scraperapi", "ScraperAPI"

    def request(self, url: str) -> Sent:
        params = {"url": url, "render": "true" if self.options.render_js else "false"}
        params |= {"country_code": self.options.country} if self.options.country else {}
        params |= {"premium": "true"} if self.options.premium else {}
        return Sent("https://api.scraperapi.com/", params, {"x-sapi-api_key": self.values["api_key"]})

    def read(self, url: str, answer: Response) -> Fetched:
        told = answer.headers.get("sa-statuscode", "")
        if answer.status == 403 and not told:
            return self.failure(Outcome.QUOTA_EXCEEDED)
        is_word = answer.body[:50].startswith(b"Unauthorized request")
        if is_word or not (told or answer.status in (200, 404, 410)):
            return self.refusal(answer)
        status = int(told) if told.isdigit() else answer.status
        where, cost = answer.headers.get("sa-final-url", url), number(answer.headers.get("sa-credit-cost"))
        return self.page(where, status, answer.body, _kept(answer), cost)


def _kept(answer: Response) -> dict[str, str]:
    kind = answer.headers.get("content-type")
    return {"content-type": kind} if kind else {}

"""ScrapingAnt: ``GET https://api.scrapingant.com/v2/general?url=``, the key in a header.

An answer with a page has ``Ant-page-status-code``, the site's own status, and ``Ant-credits-cost``. Others hold
``{"detail": "…"}``: 403 for a bad key and for no credits left, told apart by their words, 404 for a site that is not
reached, 409 for too many at once, 423 when the site noticed. By its documentation; it could not be tried against the
live service.
"""

from integrations.outbound import Response
from scraping.sources.outcomes import Outcome
from scraping.sources.transports.base import Fetched
from scraping.sources.transports.service import Sent, Service, number


class ScrapingAnt(Service):
    id, name = "scrapingant", "ScrapingAnt"

    def request(self, url: str) -> Sent:
        params = {"url": url, "browser": "true" if self.options.render_js else "false"}
        params |= {"proxy_country": self.options.country.upper()} if self.options.country else {}
        params |= {"proxy_type": "residential"} if self.options.premium else {}
        return Sent("https://api.scrapingant.com/v2/general", params, {"x-api-key": self.values["api_key"]})

    def read(self, url: str, answer: Response) -> Fetched:
        status = answer.headers.get("ant-page-status-code", "")
        if status.isdigit():
            kept = {"content-type": answer.headers.get("content-type", "text/html")}
            cost = number(answer.headers.get("ant-credits-cost"))
            return self.page(url, int(status), answer.body, kept, cost)
        if answer.status == 423:
            return self.failure(Outcome.BLOCKED)
        return self.refusal(answer)

"""ScrapingBee: ``GET https://app.scrapingbee.com/api/v1/?url=``, the key in the address.

``transparent_status_code`` hands on the site's own status. Answers that hold a page have ``Spb-initial-status-code``
and ``Spb-resolved-url``; those without are the service's own: 401 for a bad key and for no credits left, told apart by
their words, 429 for too many at once, 500 for no success. ``Spb-cost`` is the price. By its documentation; it could not
be tried against the live service.
"""

from integrations.outbound import Response
from scraping.sources.transports.base import Fetched
from scraping.sources.transports.service import Sent, Service, number


class ScrapingBee(Service):
    id, name = "scrapingbee", "ScrapingBee"
    deadline = 150.0

    def request(self, url: str) -> Sent:
        params = {
            "api_key": self.values["api_key"],
            "url": url,
            "render_js": "true" if self.options.render_js else "false",
            "transparent_status_code": "true",
        }
        params |= {"premium_proxy": "true"} if self.options.premium else {}
        params |= {"country_code": self.options.country} if self.options.country else {}
        return Sent("https://app.scrapingbee.com/api/v1/", params)

    def read(self, url: str, answer: Response) -> Fetched:
        if "spb-initial-status-code" not in answer.headers and "spb-resolved-url" not in answer.headers:
            return self.refusal(answer)
        where, cost = answer.headers.get("spb-resolved-url", url), number(answer.headers.get("spb-cost"))
        kept = {"content-type": answer.headers.get("content-type", "text/html")}
        return self.page(where, answer.status, answer.body, kept, cost)

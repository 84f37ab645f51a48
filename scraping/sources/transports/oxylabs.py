"""Oxylabs' Web Scraper API: ``POST https://realtime.oxylabs.io/v1/queries`` with the name and password of an API user.

``{"source": "universal", "url": …}`` is answered with ``{"results": [{"content", "status_code", "url"}]}``, where the
status is the site's own or one of the service's beyond 600. Countries go by their English names. 401 is a bad user, 403
one who may not, 429 both too much at once and nothing left, told apart by its words. What a page costs is not said. By
its documentation; it could not be tried against the live service.
"""

from typing import Any

from integrations.outbound import Response
from scraping.sources.outcomes import Outcome
from scraping.sources.transports.base import Fetched
from scraping.sources.transports.service import Sent, Service, json_of

OF_THE_SERVICE = 600  # and up: statuses that no site has
COUNTRIES = {
    "ae": "United Arab Emirates", "ar": "Argentina", "at": "Austria", "au": "Australia", "be": "Belgium",
    "bg": "Bulgaria", "br": "Brazil", "ca": "Canada", "ch": "Switzerland", "cl": "Chile", "cn": "China",
    "co": "Colombia", "cz": "Czechia", "de": "Germany", "dk": "Denmark", "ee": "Estonia", "eg": "Egypt", "es": "Spain",
    "fi": "Finland", "fr": "France", "gb": "United Kingdom", "gr": "Greece", "hk": "Hong Kong", "hr": "Croatia",
    "hu": "Hungary", "id": "Indonesia", "ie": "Ireland", "il": "Israel", "in": "India", "it": "Italy", "jp": "Japan",
    "kr": "South Korea", "lt": "Lithuania", "lu": "Luxembourg", "lv": "Latvia", "mx": "Mexico", "my": "Malaysia",
    "nl": "Netherlands", "no": "Norway", "nz": "New Zealand", "pe": "Peru", "ph": "Philippines", "pl": "Poland",
    "pt": "Portugal", "ro": "Romania", "sa": "Saudi Arabia", "se": "Sweden", "sg": "Singapore", "si": "Slovenia",
    "sk": "Slovakia", "th": "Thailand", "tr": "Turkey", "ua": "Ukraine", "us": "United States", "vn": "Vietnam",
    "za": "South Africa",
}  # fmt: skip


class Oxylabs(Service):
    id, name = "oxylabs", "Oxylabs"
    deadline = 180.0

    def request(self, url: str) -> Sent:
        body: dict[str, Any] = {"source": "universal", "url": url}
        body |= {"render": "html"} if self.options.render_js else {}
        body |= {"geo_location": COUNTRIES[self.options.country]} if self.options.country in COUNTRIES else {}
        headers = {"Authorization": f"Basic {self.basic()}"}
        return Sent("https://realtime.oxylabs.io/v1/queries", headers=headers, body=body)

    def read(self, url: str, answer: Response) -> Fetched:
        data = json_of(answer)
        results = data.get("results") if isinstance(data, dict) else None
        if answer.status != 200 or not isinstance(results, list) or not results or not isinstance(results[0], dict):
            return self.refusal(answer)
        page, status = results[0], results[0].get("status_code")
        if not isinstance(status, int) or status >= OF_THE_SERVICE or not isinstance(page.get("content"), str):
            return self.failure(Outcome.NETWORK, status if isinstance(status, int) else 0)
        where, kind = str(page.get("url") or url), {"content-type": "text/html; charset=utf-8"}
        return self.page(where, status, page["content"].encode(), kind)

"""Bright Data's Web Unlocker: ``POST https://api.brightdata.com/request`` with a bearer token and the name of a zone.

With ``format: raw`` the page itself is the answer, of status 200 whatever the site said: its own status is in
``x-brd-status-code``. What the service says itself has ``x-brd-error`` with a code beside it, but for a bad key (401)
and an unknown zone (400), which are refused before. The unlocker runs scripts when it thinks it has to; what a page
costs is not said. By its documentation; it could not be tried against the live service.
"""

from typing import Any

from integrations.outbound import Response
from scraping.sources.outcomes import Outcome
from scraping.sources.transports.base import Fetched
from scraping.sources.transports.service import BY_STATUS, Sent, Service

FIRST_ZONE = "web_unlocker1"  # as the service calls it unless one says otherwise
CODES = {"ub_bad_endpoint_robots": Outcome.ROBOTS_DISALLOWED, "reject_block": Outcome.BLOCKED}


class BrightData(Service):
    id, name = "brightdata", "Bright Data"
    deadline = 150.0

    def request(self, url: str) -> Sent:
        body: dict[str, Any] = {"zone": self.values.get("zone") or FIRST_ZONE, "url": url, "format": "raw"}
        body |= {"country": self.options.country} if self.options.country else {}
        headers = {"Authorization": f"Bearer {self.values['api_key']}"}
        return Sent("https://api.brightdata.com/request", headers=headers, body=body)

    def read(self, url: str, answer: Response) -> Fetched:
        told = answer.headers.get("x-brd-status-code", "")
        status = int(told) if told.isdigit() else answer.status
        if "x-brd-error" in answer.headers:
            code = answer.headers.get("x-brd-error-code", answer.headers.get("x-brd-err-code", ""))
            return self.failure(CODES.get(code) or self._meaning(answer, status), status)
        if answer.status == 400:  # before it went anywhere: the zone
            return self.failure(Outcome.INVALID_KEY)
        if answer.status != 200:
            return self.refusal(answer)
        return self.page(url, status, answer.body, {"content-type": answer.headers.get("content-type", "text/html")})

    def _meaning(self, answer: Response, status: int) -> Outcome:
        if "suspended" in answer.headers.get("x-brd-error", "").lower():
            return Outcome.QUOTA_EXCEEDED
        return Outcome.BLOCKED if status == 403 else BY_STATUS.get(status, Outcome.NETWORK)

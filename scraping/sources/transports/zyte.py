"""Zyte API: ``POST https://api.zyte.com/v1/extract`` with basic authentication, the key as the name.

The answer is JSON with the site's ``statusCode``, its ``url`` and the page: ``httpResponseBody`` in base64, or
``browserHtml`` where scripts are run. Failures are problem documents: 401 (``/auth/key-not-found``), 402 and 403 (no
money, account suspended), 429 (``/limits/over-user-limit``), 451 (a site it does not go to), 503, and 520 or 521 when
the site turned it away. What a page costs is not said. By its documentation; it could not be tried against the live
service.
"""

import base64
import binascii
from typing import Any

from integrations.outbound import Response
from scraping.sources.outcomes import Outcome
from scraping.sources.transports.base import Fetched
from scraping.sources.transports.service import Sent, Service, json_of

OWN_WORDS = {
    402: Outcome.QUOTA_EXCEEDED,
    403: Outcome.QUOTA_EXCEEDED,
    451: Outcome.BLOCKED,
    520: Outcome.BLOCKED,
    521: Outcome.BLOCKED,
}


class Zyte(Service):
    id, name = "zyte", "Zyte"
    deadline = 150.0

    def request(self, url: str) -> Sent:
        body: dict[str, Any] = {"url": url, "browserHtml": True} if self.options.render_js else self._plain(url)
        body |= {"geolocation": self.options.country.upper()} if self.options.country else {}
        body |= {"ipType": "residential"} if self.options.premium else {}
        return Sent("https://api.zyte.com/v1/extract", headers={"Authorization": f"Basic {self.basic()}"}, body=body)

    def read(self, url: str, answer: Response) -> Fetched:
        if answer.status in OWN_WORDS:
            return self.failure(OWN_WORDS[answer.status])
        data = json_of(answer)
        if answer.status != 200 or not isinstance(data, dict) or not isinstance(data.get("statusCode"), int):
            return self.refusal(answer)
        where = str(data.get("url") or url)
        if isinstance(data.get("browserHtml"), str):
            kind = {"content-type": "text/html; charset=utf-8"}
            return self.page(where, data["statusCode"], data["browserHtml"].encode(), kind)
        try:
            body = base64.b64decode(str(data.get("httpResponseBody") or ""), validate=True)
        except binascii.Error:
            return self.failure(Outcome.NETWORK)
        return self.page(where, data["statusCode"], body, _headers(data.get("httpResponseHeaders")))

    def _plain(self, url: str) -> dict[str, Any]:
        return {"url": url, "httpResponseBody": True, "httpResponseHeaders": True}


def _headers(told: Any) -> dict[str, str]:
    """Of the site: its kind of content, and what guards say of themselves. The page is unpacked already."""
    pairs = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    headers = {str(one.get("name")).lower(): str(one.get("value")) for one in pairs}
    return {name: value for name, value in headers.items() if name not in ("content-encoding", "content-length")}

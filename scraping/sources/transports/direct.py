"""From here to the site, with nobody between."""

from integrations.outbound import Outbound
from scraping.sources.transports.base import Fetched

ANSWER = 30.0  # seconds for one answer


class Direct:
    name = host = ""

    def fetch(self, url: str, outbound: Outbound) -> Fetched:
        return Fetched(outbound.request("GET", url, deadline=ANSWER))

    def secrets(self) -> tuple[str, ...]:
        return ()

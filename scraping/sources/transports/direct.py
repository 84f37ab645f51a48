"""From here to the site, with nobody between."""

from integrations.outbound import Outbound
from scraping.sources.transports.base import Brought

ANSWER = 30.0  # seconds for one answer


class Direct:
    name = host = ""

    def bring(self, url: str, outbound: Outbound) -> Brought:
        return Brought(outbound.request("GET", url, deadline=ANSWER))

    def secrets(self) -> tuple[str, ...]:
        return ()

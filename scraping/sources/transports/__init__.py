"""Ways to a page: directly, through a commercial service, or in a browser.

A transport brings the answer of a site, whatever its status; what the answer means is found out behind it. All of them
go out through the guard, ``integrations.outbound``. To add a commercial service: CONTRIBUTING.md.
"""

from scraping.sources.transports.base import Brought, Transport, Wish
from scraping.sources.transports.direct import Direct

__all__ = ["Brought", "Direct", "Transport", "Wish"]

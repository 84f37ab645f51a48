"""What a transport is."""

from dataclasses import dataclass
from typing import Protocol

from integrations.outbound import Outbound, Response
from scraping.sources.outcomes import Failure


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How somebody wants pages to be asked for, as far as a transport can."""

    country: str = ""  # two small letters
    render_js: bool = False
    premium: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """The site's answer, or why there is none: what stands between us and the site failed. ``credits`` were paid."""

    answer: Response | Failure
    credits: int = 0


class Transport(Protocol):
    """A way to a page."""

    @property
    def name(self) -> str:
        """As people know it; empty for the direct way."""

    @property
    def host(self) -> str:
        """Whose pace counts besides the site's; empty where nobody is between."""

    def fetch(self, url: str, outbound: Outbound) -> Fetched:
        """Ask for a page. Raises OutboundRefused."""

    def secrets(self) -> tuple[str, ...]:
        """What no message may show."""

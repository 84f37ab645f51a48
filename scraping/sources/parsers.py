"""The one place where sentimatrix's platform parsers are reached. Only single reviews are given to them: its
transport, paging and limits are not used.
"""

import functools
import logging
from collections.abc import Callable
from typing import Any

Parse = Callable[[Any], Any]
"""Raw data of one review, or its element of a page → ``sentimatrix.providers.base.Review``, or None when the parser
makes nothing of it."""


def steam(app_id: str) -> Parse:
    return functools.partial(_scraper("SteamScraper")._parse_review, app_id=app_id)


def reddit(post_id: str) -> Parse:
    return functools.partial(_scraper("RedditScraper")._parse_comment_data, post_id=post_id, depth=0)


def youtube(video_id: str) -> Parse:
    """Of a resource ``youtube#comment``."""
    return functools.partial(_scraper("YouTubeScraper")._parse_comment, video_id=video_id)


def amazon(asin: str) -> Parse:
    """Of an element ``[data-hook=review]``."""
    return functools.partial(_scraper("AmazonScraper")._parse_single_review, asin=asin)


def trustpilot(domain: str) -> Parse:
    """Of an ``article``."""
    return functools.partial(_scraper("TrustpilotScraper")._parse_single_review, company_id=domain)


def yelp(slug: str) -> Parse:
    """Of an element of the list of reviews."""
    return functools.partial(_scraper("YelpScraper")._parse_single_review, business_id=slug)


def imdb(title_id: str) -> Parse:
    """Of an ``article``."""
    return functools.partial(_scraper("IMDBScraper")._parse_single_review, title_id=title_id)


@functools.cache
def _scraper(name: str) -> Any:
    # Imported at first use: the package costs a second and 30 MB, which only workers that collect should pay.
    from sentimatrix.providers.scrapers import platforms

    _leave_logging_to_us()
    scraper = getattr(platforms, name)()
    if name == "IMDBScraper":
        scraper._imdb_config.include_spoilers = True  # else such reviews are passed over, without a word
    return scraper


def _leave_logging_to_us() -> None:
    """On import the package writes its own JSON to standard output and keeps its records to itself."""
    log = logging.getLogger("sentimatrix")
    log.handlers.clear()
    log.propagate = True

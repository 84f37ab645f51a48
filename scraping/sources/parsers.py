"""The one place where sentimatrix's platform parsers are reached. Only single reviews are given to them: its
transport, paging and limits are not used.
"""

import functools
import logging
from collections.abc import Callable
from typing import Any

Parse = Callable[[dict[str, Any]], Any]
"""Raw data of one review → ``sentimatrix.providers.base.Review``, or None when the parser makes nothing of it."""


def steam(app_id: str) -> Parse:
    return functools.partial(_steam()._parse_review, app_id=app_id)


def reddit(post_id: str) -> Parse:
    return functools.partial(_reddit()._parse_comment_data, post_id=post_id, depth=0)


@functools.cache
def _steam() -> Any:
    # Imported at first use: it costs a second and 30 MB, which only workers that collect should pay.
    from sentimatrix.providers.scrapers.platforms.steam import SteamScraper

    _leave_logging_to_us()
    return SteamScraper()


@functools.cache
def _reddit() -> Any:
    # Imported at first use, as above.
    from sentimatrix.providers.scrapers.platforms.reddit import RedditScraper

    _leave_logging_to_us()
    return RedditScraper()


def _leave_logging_to_us() -> None:
    """On import the package writes its own JSON to standard output and keeps its records to itself."""
    log = logging.getLogger("sentimatrix")
    log.handlers.clear()
    log.propagate = True

"""Reviews of a business on Yelp: the data laid into its pages, else the cards that are made of it.

``/biz/{slug}?start=N&sort_by=date_desc`` has ten reviews a page. The data is a cache of Apollo's in
``script[data-apollo-state]``: objects that point at one another, among them businesses with ``reviewCount`` and reviews
with ``encid``, ``text.full``, ``rating``, ``createdAt.utcDateTime`` and their ``business``, also of neighbours: the
page's own is named in ``meta[name=yelp-biz-id]``. Only what Yelp recommends is there. By the reports of others DataDome
guards it, so that a commercial service or a rendered page is needed as a rule; nothing here could be tried against the
live site.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from bs4 import BeautifulSoup, Tag

from results.documents import Segments
from results.ingest import Item
from scraping.sources import dates, diagnosis, markup, parsers
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Outcome
from scraping.sources.paging import Sheet, turn

SITE = "https://www.yelp.com"
PER_PAGE = 10
WALL = "Yelp shows further pages only to people who are signed in."
DATA = "script[data-apollo-state]"
USER = re.compile(r"[?&]userid=([\w-]{10,40})")
STARS = re.compile(r"([1-5]) star rating")


class YelpSource:
    platform = "yelp"
    newest_first = True

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        return turn(lambda cursor: _read(cursor, request, fetch), request, fetch, wall=WALL)


def _read(cursor: str, request: Request, fetch: Fetcher) -> Sheet:
    start = int(cursor or 0)
    wanted = {"sort_by": "date_desc", **({"start": str(start)} if start else {})}
    address = f"{SITE}/biz/{quote(request.external_id)}"
    response = fetch.get(address, params=wanted)
    document = markup.page(response, fetch)
    known = markup.data(document.select_one(DATA))
    business = markup.attribute(document.select_one("meta[name=yelp-biz-id]"), "content")
    total = _total(known, business, document)
    sheet = _from_data(known, business, address) if isinstance(known, dict) else Sheet([])
    if not sheet.items:
        sheet = _from_cards(document, request.external_id, address)
    if not sheet.items and not sheet.unread and not start and total != 0:
        raise fetch.stop(diagnosis.unexpected(response) if total is None else Outcome.LAYOUT_CHANGED)
    is_last = not sheet.items or (total is not None and start + PER_PAGE >= total)
    return Sheet(sheet.items, "" if is_last else str(start + PER_PAGE), total, sheet.unread)


def _total(known: Any, business: str, document: BeautifulSoup) -> int | None:
    """As the business says, or what describes it for search engines."""
    objects = known.values() if isinstance(known, dict) and business else ()
    for found in objects:
        count = markup.count(markup.find(found, "reviewCount"))
        if markup.find(found, "encid") == business and count is not None:
            return count
    for script in document.select('script[type="application/ld+json"]'):
        count = markup.count(markup.find(markup.data(script), "aggregateRating", "reviewCount"))
        if count is not None:
            return count
    return None


def _from_data(known: dict[str, Any], business: str, address: str) -> Sheet:
    found = [_whole(one, known) for one in known.values() if markup.find(one, "__typename") == "Review"]
    reviews = [one for one in found if not business or markup.find(one, "business", "encid") in (None, business)]
    items = [item for review in reviews if (item := _item(review, address))]
    return Sheet(items, unread=len(reviews) - len(items))


def _whole(review: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """A review with the objects it points at, as Apollo's older (``id``) and newer (``__ref``) caches do it."""
    return {name: _pointed_at(value, known) for name, value in review.items()}


def _pointed_at(value: Any, known: dict[str, Any]) -> Any:
    place = markup.find(value, "__ref") or markup.find(value, "id")
    return known.get(place, value) if isinstance(place, str) else value


def _item(review: dict[str, Any], address: str) -> Item | None:
    identity, words = review.get("encid"), markup.find(review, "text", "full")
    if not isinstance(identity, str) or not isinstance(words, str):
        return None
    rating = markup.count(review.get("rating"))
    return Item(
        external_id=identity,
        text=markup.plain(words),
        author=str(markup.find(review, "author", "displayName") or ""),
        url=f"{address}?hrid={identity}",
        rating=rating,
        rating_max=5.0 if rating is not None else None,
        published_at=dates.moment(markup.find(review, "createdAt", "utcDateTime")),
        language=str(markup.find(review, "text", "language") or ""),
        segments=_segments(review),
    )


def _segments(review: dict[str, Any]) -> Segments:
    said = {
        "location": markup.find(review, "author", "displayLocation"),
        "reviews_written": markup.count(markup.find(review, "author", "reviewCount")),
    }
    return {name: value for name, value in said.items() if isinstance(value, str | int) and value != ""}


def _from_cards(document: BeautifulSoup, slug: str, address: str) -> Sheet:
    """Where the data is gone, as behind services that take scripts out of pages."""
    cards = [card for card in document.select("[data-review-id], li") if card.select_one('p[class*="comment"]')]
    parse = parsers.yelp(slug)
    items = [item for card in cards if (item := _from_card(card, parse, address))]
    return Sheet(items, unread=len(cards) - len(items))


def _from_card(card: Tag, parse: parsers.Parse, address: str) -> Item | None:
    """The parser's findings, but for an id made of the text, a local date and lines that are run together. Where the
    review has no id its author's will do: Yelp keeps one review of each for a business."""
    user = USER.search(markup.attribute(card.select_one('a[href*="userid="]'), "href"))
    identity = markup.attribute(card, "data-review-id") or (user[1] if user else "")
    stars = STARS.search(markup.attribute(card.select_one('[aria-label*="star rating"]'), "aria-label"))
    review = parse(card)
    if not identity or review is None:
        return None
    words = [dates.day(markup.text(span)) for span in card.select("span") if len(span.get_text()) < 30]
    return Item(
        external_id=identity,
        text=markup.text(card.select_one('p[class*="comment"]')),
        author=str(review.author or ""),
        url=address,
        rating=float(stars[1]) if stars else None,
        rating_max=5.0 if stars else None,
        published_at=next((day for day in words if day), None),
    )

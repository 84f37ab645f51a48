"""Reviews of a company on Trustpilot: the data laid into its pages, else the cards that are made of it.

``/review/{domain}`` has twenty reviews a page, newest first with ``sort=recency``, in all languages with
``languages=all``. The data is in ``script#__NEXT_DATA__`` under ``props.pageProps``: ``businessUnit``, ``reviews`` and
``filters.pagination``. By the reports of others, Cloudflare guards it, and pages after the tenth lead to
``/users/connect``; nothing here could be tried against the live site.
"""

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

from results.documents import Segments
from results.ingest import Item
from scraping.sources import dates, diagnosis, markup, parsers
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.paging import Sheet, turn

SITE = "https://www.trustpilot.com"
WALL = "Trustpilot shows further pages only to people who are signed in."
DATA = "script#__NEXT_DATA__"
FILTERS = {"verified": {"verified": "true"}, **{f"{n}_star": {"stars": str(n)} for n in range(1, 6)}}


class TrustpilotSource:
    """Options: ``language``, by its code, and ``filter``, one of FILTERS."""

    platform = "trustpilot"
    newest_first = True

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        return turn(lambda cursor: _read(cursor, request, fetch), request, fetch, wall=WALL)


def _read(cursor: str, request: Request, fetch: Fetcher) -> Sheet:
    number = int(cursor or 1)
    wanted = {"languages": str(request.options.get("language") or "all"), "sort": "recency"}
    wanted |= FILTERS.get(str(request.options.get("filter")), {})
    if number > 1:
        wanted["page"] = str(number)
    response = fetch.get(f"{SITE}/review/{request.external_id}", params=wanted)
    document = markup.page(response, fetch)
    known = markup.find(markup.data(document.select_one(DATA)), "props", "pageProps")
    if isinstance(markup.find(known, "businessUnit"), dict) and isinstance(markup.find(known, "reviews"), list):
        return _from_data(known, number)
    sheet = _from_cards(document, request.external_id, number)
    if not sheet.items:
        raise fetch.stop(diagnosis.unexpected(response))
    return sheet


def _from_data(known: dict[str, Any], number: int) -> Sheet:
    reviews = known["reviews"]
    items = [item for review in reviews if (item := _item(review))]
    total = markup.count(markup.find(known, "filters", "pagination", "totalCount"))
    if total is None:
        total = markup.count(markup.find(known, "businessUnit", "numberOfReviews"))
    pages = markup.count(markup.find(known, "filters", "pagination", "totalPages"))
    is_last = not reviews or (pages is not None and number >= pages)
    return Sheet(items, "" if is_last else str(number + 1), total, len(reviews) - len(items))


def _item(review: Any) -> Item | None:
    identity, words = markup.find(review, "id"), markup.find(review, "text")
    if not isinstance(identity, str) or not identity or not isinstance(words, str | None):
        return None
    rating = markup.count(markup.find(review, "rating"))
    return Item(
        external_id=identity,
        text=(words or "").strip(),
        title=str(review.get("title") or ""),
        author=str(markup.find(review, "consumer", "displayName") or ""),
        url=f"{SITE}/reviews/{identity}",
        rating=rating,
        rating_max=5.0 if rating is not None else None,
        published_at=dates.moment(markup.find(review, "dates", "publishedDate")),
        language=str(review.get("language") or ""),
        segments=_segments(review),
    )


def _segments(review: dict[str, Any]) -> Segments:
    said = {
        "verified": markup.find(review, "labels", "verification", "isVerified"),
        "country": markup.find(review, "consumer", "countryCode"),
        "reviews_written": markup.count(markup.find(review, "consumer", "numberOfReviews")),
    }
    kept = {name: value for name, value in said.items() if isinstance(value, str | int) and value != ""}
    return {**kept, "replied": isinstance(review.get("reply"), dict)}


def _from_cards(document: BeautifulSoup, domain: str, number: int) -> Sheet:
    """Where the data is gone, as behind services that take scripts out of pages."""
    cards = document.select("article[data-service-review-card-paper], [data-review-id]")
    parse = parsers.trustpilot(domain)
    items = [item for card in cards if (item := _from_card(card, parse))]
    following = document.select_one('a[name="pagination-button-next"][href]')
    return Sheet(items, str(number + 1) if following else "", None, len(cards) - len(items))


def _from_card(card: Tag, parse: parsers.Parse) -> Item | None:
    """The parser's findings, but for an id made of the text, a local date and lines that are run together."""
    link = markup.attribute(card.select_one('a[href*="/reviews/"]'), "href")
    identity = markup.attribute(card, "data-review-id") or link.partition("/reviews/")[2].partition("?")[0]
    review = parse(card)
    if not identity or review is None:
        return None
    stars = markup.attribute(card.select_one("[data-service-review-rating]"), "data-service-review-rating")
    return Item(
        external_id=identity,
        text=markup.text(card.select_one("[data-service-review-text-typography]")) or str(review.text),
        title=str(review.metadata["title"] or ""),
        author=str(review.author or ""),
        url=f"{SITE}/reviews/{identity}",
        rating=float(stars) if stars.isdigit() else None,
        rating_max=5.0 if stars.isdigit() else None,
        published_at=dates.moment(markup.attribute(card.select_one("time"), "datetime")),
    )

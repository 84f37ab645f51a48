"""Reviews of a product on Amazon, in each of its countries: the list of reviews, else those on the product's page.

``/product-reviews/{asin}`` has ten reviews a page and ten pages, newest first with ``sortBy=recent``. Since autumn
2024 many visitors are asked to sign in for it; the page of the product (``/dp/{asin}``) still shows a dozen of the
reviews Amazon thinks best. Both by the reports of others: nothing here could be tried against the live site.
Names of parts (``data-hook``) have been renamed in 2025 in some countries; both names are known here.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from projects.platforms import AMAZON_COUNTRIES
from results.documents import Segments
from results.ingest import Item
from scraping.sources import dates, diagnosis, markup, parsers
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Outcome, SourceError
from scraping.sources.paging import Sheet, turn

LAST = 10  # Amazon shows no page after it
DOMAINS = {country: domain for domain, country in AMAZON_COUNTRIES.items()}
WALL = "Amazon shows no more reviews to people who are not signed in."
IDENTITY = re.compile(r"R[A-Z0-9]{9,20}$")
STAR_CLASS = re.compile(r"a-star-(\d)\b")
# What the parser knows parts by, and their newer names.
NAMES = {
    '[data-hook="reviewTitle"]': ("data-hook", "review-title"),
    '[data-hook="reviewText"]': ("data-hook", "review-body"),
    '[data-hook="cmps-review-star-rating"]': ("data-hook", "review-star-rating"),
}
FURTHER = "li.a-last a[href], [data-hook=show-more-button], [data-reviews-state-param]"
# Within a review: translations of what stands beside them, and buttons.
BESIDES = ".cr-translated-review-content, .a-expander-header, [data-hook=review-title] i"
STARS = ("one_star", "two_star", "three_star", "four_star", "five_star")
FILTERS = {
    "verified": {"reviewerType": "avp_only_reviews"},
    "positive": {"filterByStar": "positive"},
    "critical": {"filterByStar": "critical"},
    **{f"{number}_star": {"filterByStar": name} for number, name in enumerate(STARS, 1)},
}


class AmazonSource:
    """Options: ``country``, by its two letters, and ``filter``, one of FILTERS."""

    platform = "amazon"
    newest_first = True

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        domain = _domain(request)
        base = f"https://www.amazon.{domain}"
        return turn(lambda cursor: _read(cursor, base, request, fetch), request, fetch, wall=WALL)


def _domain(request: Request) -> str:
    """By the country that was chosen, else by the address."""
    domain = (urlsplit(request.url).hostname or "").removeprefix("www.amazon.")
    return DOMAINS.get(str(request.options.get("country")), domain if domain in AMAZON_COUNTRIES else "com")


def _read(cursor: str, base: str, request: Request, fetch: Fetcher) -> Sheet:
    number = int(cursor or 1)
    wanted = {"sortBy": "recent", "reviewerType": "all_reviews", "pageNumber": str(number)}
    wanted |= FILTERS.get(str(request.options.get("filter")), {})
    try:
        response = fetch.get(f"{base}/product-reviews/{request.external_id}/", params=wanted)
    except SourceError as error:
        if number > 1 or error.code != Outcome.LOGIN_REQUIRED or request.options.get("filter"):
            raise
        return _product(error, base, request, fetch)
    document = markup.page(response, fetch)
    items, unread = _reviews(document, base, request.external_id)
    total = _total(document)
    if not items and not unread and not _is_empty(document, total, number):
        raise fetch.stop(diagnosis.unexpected(response))
    goes_on = document.select_one(FURTHER) is not None
    following = str(number + 1) if goes_on and number < LAST else ""
    return Sheet(items, following, total, unread, is_whole=not goes_on or number < LAST)


def _product(error: SourceError, base: str, request: Request, fetch: Fetcher) -> Sheet:
    """What everybody is shown; ``error`` is raised when that is nothing of what there is."""
    response = fetch.get(f"{base}/dp/{request.external_id}")
    document = markup.page(response, fetch)
    if not document.select_one("#productTitle"):
        raise fetch.stop(diagnosis.unexpected(response))
    items, unread = _reviews(document, base, request.external_id)
    if not items and document.select_one("#acrCustomerReviewText"):
        raise error
    note = (
        "Amazon shows the list of reviews only to people who are signed in: those on the page of the product were "
        "read instead, about a dozen that Amazon has picked. With a commercial service there may be more."
    )
    return Sheet(items, unread=unread, notes=[note], is_whole=False)


def _reviews(document: BeautifulSoup, base: str, asin: str) -> tuple[list[Item], int]:
    parse = parsers.amazon(asin)
    cards = document.select("[data-hook=review]")
    items = [item for card in cards if (item := _item(card, parse, base))]
    return items, len(cards) - len(items)


def _item(card: Tag, parse: parsers.Parse, base: str) -> Item | None:
    """The parser's findings, but for what it gets wrong: its id is made of the text, stars and dates are English, lines
    are run together, and a review without words is none."""
    identity = IDENTITY.search(markup.attribute(card, "id"))
    markup.dress(card, NAMES)
    rating = _stars(card)
    for part in card.select(BESIDES):
        part.extract()
    body = card.select_one("[data-hook=review-body]")
    words = markup.text(body)
    if body and not words:
        body.append("…")  # of nothing the parser makes nothing
    review = parse(card)
    if identity is None or review is None:
        return None
    return Item(
        external_id=identity[0],
        text=words,
        title=str(review.metadata["title"] or ""),
        author=str(review.author or ""),
        url=f"{base}/gp/customer-reviews/{identity[0]}",
        rating=rating,
        rating_max=5.0 if rating else None,
        published_at=dates.day(markup.text(card.select_one("[data-hook=review-date]"))),
        segments=_segments(card, verified=bool(review.metadata["verified_purchase"])),
    )


def _stars(card: Tag) -> float | None:
    """By the class, since the words are of the country's language: “5つ星のうち4.0”."""
    stars = card.select_one("[data-hook=review-star-rating]")
    match = STAR_CLASS.search(" ".join(stars.get_attribute_list("class"))) if stars else None
    return float(match[1]) if match else None


def _segments(card: Tag, *, verified: bool) -> Segments:
    variant = card.select_one("[data-hook=format-strip]")
    for between in variant.select("i") if variant else ():
        between.replace_with(" | ")
    helpful = markup.counts(markup.text(card.select_one("[data-hook=helpful-vote-statement]")))
    said: Segments = {"verified": verified}
    if words := markup.text(variant):
        said["variant"] = words
    if helpful:
        said["helpful_votes"] = helpful[0]
    return said


def _total(document: BeautifulSoup) -> int | None:
    """“1,234 total ratings, 56 with reviews”: the last number counts what can be read."""
    numbers = markup.counts(markup.text(document.select_one("[data-hook=cr-filter-info-review-rating-count]")))
    return numbers[-1] if numbers else None


def _is_empty(document: BeautifulSoup, total: int | None, number: int) -> bool:
    """Whether it is the known list, with nothing in it."""
    if not document.select_one("#cm_cr-review_list"):
        return False
    return number > 1 or total == 0 or document.select_one(".no-reviews-section") is not None

"""Reviews of a title on IMDb: the first page as it is shown, and what its button for more asks for.

``/title/{id}/reviews/`` holds 25 reviews as data in ``script#__NEXT_DATA__`` under ``props.pageProps.contentData``: as
a list ``reviews`` of ``{"review": …}`` (2026), or below ``data.title.reviews`` as ``edges`` with a ``pageInfo`` (2024).
More is read from ``caching.graphql.imdb.com`` by the name of a stored question, as the page itself does; its hash
changes when IMDb wants it to. By the reports of others a guard of Amazon's stands before the pages since 2026, which a
rendered page or a commercial service passes; nothing here could be tried against the live site.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bs4 import BeautifulSoup, Tag

from results.documents import Segments
from results.ingest import Item
from scraping.sources import dates, diagnosis, markup, parsers
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Outcome
from scraping.sources.paging import Sheet, turn

SITE = "https://www.imdb.com"
MORE = "https://caching.graphql.imdb.com/"
QUESTION = "TitleReviewsRefine"
HASH = "d389bc70c27f09c00b663705f0112254e8a7c75cde1cfd30e63a2d98c1080c87"
PER_PAGE = 25
AFRESH = "first"  # the cursor of a second page without a place to go on from: it begins again, in larger steps
WALL = "IMDb shows further reviews only to people who are signed in."
DATA = "script#__NEXT_DATA__"
IDENTITY = re.compile(r"rw\d{5,}")
NAMES = {
    ".ipc-html-content-inner-div": ("data-testid", "review-text"),
    '[data-testid="author-link"]': ("data-testid", "review-author"),
    '[data-testid="review-summary"]': ("data-testid", "review-title"),
}
CARDS = "article.user-review-item, [data-testid=review-card], .lister-item.mode-detail"


class ImdbSource:
    """Options: ``filter``, which is empty or ``no_spoilers``."""

    platform = "imdb"
    newest_first = True

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        return turn(lambda cursor: _read(cursor, request, fetch), request, fetch, wall=WALL)


def _read(cursor: str, request: Request, fetch: Fetcher) -> Sheet:
    return _further(cursor, request, fetch) if cursor else _first(request, fetch)


def _first(request: Request, fetch: Fetcher) -> Sheet:
    wanted = {"sort": "submission_date,desc"}
    if _without_spoilers(request):
        wanted["spoilers"] = "EXCLUDE"
    response = fetch.get(f"{SITE}/title/{request.external_id}/reviews/", params=wanted)
    document = markup.page(response, fetch)
    total = _total(document)
    content = markup.find(markup.data(document.select_one(DATA)), "props", "pageProps", "contentData")
    sheet = _from_data(content, total) or _from_cards(document, request.external_id, total)
    if not sheet.items and not sheet.unread and sheet.total != 0:
        raise fetch.stop(diagnosis.unexpected(response) if content is None else Outcome.LAYOUT_CHANGED)
    return sheet


def _further(cursor: str, request: Request, fetch: Fetcher) -> Sheet:
    asked = {
        "const": request.external_id,
        "filter": {"spoiler": "EXCLUDE"} if _without_spoilers(request) else {},
        "first": PER_PAGE if cursor != AFRESH else 2 * PER_PAGE,
        "locale": "en-US",
        "sort": {"by": "SUBMISSION_DATE", "order": "DESC"},
        **({"after": cursor} if cursor != AFRESH else {}),
    }
    stored = {"persistedQuery": {"sha256Hash": HASH, "version": 1}}
    parameters = {"operationName": QUESTION, "variables": _compact(asked), "extensions": _compact(stored)}
    answer = fetch.json(MORE, params=parameters, headers={"Content-Type": "application/json"})
    listed = markup.find(answer, "data", "title", "reviews")
    if not isinstance(markup.find(listed, "edges"), list):
        raise fetch.stop(Outcome.LAYOUT_CHANGED)
    return _from_list(listed)


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))


def _without_spoilers(request: Request) -> bool:
    return request.options.get("filter") == "no_spoilers"


def _total(document: BeautifulSoup) -> int | None:
    numbers = markup.counts(markup.text(document.select_one("[data-testid=tturv-total-reviews]")))
    return numbers[0] if numbers else None


def _from_data(content: Any, total: int | None) -> Sheet | None:
    """None when it is not there in a known form."""
    listed = markup.find(content, "data", "title", "reviews")
    if isinstance(markup.find(listed, "edges"), list):
        return _from_list(listed)
    reviews = markup.find(content, "reviews")
    if not isinstance(reviews, list):
        return None
    items = [item for entry in reviews if (item := _item(markup.find(entry, "review")))]
    return Sheet(items, _more(reviews, total), total, len(reviews) - len(items))


def _more(shown: Sequence[Any], total: int | None) -> str:
    """The cursor after a page that does not say how to go on."""
    return AFRESH if len(shown) < (total or 0) or len(shown) >= PER_PAGE else ""


def _from_list(listed: dict[str, Any]) -> Sheet:
    edges = listed["edges"]
    items = [item for edge in edges if (item := _item(markup.find(edge, "node")))]
    following = markup.find(listed, "pageInfo", "endCursor") if markup.find(listed, "pageInfo", "hasNextPage") else ""
    return Sheet(items, str(following or ""), markup.count(listed.get("total")), len(edges) - len(items))


def _item(review: Any) -> Item | None:
    """Of either form."""
    identity = markup.find(review, "reviewId") or markup.find(review, "id")
    words = markup.find(review, "reviewText") or markup.find(review, "text", "originalText", "plaidHtml")
    if not isinstance(identity, str) or not isinstance(words, str):
        return None
    name = markup.find(review, "author", "username", "text") or markup.find(review, "author", "nickName")
    title = review.get("reviewSummary") or markup.find(review, "summary", "originalText")
    rating = markup.count(review.get("authorRating"))
    helpful = markup.count(markup.find(review, "helpfulness", "upVotes"))
    segments: Segments = {"spoiler": bool(review.get("spoiler"))}
    if helpful is not None:
        segments["helpful_votes"] = helpful
    return Item(
        external_id=identity,
        text=markup.plain(words),
        title=markup.plain(str(title or "")),
        author=str(name or ""),
        url=f"{SITE}/review/{identity}/",
        rating=rating,
        rating_max=10.0 if rating is not None else None,
        published_at=dates.day(str(review.get("submissionDate") or "")),
        segments=segments,
    )


def _from_cards(document: BeautifulSoup, title: str, total: int | None) -> Sheet:
    """Where the data is gone, as behind services that take scripts out of pages."""
    cards = document.select(CARDS)
    parse = parsers.imdb(title)
    items = [item for card in cards if (item := _from_card(card, parse))]
    return Sheet(items, _more(cards, total), total, len(cards) - len(items))


def _from_card(card: Tag, parse: parsers.Parse) -> Item | None:
    """The parser's findings, but for an id made of the text, a local date and lines that are run together."""
    markup.dress(card, NAMES)
    link = IDENTITY.search(markup.attribute(card.select_one('a[href*="/review/rw"]'), "href"))
    identity = markup.attribute(card, "data-review-id") or (link[0] if link else "")
    review = parse(card)
    if not identity or review is None:
        return None
    stars = markup.counts(markup.text(card.select_one(".ipc-rating-star--rating, .rating-other-user-rating span")))
    return Item(
        external_id=identity,
        text=markup.text(card.select_one("[data-testid=review-text], .content .text")),
        title=str(review.metadata["review_title"] or ""),
        author=str(review.author or ""),
        url=f"{SITE}/review/{identity}/",
        rating=float(stars[0]) if stars else None,
        rating_max=10.0 if stars else None,
        published_at=dates.day(markup.text(card.select_one(".review-date"))),
        segments={"spoiler": bool(review.metadata["has_spoiler"])},
    )

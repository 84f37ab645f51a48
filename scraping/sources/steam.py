"""Reviews of a game on Steam: the keyless Web API, and the store's older address where that is still answered.

``IUserReviewsService/GetAppReviews/v1`` takes one parameter, ``input_json``: ``filter`` 1 = by time of creation,
``purchase_type`` 1 = wherever bought, ``review_type`` 0 = up and down, ``languages`` a list (empty means English),
``num_per_page`` up to 100, ``cursor`` from the second page on. The answer is ``{"response": {"query_summary",
"reviews", "cursor"}}``. This was gathered from public programs that use it (autumn 2026) and could not be tried
against the live service; neither could what it answers for a game that does not exist, nor whether it leaves out
fields that are false or zero, so a missing ``voted_up`` is taken as unknown here and never as a thumb up.

The older ``store.steampowered.com/appreviews/{id}`` has the same fields without the envelope. It was announced to be
switched off in October 2026 and is said to lead to the store's home page since.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from projects.options import STEAM_LANGUAGES
from results.ingest import Item
from scraping.sources import parsers
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Outcome, SourceError

SERVICE = "https://api.steampowered.com/IUserReviewsService/GetAppReviews/v1/"
STORE = "https://store.steampowered.com/appreviews/"
PER_PAGE = 100
START = "*"
# What the service may say when it is the service that is missing, and not the game or our welcome.
SERVICE_MISSING = (Outcome.NOT_FOUND, Outcome.LAYOUT_CHANGED)
NO_OTHER_WAY = (Outcome.RATE_LIMITED, Outcome.TOO_LARGE)
FLAGS = {  # ours → Steam's
    "early_access": "written_during_early_access",
    "received_for_free": "received_for_free",
    "steam_deck": "primarily_steam_deck",
}

Review = dict[str, Any]


class SteamSource:
    platform = "steam"
    newest_first = True

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        """A cursor of ours is the address in use and Steam's own cursor: ``service AoJ4+…``."""
        address, _, cursor = request.cursor.partition(" ")
        if address:
            yield from _pages(address, cursor, request, fetch)
            return
        newer = _pages("service", START, request, fetch)
        try:
            first = next(newer, None)
        except SourceError as error:
            if error.code in NO_OTHER_WAY:
                raise
            yield from _older(error, request, fetch)
            return
        if first:
            yield first
            yield from newer


def _older(error: SourceError, request: Request, fetch: Fetcher) -> Iterator[Page]:
    """The same from the store. If that fails too, the error of the two that says more."""
    older = _pages("store", START, request, fetch)
    try:
        first = next(older, None)
    except SourceError as second:
        raise (second if error.code in SERVICE_MISSING else error) from second
    if first:
        note = (
            f"Steam's review service failed ({error.code.label.lower()}); the store's older address was read instead."
        )
        yield replace(first, notes=[note, *first.notes])
        yield from older


def _pages(address: str, cursor: str, request: Request, fetch: Fetcher) -> Iterator[Page]:
    """Until Steam has no more: an empty page, no next cursor, or one that was there before, which would go round."""
    parse = parsers.steam(request.external_id)
    seen: set[str] = set()
    cursors = {cursor}
    while True:
        answer = _ask(address, cursor, request, fetch)
        reviews = [review for review in answer.get("reviews") or [] if isinstance(review, dict)]
        items = [item for review in reviews if (item := _item(review, parse, request.external_id))]
        if reviews and not items:
            raise fetch.stop(Outcome.LAYOUT_CHANGED)
        fresh = [item for item in items if item.external_id not in seen]
        if not fresh:
            return
        seen |= {item.external_id for item in fresh}
        unread = len(reviews) - len(items)
        following = str(answer.get("cursor") or "")
        yield Page(
            items=fresh,
            cursor=f"{address} {following}",
            reported_total=_total(answer),
            notes=[f"{unread} reviews of a page could not be read."] if unread else [],
            is_whole=not unread,
        )
        if not following or following in cursors:
            return
        cursors.add(following)
        cursor = following


def _ask(address: str, cursor: str, request: Request, fetch: Fetcher) -> dict[str, Any]:
    """One page of data. An answer without reviews is believed only when it counts none itself."""
    size = min(PER_PAGE, request.max_results or PER_PAGE)
    if address == "service":
        data = fetch.json(SERVICE, params={"input_json": _input(request, cursor, size)})
    else:
        data = fetch.json(f"{STORE}{request.external_id}", params=_query(request, cursor, size))
    body = data.get("response", data) if isinstance(data, dict) else None
    if not isinstance(body, dict) or not ("reviews" in body or body.get("query_summary")):
        missing = isinstance(body, dict) and body.get("success", 1) != 1
        raise fetch.stop(Outcome.NOT_FOUND if missing else Outcome.LAYOUT_CHANGED)
    return body


def _input(request: Request, cursor: str, size: int) -> str:
    asked: dict[str, Any] = {
        "appid": int(request.external_id),
        "filter": 1,
        "languages": [_language(request)],
        "review_type": 0,
        "purchase_type": 1,
        "num_per_page": size,
        "filter_offtopic_activity": False,
    }
    return json.dumps(asked if cursor == START else {**asked, "cursor": cursor}, separators=(",", ":"))


def _query(request: Request, cursor: str, size: int) -> dict[str, str]:
    return {
        "json": "1",
        "filter": "recent",
        "language": _language(request),
        "review_type": "all",
        "purchase_type": "all",
        "num_per_page": str(size),
        "filter_offtopic_activity": "0",
        "cursor": cursor,
    }


def _language(request: Request) -> str:
    """In Steam's words, such as ``english`` or ``schinese``."""
    word, _ = STEAM_LANGUAGES.get(str(request.options.get("language")), ("all", ""))
    return word


def _item(data: Review, parse: parsers.Parse, app_id: str) -> Item | None:
    """The parser's findings, without what it gets wrong: local times, lines run together, a thumb up where there is
    no thumb, and nothing at all for a review without words."""
    identity = str(data.get("recommendationid") or "")
    is_up = data.get("voted_up")
    review = parse(data)
    if not identity or (review is None and (data.get("review") or not isinstance(data.get("author"), dict))):
        return None
    author = data["author"] if isinstance(data.get("author"), dict) else {}
    steam_id = str(author.get("steamid") or "")
    rating = (5.0 if is_up else 1.0) if review is None else review.rating
    return Item(
        external_id=identity,
        text=str(data.get("review") or "").strip(),
        author=str(author.get("personaname") or steam_id),
        url=f"https://steamcommunity.com/profiles/{steam_id}/recommended/{app_id}/" if steam_id.isdigit() else "",
        rating=rating if isinstance(is_up, bool) else None,
        rating_max=5.0 if isinstance(is_up, bool) else None,
        published_at=_moment(data.get("timestamp_created")),
        language=str(data.get("language") or ""),
        segments=_segments(data, author),
    )


def _segments(data: Review, author: dict[str, Any]) -> dict[str, str | float | bool]:
    """What Steam says of who wrote it, as far as it does: how long they had played then, and how they got the game."""
    said: dict[str, str | float | bool] = {
        name: data[field] for name, field in FLAGS.items() if isinstance(data.get(field), bool)
    }
    minutes = author.get("playtime_at_review", author.get("playtime_forever"))
    if isinstance(minutes, int | float) and not isinstance(minutes, bool):
        said["playtime_hours"] = round(minutes / 60, 1)
    if isinstance(data.get("steam_purchase"), bool):
        said["purchase"] = "steam" if data["steam_purchase"] else "elsewhere"
    return said


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _total(answer: dict[str, Any]) -> int | None:
    """How many reviews there are in all, which Steam says on the first page only."""
    summary = answer.get("query_summary")
    total = summary.get("total_reviews") if isinstance(summary, dict) else None
    return total if isinstance(total, int) and total > 0 else None

"""Reviews of a place on Google: all of them through SerpApi, or the five that Google itself gives.

SerpApi (``engine=google_maps_reviews``) knows places by their place id or by their feature id (``0x…:0x…``). Its first
page has 8 reviews, further ones up to 20 where ``num`` asks for them; ``next_page_token`` leads on. It takes the key in
the address alone, so the key is concealed. Places API (New), ``/v1/places/{id}``, gives five reviews and the number of
all; which five is Google's choice. By their references; neither could be tried against the live service. The parsers of
sentimatrix are not used: they leave out reviews without words, make ids of the text, and give dates in local time.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from integrations import needs
from integrations.outbound import Response
from projects.choices import Platform
from projects.platforms import PLACE_ID
from results.ingest import Item
from scraping.sources import googleapis
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Failure, Outcome, SourceError

SERPAPI = "https://serpapi.com/search.json"
PLACES = "https://places.googleapis.com/v1/places"
FIELDS = "id,userRatingCount,googleMapsUri,reviews"
FEATURE_ID = re.compile(r"0x[0-9a-f]{1,16}:0x[0-9a-f]{1,16}")
PER_PAGE = "20"
STARS = 5.0
NO_KEY = f"{needs.WANTED[Platform.GOOGLE]} Then run again."
NO_PLACE_ID = (
    "The address does not say the place's id. Copy it from Google Maps after opening the place, or paste its id."
)
NOTHING_FOUND = "hasn't returned any results"

Data = dict[str, Any]


class GoogleSource:
    """Options: ``language``, a code. The keys are those of the providers ``serpapi`` and ``google_places``."""

    platform = "google"
    newest_first = True

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        """A cursor is SerpApi's token of the page to come; Google itself gives one page."""
        serpapi, places = (request.keys.get(one, {}).get("api_key", "") for one in ("serpapi", "google_places"))
        if not serpapi and not places:
            raise SourceError(Outcome.INVALID_KEY, NO_KEY)
        fetch.conceal(serpapi, places)
        if serpapi and (where := _place(request.external_id)):
            yield from _through_serpapi(serpapi, where, request, fetch)
        elif places and PLACE_ID.fullmatch(request.external_id):
            yield from _from_google(places, request, fetch)
        else:
            raise SourceError(Outcome.UNSUPPORTED, NO_PLACE_ID)


def _place(identity: str) -> dict[str, str]:
    """How SerpApi is told which place; empty for one that is known by its name or number alone."""
    if PLACE_ID.fullmatch(identity):
        return {"place_id": identity}
    return {"data_id": identity} if FEATURE_ID.fullmatch(identity) else {}


def _through_serpapi(key: str, where: dict[str, str], request: Request, fetch: Fetcher) -> Iterator[Page]:
    token, total = request.cursor, None
    asked = {"engine": "google_maps_reviews", **where, "sort_by": "newestFirst", **_language(request, "hl")}
    while True:
        more = {"next_page_token": token, "num": PER_PAGE} if token else {}
        answer = fetch.json(SERPAPI, params={**asked, **more, "api_key": key}, explain=_explain)
        reviews = _reviews(answer, fetch)
        total = _count(answer.get("place_info"), "reviews") if not token else None
        token = str((answer.get("serpapi_pagination") or {}).get("next_page_token") or "")
        items = [item for review in reviews if (item := _serpapi_item(review))]
        if reviews and not items:
            raise fetch.stop(Outcome.LAYOUT_CHANGED)
        yield Page(items, token, total)
        if not token or not items:
            return


def _reviews(answer: Any, fetch: Fetcher) -> list[Data]:
    """SerpApi puts errors, and that there is nothing, into answers of status 200."""
    if not isinstance(answer, dict):
        raise fetch.stop(Outcome.LAYOUT_CHANGED)
    error, reviews = str(answer.get("error") or ""), answer.get("reviews")
    if isinstance(reviews, list):
        return [review for review in reviews if isinstance(review, dict)]
    if NOTHING_FOUND in error or (not error and isinstance(answer.get("place_info"), dict)):
        return []
    raise fetch.stop(Outcome.LAYOUT_CHANGED)


def _explain(response: Response) -> Failure | None:
    """SerpApi's errors: ``{"error": "…"}``, with 401 for a bad key and 429 for both too much and nothing left."""
    try:
        said = str(response.json().get("error") or "")
    except (ValueError, RecursionError, AttributeError):
        return None
    if "Invalid API key" in said:
        return Failure(Outcome.INVALID_KEY, provider="serpapi")
    if "run out of searches" in said:
        return Failure(Outcome.QUOTA_EXCEEDED, "The searches of this month are used up at SerpApi.", provider="serpapi")
    if response.status == 400:
        return Failure(Outcome.NOT_FOUND, "SerpApi knows no such place.")
    return None


def _serpapi_item(data: Data) -> Item | None:
    identity, user = str(data.get("review_id") or ""), data.get("user")
    if not identity:
        return None
    extracted = data.get("extracted_snippet")
    original = extracted.get("original") if isinstance(extracted, dict) else None  # what is not translated
    return Item(
        external_id=identity,
        text=str(original or data.get("snippet") or "").strip(),
        author=str(user.get("name") or "") if isinstance(user, dict) else "",
        url=str(data.get("link") or ""),
        rating=_stars(data.get("rating")),
        rating_max=STARS,
        published_at=_moment(data.get("iso_date")),
        segments={"local_guide": bool(user.get("local_guide"))} if isinstance(user, dict) else {},
    )


def _from_google(key: str, request: Request, fetch: Fetcher) -> Iterator[Page]:
    headers = {"X-Goog-Api-Key": key, "X-Goog-FieldMask": FIELDS}
    url, asked = f"{PLACES}/{request.external_id}", _language(request, "languageCode")
    answer = fetch.json(url, params=asked, headers=headers, explain=googleapis.explain("google_places"))
    if not isinstance(answer, dict) or "id" not in answer:
        raise fetch.stop(Outcome.LAYOUT_CHANGED)
    reviews = [review for review in answer.get("reviews") or [] if isinstance(review, dict)]
    items = [item for review in reviews if (item := _places_item(review))]
    if reviews and not items:
        raise fetch.stop(Outcome.LAYOUT_CHANGED)
    if total := _count(answer, "userRatingCount"):
        said = f"Google gives {len(items)} of its {total:,} reviews, which it picks itself."
        note = f"{said} With a key for SerpApi there are all of them."
        yield Page(items, "", total, [note], is_whole=False)


def _places_item(data: Data) -> Item | None:
    """The text as it was written, not Google's translation of it."""
    identity, author = str(data.get("name") or "").rpartition("/")[2], data.get("authorAttribution")
    said: Data = next((data[one] for one in ("originalText", "text") if isinstance(data.get(one), dict)), {})
    if not identity:
        return None
    return Item(
        external_id=identity,
        text=str(said.get("text") or "").strip(),
        author=str(author.get("displayName") or "") if isinstance(author, dict) else "",
        url=str(data.get("googleMapsUri") or ""),
        rating=_stars(data.get("rating")),
        rating_max=STARS,
        published_at=_moment(data.get("publishTime")),
        language=str(said.get("languageCode") or ""),
    )


def _stars(rating: object) -> float | None:
    return float(rating) if isinstance(rating, int | float) else None


def _language(request: Request, name: str) -> dict[str, str]:
    language = str(request.options.get("language") or "")
    return {name: language} if language else {}


def _count(data: object, name: str) -> int | None:
    count = data.get(name) if isinstance(data, dict) else None
    return count if isinstance(count, int) and count > 0 else None


def _moment(text: object) -> datetime | None:
    """RFC 3339, of which Google writes up to nine digits of a second."""
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(text))).astimezone(UTC)
    except ValueError:
        return None

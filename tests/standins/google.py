"""Google Places (New), which gives five reviews of a place, and SerpApi, which gives all of them page by page."""

from typing import Any

from aiohttp import web

from tests.standins import pages
from tests.standins.youtube import GOOD, error

PLACE = "ChIJN1t_tDeuEmsRUsoyG83frY4"
FEATURE = "0x6b12ae37b47f5b37:0x8eaddfcd1b32ca52"
TOTAL, FIRST, MORE = 45, 8, 20
TEXTS = (
    "Lovely staff and the best coffee in town.",
    "They asked me to sign in to continue. A captcha for a coffee!",
    "Fine.",
    "Cold food & rude service.",
)


def when(number: int) -> str:
    return f"2026-03-{28 - number % 28:02}T09:08:07Z"


def google_review(number: int) -> dict[str, Any]:
    return {
        "name": f"places/{PLACE}/reviews/ChdDSUhN{number:03}",
        "relativePublishTimeDescription": "a month ago",
        "rating": 5 - number % 5,
        "text": {"text": f"(Translated) {number}", "languageCode": "en"},
        "originalText": {"text": f"{TEXTS[number % len(TEXTS)]} ({number})", "languageCode": "de"},
        "authorAttribution": {"displayName": f"Guest {number}", "uri": f"https://www.google.com/maps/contrib/{number}"},
        "publishTime": f"2026-03-{28 - number % 28:02}T09:08:07.123456789Z",
        "googleMapsUri": f"https://www.google.com/maps/reviews/{number}",
    }


def serpapi_review(number: int) -> dict[str, Any]:
    text = f"{TEXTS[number % len(TEXTS)]} ({number})"
    review = {
        "link": f"https://www.google.com/maps/reviews/{number}",
        "rating": float(5 - number % 5),
        "date": "a month ago",
        "iso_date": when(number),
        "iso_date_of_last_edit": when(number),
        "source": "Google",
        "review_id": f"ChdDSUhN{number:03}",
        "user": {"name": f"Guest {number}", "contributor_id": str(number), "local_guide": True, "reviews": 3},
        "snippet": text,
        "likes": 0,
    }
    if number == 1:  # one that was translated for the reader
        return {**review, "snippet": "(Translated)", "extracted_snippet": {"original": text, "translated": "…"}}
    if number == 2:  # stars without a word
        return {name: value for name, value in review.items() if name != "snippet"}
    return review


class Google:
    """``mode`` is how both answer: ok, empty, quota, disabled (the interface is not enabled for the key), bare, and
    those of ``pages``."""

    hosts = ("places.googleapis.com", "serpapi.com")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.mode = "ok"
        self.total = TOTAL

    async def answer(self, request: web.Request) -> web.StreamResponse | None:
        """None for the test of a key, which asks for nothing but an id, or for the account."""
        if request.headers.get("X-Goog-FieldMask") == "id" or request.path == "/account.json":
            return None
        if request.path == "/" or request.path.startswith("/login"):
            return pages.page(pages.CHANGED if request.path == "/" else pages.SIGN_IN)
        if bad := pages.common(self.mode):
            return bad
        if bad := pages.once(self.mode):
            self.mode = "ok"
            return bad
        return self._serpapi(request) if request.host == "serpapi.com" else self._places(request)

    def _places(self, request: web.Request) -> web.Response:
        if not request.headers.get("X-Goog-Api-Key", "").startswith(GOOD):
            words = "API key not valid. Please pass a valid API key."
            return error(400, words, "badRequest", "INVALID_ARGUMENT", "API_KEY_INVALID")
        if self.mode == "quota":
            return error(429, "Quota exceeded for quota metric 'GetPlaceRequest'.", "", "RESOURCE_EXHAUSTED", "QUOTA")
        if self.mode == "disabled":
            return error(403, "Places API (New) has not been used before.", "", "PERMISSION_DENIED", "SERVICE_DISABLED")
        if request.path != f"/v1/places/{PLACE}":
            return error(404, "The Place ID is no longer valid.", "", "NOT_FOUND", "NONE")
        if self.mode == "bare":
            return web.json_response({})
        if self.mode == "empty":
            return web.json_response({"id": PLACE, "googleMapsUri": "https://maps.google.com/?cid=1"})
        reviews = [google_review(number) for number in range(min(5, self.total))]
        return web.json_response({"id": PLACE, "userRatingCount": self.total, "reviews": reviews})

    def _serpapi(self, request: web.Request) -> web.Response:
        asked = request.query
        if not asked.get("api_key", "").startswith(GOOD):
            words = "Invalid API key. Your API key should be here: https://serpapi.com/manage-api-key"
            return web.json_response({"error": words}, status=401)
        if self.mode == "quota":
            return web.json_response({"error": "Your account has run out of searches."}, status=429)
        if self.mode == "bare":
            return web.json_response({})
        if asked.get("place_id", PLACE) != PLACE or asked.get("data_id", FEATURE) != FEATURE:
            return web.json_response({"error": "Unsupported `place_id` value."}, status=400)
        return web.json_response(self._reviews(asked))

    def _reviews(self, asked: Any) -> dict[str, Any]:
        status = {"search_metadata": {"status": "Success"}, "search_parameters": {"engine": asked["engine"]}}
        if self.mode == "empty":
            words = "Google Maps Reviews hasn't returned any results for this query."
            return {**status, "place_info": {"title": "A place"}, "error": words}
        start = int(asked.get("next_page_token", "next-0").removeprefix("next-"))
        end = start + (min(int(asked.get("num", 10)), MORE) if start else FIRST)
        found = {**status, "reviews": [serpapi_review(number) for number in range(self.total)[start:end]]}
        found["place_info"] = {"title": "A place", "rating": 4.2, "reviews": self.total}
        if end < self.total:
            found["serpapi_pagination"] = {
                "next": "https://serpapi.com/search.json?…",
                "next_page_token": f"next-{end}",
            }
        return found

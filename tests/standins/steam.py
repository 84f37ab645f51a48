"""Steam: the review service, the store's older address, and the home page they may lead to.

Three pages, unless ``total`` is set. Cursors hold ``+`` and ``/``; one that arrives unquoted is unknown, and an unknown
one gives the first page. The last page names itself as the next.
"""

import asyncio
import json
from typing import Any

from aiohttp import web

from tests.standins import pages

PER_PAGE = 20
TOTAL = 45
CURSORS = ["*", "AoJ4+yPz/oUDfu3/Ag==", "AoJwsu+/8Y4DdKDF+QI=", *(f"AoJ{place}+/==" for place in range(3, 600))]
MARKUP = "I <b>love</b> it <3 and 5 &lt; 6 & [i]more[/i]"
TEXTS = (
    "Best game I have played this year, every minute was a joy.",
    "It crashes on start since the update and support does not answer.\n\nRefunded.",
    "It is a game. You collect things.",
    "I cried at the ending, so beautiful.",
    "Boring and far too expensive for what it is.",
)


def review(number: int) -> dict[str, Any]:
    return {
        "recommendationid": str(170000000 + number),
        "author": {
            "steamid": str(76561198000000000 + number),
            "num_games_owned": 120,
            "num_reviews": 4,
            "playtime_forever": 600 + number,
            "playtime_last_two_weeks": 30,
            "playtime_at_review": 300 + number * 13,
            "last_played": 1700000000,
        },
        "language": "english",
        "review": f"{TEXTS[number % len(TEXTS)]} ({number})",
        "timestamp_created": 1700000000 - number * 3600,
        "timestamp_updated": 1700000000 - number * 3600,
        "voted_up": number % 5 not in (1, 4),
        "votes_up": 3,
        "votes_funny": 0,
        "weighted_vote_score": "0.523809552192687988",
        "comment_count": 0,
        "steam_purchase": number % 7 != 1,
        "received_for_free": number % 7 == 2,
        "written_during_early_access": number % 7 == 1,
        "primarily_steam_deck": False,
    }


class Steam:
    """``mode`` is how both addresses answer; ``service`` and ``store`` may be set apart.

    Modes: ok, empty, markup, bare (an empty object), no thumb, no words, no author, slow, and those of ``pages``.
    """

    hosts = ("api.steampowered.com", "store.steampowered.com")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.mode = "ok"
        self.delay = 0.0  # seconds before each answer
        self.total = TOTAL

    @property
    def mode(self) -> str:
        return self.service

    @mode.setter
    def mode(self, mode: str) -> None:
        self.service = self.store = mode

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay)
        is_service = request.host.startswith("api.")
        if request.path == "/IUserReviewsService/GetAppReviews/v1/" and is_service:
            asked = json.loads(request.query["input_json"])
            return self._reviews("service", asked.get("cursor", "*"), asked["num_per_page"], "response")
        if request.path.startswith("/appreviews/") and not is_service:
            return self._reviews("store", request.query["cursor"], int(request.query["num_per_page"]), "")
        if request.path.startswith("/login"):
            return pages.page(pages.SIGN_IN)
        return pages.page(pages.CHANGED, 200 if request.path == "/" else 404)

    def _reviews(self, address: str, cursor: str, size: int, envelope: str) -> web.StreamResponse:
        mode: str = getattr(self, address)
        if bad := pages.common(mode):
            return bad
        if bad := pages.once(mode):
            setattr(self, address, "ok")
            return bad
        data = {} if mode == "bare" else self._data(mode, cursor, size)
        return web.json_response({envelope: data} if envelope else {"success": 1, **data})

    def _data(self, mode: str, cursor: str, size: int) -> dict[str, Any]:
        total = 0 if mode == "empty" else self.total
        place = CURSORS.index(cursor) if cursor in CURSORS else 0
        numbers = range(total)[place * PER_PAGE :][: min(size, PER_PAGE)]
        reviews = [self._shaped(mode, review(number)) for number in numbers]
        summary: dict[str, Any] = {"num_reviews": len(reviews)}
        if place == 0:
            summary |= {"total_reviews": total, "total_positive": total * 3 // 5, "total_negative": total * 2 // 5}
        following = CURSORS[min(place + 1, max(0, total - 1) // PER_PAGE)]
        return {"query_summary": summary, "reviews": reviews, "cursor": following if reviews else cursor}

    def _shaped(self, mode: str, data: dict[str, Any]) -> dict[str, Any]:
        if mode == "markup":
            return {**data, "review": MARKUP}
        if mode == "no thumb":
            return {name: value for name, value in data.items() if name != "voted_up"}
        if mode == "no author":
            kept = {name: data[name] for name in ("recommendationid", "review", "voted_up", "received_for_free")}
            return {**kept, "author": {}}
        return {**data, "review": ""} if mode == "no words" else data

"""The YouTube Data API v3: statistics of a video, its comment threads, and the replies to a comment."""

from typing import Any

from aiohttp import web

from tests.standins import pages

GOOD = "good-"  # begins a key that is accepted, as with all providers
VIDEO = "dQw4w9WgXcQ"
THREADS, PER_PAGE = 45, 20
MANY_REPLIES = 7  # of the first thread: five come with it, all of them only on request
TEXTS = (
    "Best review I have seen so far.\n\nThank you!",
    "The kettle leaks & the handle is <b>too hot</b>.",
    "What about the captcha at the end? Please sign in to continue, it said.",
    "Mine arrived broken.",
)


def error(code: int, message: str, reason: str, status: str = "", detail: str = "") -> web.Response:
    said: dict[str, Any] = {"code": code, "message": message, "errors": [{"message": message, "reason": reason}]}
    if detail:
        said |= {"status": status, "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": detail}]}
    return web.json_response({"error": said}, status=code)


def comment(identity: str, number: int) -> dict[str, Any]:
    snippet = {
        "videoId": VIDEO,
        "textDisplay": f"{TEXTS[number % len(TEXTS)]} ({identity})",
        "textOriginal": f"{TEXTS[number % len(TEXTS)]} ({identity})",
        "authorDisplayName": f"@viewer{number}",
        "authorChannelId": {"value": f"UC{number:022}"},
        "likeCount": number,
        "publishedAt": f"2026-03-{28 - number % 28:02}T10:20:30Z",
        "updatedAt": f"2026-03-{28 - number % 28:02}T10:20:30Z",
    }
    return {"kind": "youtube#comment", "id": identity, "snippet": snippet}


def replies(thread: int) -> list[dict[str, Any]]:
    number = {0: MANY_REPLIES, 1: 2}.get(thread, 0)
    return [comment(f"Ug{thread:04}.{reply:02}", reply) for reply in range(number)]


def thread(number: int, with_replies: bool) -> dict[str, Any]:
    answers = replies(number)
    snippet = {"videoId": VIDEO, "topLevelComment": comment(f"Ug{number:04}", number), "totalReplyCount": len(answers)}
    found = {"kind": "youtube#commentThread", "id": f"Ug{number:04}", "snippet": snippet}
    return {**found, "replies": {"comments": answers[:5]}} if answers and with_replies else found


class YouTube:
    """``mode`` is how it answers: ok, empty, off (comments are turned off), quota, disabled (the interface is not
    enabled for the key), private, bare (an object without items), and those of ``pages``."""

    hosts = ("www.googleapis.com",)

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.mode = "ok"
        self.threads = THREADS

    async def answer(self, request: web.Request) -> web.StreamResponse | None:
        """None for the test of a key, which asks for nothing but an id."""
        if request.query.get("part") == "id":
            return None
        if request.path == "/" or request.path.startswith("/login"):
            return pages.page(pages.CHANGED if request.path == "/" else pages.SIGN_IN)
        if bad := pages.common(self.mode):
            return bad
        if bad := pages.once(self.mode):
            self.mode = "ok"
            return bad
        key = request.headers.get("X-Goog-Api-Key") or request.query.get("key", "")
        if not key.startswith(GOOD):
            words = "API key not valid. Please pass a valid API key."
            return error(400, words, "badRequest", "INVALID_ARGUMENT", "API_KEY_INVALID")
        return self._refusal() or self._data(request)

    def _refusal(self) -> web.Response | None:
        refusals = {
            "quota": (403, "The request cannot be completed because you have exceeded your quota.", "quotaExceeded"),
            "disabled": (403, "YouTube Data API v3 has not been used in project 1 before.", "accessNotConfigured"),
            "private": (403, "The request might not be properly authorized.", "forbidden"),
        }
        return error(*refusals[self.mode]) if self.mode in refusals else None

    def _data(self, request: web.Request) -> web.Response:
        asked, what = request.query, request.path.rpartition("/")[2]
        if self.mode == "bare":
            return web.json_response({})
        if what == "videos":
            return web.json_response({"kind": "youtube#videoListResponse", "items": self._videos(asked["id"])})
        if what == "comments":
            return self._page("comment", replies(int(asked["parentId"][2:])), asked)
        if asked["videoId"] != VIDEO:
            return error(404, "The video identified by the videoId parameter could not be found.", "videoNotFound")
        if self.mode == "off":
            return error(403, "The video has disabled comments.", "commentsDisabled")
        number = 0 if self.mode == "empty" else self.threads
        threads = [thread(one, "replies" in asked["part"]) for one in range(number)]
        return self._page("commentThread", threads, asked)

    def _videos(self, identity: str) -> list[dict[str, Any]]:
        if identity != VIDEO:
            return []
        total = 0 if self.mode == "empty" else self.threads + sum(len(replies(one)) for one in range(self.threads))
        statistics = {"viewCount": "1000", "likeCount": "10"} | (
            {} if self.mode == "off" else {"commentCount": str(total)}
        )
        return [{"kind": "youtube#video", "id": VIDEO, "statistics": statistics}]

    def _page(self, kind: str, all_of_them: list[dict[str, Any]], asked: Any) -> web.Response:
        start = int(asked.get("pageToken", "token-0").removeprefix("token-"))
        size = min(int(asked["maxResults"]), PER_PAGE)
        end = start + size
        said: dict[str, Any] = {"kind": f"youtube#{kind}ListResponse", "items": all_of_them[start:end]}
        if end < len(all_of_them):
            said["nextPageToken"] = f"token-{end}"
        return web.json_response(said)

"""Reddit: comments as JSON (with an app's token, or openly as it used to be), the feed, and tokens for apps."""

import base64
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

from tests.standins import pages

CLIENT, SECRET, TOKEN = "app-id", "app-secret-0123456789", "token-abcdefghijklmnop"
POST = "1abc2d"
TEXTS = (
    "It &gt; everything else &amp; cheaper, too.\n\nBuy it.",
    "Mine broke after a week, what a waste of money.",
    "Same here.",
    "The support was kind and quick.",
)
GONE = ("[deleted]", "[removed]")
WALL = """<!doctype html><html><head><title>Blocked</title></head><body><h1>whoa there, pardner!</h1>
<p>Your request has been blocked due to a network policy.</p></body></html>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<feed xmlns="http://www.w3.org/2005/Atom"><title>&b;</title></feed>"""


def comment(number: int, body: str, replies: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    data = {
        "id": f"k{number:03}",
        "name": f"t1_k{number:03}",
        "body": body,
        "author": "[deleted]" if body == "[deleted]" else f"user_{number}",
        "score": number,
        "created_utc": 1700000000.0 + number * 60,
        "permalink": f"/r/gaming/comments/{POST}/title/k{number:03}/",
        "parent_id": f"t3_{POST}",
        "replies": {"kind": "Listing", "data": {"children": replies}} if replies else "",
    }
    return {"kind": "t1", "data": data}


def thread() -> list[dict[str, Any]]:
    """Seven comments, two of which are gone, three deep; and five more that Reddit holds back, two of them by id."""
    deepest = comment(3, TEXTS[2])
    nested = comment(2, TEXTS[1], [deepest, comment(4, GONE[0])])
    top = [comment(1, TEXTS[0], [nested]), comment(5, GONE[1]), comment(6, TEXTS[3]), comment(7, TEXTS[2])]
    more = {"kind": "more", "data": {"count": 5, "children": ["k008", "k009"]}}
    post = {"kind": "t3", "data": {"id": POST, "title": "What do you think?", "num_comments": 12}}
    return [
        {"kind": "Listing", "data": {"children": [post]}},
        {"kind": "Listing", "data": {"children": [*top, more]}},
    ]


def held_back(ids: list[str]) -> list[dict[str, Any]]:
    """What is asked for, what hangs on it, and what is held back even then: in the end a branch that is too deep."""
    reply = comment(10, TEXTS[1])
    reply["data"]["parent_id"] = "t1_k008"
    further = {"kind": "more", "data": {"count": 2, "children": ["k011"]}}
    too_deep = {"kind": "more", "data": {"count": 0, "id": "_", "children": [], "parent_id": "t1_k011"}}
    after = {"k008": [reply], "k009": [further], "k011": [too_deep]}
    return [thing for one in ids for thing in (comment(int(one[1:]), TEXTS[3]), *after[one])]


def feed() -> str:
    """The post, and then its comments, flat and without votes."""
    return f"""<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">
<title>What do you think?</title><id>/comments/{POST}/.rss</id>
<entry><author><name>/u/asker</name></author><content type="html">the post</content><id>t3_{POST}</id>
<link href="https://www.reddit.com/r/gaming/comments/{POST}/title/"/><updated>2023-11-14T22:00:00+00:00</updated></entry>
{"".join(_entries())}</feed>"""


def _entries() -> list[str]:
    entries = []
    for number, text in ((1, TEXTS[0]), (2, TEXTS[1]), (3, TEXTS[2]), (4, GONE[0]), (6, TEXTS[3]), (7, TEXTS[2])):
        paragraphs = "".join(f"<p>{part}</p>\n\n" for part in text.split("\n\n"))
        content = f'<!-- SC_OFF --><div class="md">{paragraphs}</div><!-- SC_ON -->'
        entries.append(
            f"<entry><author><name>/u/user_{number}</name></author><category term='gaming' label='r/gaming'/>"
            f'<content type="html">{escape(content)}</content><id>t1_k{number:03}</id>'
            f'<link href="https://www.reddit.com/r/gaming/comments/{POST}/title/k{number:03}/"/>'
            f"<updated>2023-11-14T22:{13 + number}:20+00:00</updated><title>/u/user_{number} on it</title></entry>\n"
        )
    return entries


class Reddit:
    """``open_json``, ``feed``, ``app`` (the interface for apps) and ``tokens`` are how these answer: ok, empty (only
    comments), bomb and rss (only the feed), and those of ``pages``. As in life, open JSON is blocked at the start."""

    hosts = ("www.reddit.com", "oauth.reddit.com")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.open_json, self.feed, self.app, self.tokens = "blocked", "ok", "ok", "ok"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.host == "oauth.reddit.com" and request.path not in ("/", "/login/"):
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                return web.json_response({"message": "Unauthorized", "error": 401}, status=401)
            return self._answer("app", lambda: web.json_response(self._for_apps(request)))
        if request.path == "/api/v1/access_token":
            return self._token(request)
        if request.path == f"/comments/{POST}.json":
            return self._answer("open_json", lambda: web.json_response(self._thread("open_json")))
        if request.path == f"/comments/{POST}/.rss":
            return self._answer("feed", self._feed)
        return pages.page(pages.SIGN_IN, 200 if request.path == "/" or request.path.startswith("/login") else 404)

    def _answer(self, address: str, good: Any) -> web.StreamResponse:
        mode: str = getattr(self, address)
        if bad := pages.common(mode, {"blocked": pages.page(WALL, 403)}):
            return bad
        if bad := pages.once(mode):
            setattr(self, address, "ok")
            return bad
        answer: web.StreamResponse = good()
        return answer

    def _for_apps(self, request: web.Request) -> Any:
        if request.path == "/api/morechildren":
            things = held_back(request.query["children"].split(","))
            return {"json": {"errors": [], "data": {"things": things}}}
        return self._thread("app")

    def _thread(self, address: str) -> list[dict[str, Any]]:
        listing = thread()
        if getattr(self, address) == "empty":
            listing[1]["data"]["children"] = []
        return listing

    def _feed(self) -> web.Response:
        other = {"bomb": BOMB, "rss": "<rss version='2.0'><channel/></rss>"}
        return web.Response(text=other.get(self.feed) or feed(), content_type="application/atom+xml")

    def _token(self, request: web.Request) -> web.StreamResponse:
        if bad := pages.common(self.tokens):
            return bad
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return web.json_response({"message": "Unauthorized", "error": 401}, status=401)
        return web.json_response({"access_token": TOKEN, "token_type": "bearer", "expires_in": 86400, "scope": "*"})

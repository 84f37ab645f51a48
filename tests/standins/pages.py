"""Answers every site may give instead of what one wants, and what several of its pages have in common."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

# Guards that stand before any site.
CAPTCHA = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>
<meta name="robots" content="noindex,nofollow"></head><body><div class="main-wrapper" role="main">
<form id="challenge-form" action="/?__cf_chl_f_tk=x" method="POST"></form>
<noscript><span id="challenge-error-text">Enable JavaScript and cookies to continue</span></noscript></div>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8f"></script></body></html>"""
DATADOME = """<!DOCTYPE html><html lang="en"><head><title>yelp.com</title></head>
<body style="margin:0"><p id="cmsg">Please enable JS and disable any ad blocker</p>
<script data-cfasync="false">var dd={'rt':'c','cid':'x','hsh':'y','t':'bv','host':'geo.captcha-delivery.com'}</script>
<script data-cfasync="false" src="https://ct.captcha-delivery.com/c.js"></script></body></html>"""
PERIMETERX = """<!DOCTYPE html><html><head><title>Access to this page has been denied</title></head><body>
<div class="px-captcha-container"><div id="px-captcha"></div></div>
<script src="https://captcha.px-cdn.net/PXabc/captcha.js"></script></body></html>"""
AWS = """<!DOCTYPE html><html lang="en"><head><title></title></head><body><div id="challenge-container"></div>
<script src="https://de5282c3.us-east-1.token.awswaf.com/de5282c3/challenge.js"></script></body></html>"""
BLOCKED = """<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>
<div id="cf-wrapper"><div id="cf-error-details"><h1>Sorry, you have been blocked</h1></div></div></body></html>"""
SIGN_IN = """<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1>
<form action="/login" method="post"><input name="user"><input type="password" name="password"></form></body></html>"""
CHANGED = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><div id='app'></div></body></html>"
GONE = "<!DOCTYPE html><html><head><title>Not found</title></head><body>Not found</body></html>"
OVERSIZED = 6 * 2**20
# What people write, which is taken as it is: markup, and the words of walls.
HOSTILE = (
    '<script>alert("captcha")</script><form action="/errors/validateCaptcha"><iframe src="https://geo.captcha-delivery.com/x">'
    '</title><div id="px-captcha">Just a moment... please sign in to continue & prove that you are human]]></html>'
)
HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="{charset}"><title>{title}</title></head><body>'
FOOT = '<footer><a href="/login">Log in</a></footer></body></html>'


def page(text: str, status: int = 200, charset: str = "utf-8") -> web.Response:
    return web.Response(status=status, body=text.encode(charset, "replace"), content_type="text/html", charset=charset)


def moved(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def broken_off() -> web.Response:
    """An answer whose line is cut before its end."""
    answer = web.Response(body=b'<!DOCTYPE html><html><body>{"reviews": [', headers={"Content-Length": "100000"})
    answer.content_type = "text/html"
    answer.force_close()
    return answer


def hostile(answer: web.Response) -> web.Response:
    """The same data with markup for texts."""
    return _with_texts(answer, lambda text: HOSTILE)


def in_latin_1(answer: web.Response) -> web.Response:
    """The same data in an encoding that JSON is never in."""
    changed = _with_texts(answer, lambda text: f"{text} Olé!")
    changed.body = json.dumps(json.loads(changed.text or ""), ensure_ascii=False).encode("iso-8859-1", "replace")
    return changed


def _with_texts(answer: web.Response, change: Callable[[str], str]) -> web.Response:
    """``change`` gets what people have written: strings with words in them. Only data is changed."""
    if answer.content_type != "application/json" or answer.status >= 400:
        return answer

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: changed(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [changed(inner) for inner in value]
        return change(value) if isinstance(value, str) and " " in value else value

    return web.json_response(changed(json.loads(answer.text or "")))


def embedded(data: Any, attributes: str) -> str:
    """Data laid into a page as sites do it, so that nothing in it ends the script."""
    return f'<script {attributes} type="application/json">{json.dumps(data).replace("<", chr(92) + "u003c")}</script>'


def common(mode: str, walls: Mapping[str, web.Response | str] = {}) -> web.Response | None:
    """The bad answer of that name, the site's own where it has one; None for a mode that is no general one."""
    answers = {
        "captcha": lambda: page(CAPTCHA),
        "captcha with 403": lambda: page(CAPTCHA, 403),
        "blocked": lambda: page(BLOCKED, 403),
        "changed": lambda: page(CHANGED),
        "down": lambda: web.Response(status=503, text="Service unavailable"),
        "not found": lambda: page(GONE, 404),
        "redirect home": lambda: moved("/"),
        "sign in": lambda: moved("/login/?dest=here"),
        "sign in page": lambda: page(SIGN_IN),
        "error with 200": lambda: web.json_response({"message": "Unauthorized", "error": 401}),
        "rate limited": lambda: web.Response(status=429, text="Too many requests"),
        "damaged": lambda: web.Response(text='{"success": 1, "reviews": [', content_type="application/json"),
        "oversized": lambda: web.Response(body=b" " * OVERSIZED, content_type="application/json"),
        "truncated": broken_off,
    }
    own = walls.get(mode)
    if isinstance(own, str):
        return page(own)
    return own or (answers[mode]() if mode in answers else None)


def once(mode: str) -> web.Response | None:
    """A bad answer that is followed by good ones."""
    if mode == "rate limited once":
        return web.Response(status=429, headers={"Retry-After": "2"}, text="Too many requests")
    return web.Response(status=502, text="Bad gateway") if mode == "failing once" else None


class Site:
    """A site of pages for people. ``mode`` is how it answers: ok, and those of ``common``, ``once`` and its own."""

    hosts: tuple[str, ...] = ()
    entrances: tuple[str, ...] = ("/login",)  # where it leads those who shall sign in
    total = 25

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.mode, self.count = "ok", self.total

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path_qs == "/":
            return page(CHANGED)
        if request.path.startswith(self.entrances):
            return self.entrance()
        if bad := common(self.mode, self.walls()):
            return bad
        if bad := once(self.mode):
            self.mode = "ok"
            return bad
        return self.good(request)

    def walls(self) -> Mapping[str, web.Response | str]:
        """By mode, what this site does in its own way."""
        return {}

    def entrance(self) -> web.Response:
        return page(SIGN_IN)

    def good(self, request: web.Request) -> web.StreamResponse:
        raise NotImplementedError

    def numbers(self, start: int, size: int) -> range:
        """Of the reviews on a page; the first is the newest."""
        return range(0 if self.mode == "empty" else self.count)[start : start + size]

    def shown(self, text: str, title: str = "Reviews") -> web.Response:
        """A page of the site, in the encoding of the mode, and with its end unless that is missing."""
        charset = "iso-8859-1" if self.mode == "other encoding" else "utf-8"
        foot = "" if self.mode == "cut off" else FOOT
        return page(HEAD.format(charset=charset, title=title) + text + foot, charset=charset)

    def words(self, number: int) -> str:
        return HOSTILE if self.mode == "hostile" else f"{TEXTS[number % len(TEXTS)]} ({number})"


TEXTS = (
    "Crème brûlée for everyone, I love it & would buy it again.",
    "It broke after a week.\n\nNobody answers the phone: a waste of money.",
    "It is what it says it is.",
    "The captcha at the checkout never ends, and then it says please sign in to continue. Access denied!",
)

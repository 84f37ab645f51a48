"""Answers every site may give instead of what one wants."""

from aiohttp import web

CAPTCHA = """<!DOCTYPE html><html><head><title>Robot Check</title></head><body>
<h4>Enter the characters you see below</h4><p>Sorry, we just need to make sure you're not a robot.</p>
<form action="/errors/validateCaptcha"><img src="/captcha/x.jpg"><input name="field-keywords"></form></body></html>"""
CHANGED = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><div id='app'></div></body></html>"
BLOCKED = """<!doctype html><html><head><title>Blocked</title></head><body><h1>whoa there, pardner!</h1>
<p>Your request has been blocked due to a network policy.</p>
<p>Try logging in or creating an account here to get back to browsing.</p></body></html>"""
SIGN_IN = "<!DOCTYPE html><html><body><h1>Sign in</h1><p>Please log in to continue.</p></body></html>"
OVERSIZED = 6 * 2**20


def page(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html")


def moved(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def common(mode: str) -> web.Response | None:
    """The bad answer of that name; None for a mode that is the site's own."""
    answers = {
        "captcha": lambda: page(CAPTCHA),
        "captcha with 403": lambda: page(CAPTCHA, 403),
        "blocked": lambda: page(BLOCKED, 403),
        "changed": lambda: page(CHANGED),
        "down": lambda: web.Response(status=503, text="Service unavailable"),
        "not found": lambda: page("<html><body>Not found</body></html>", 404),
        "redirect home": lambda: moved("/"),
        "sign in": lambda: moved("/login/?dest=here"),
        "sign in page": lambda: page(SIGN_IN),
        "error with 200": lambda: web.json_response({"message": "Unauthorized", "error": 401}),
        "rate limited": lambda: web.Response(status=429, text="Too many requests"),
        "damaged": lambda: web.Response(text='{"success": 1, "reviews": [', content_type="application/json"),
        "oversized": lambda: web.Response(body=b" " * OVERSIZED, content_type="application/json"),
    }
    return answers[mode]() if mode in answers else None


def once(mode: str) -> web.Response | None:
    """A bad answer that is followed by good ones."""
    if mode == "rate limited once":
        return web.Response(status=429, headers={"Retry-After": "2"}, text="Too many requests")
    return web.Response(status=502, text="Bad gateway") if mode == "failing once" else None

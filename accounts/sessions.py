"""Where somebody is signed in, and when each of these browsers was last seen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now

from accounts.models import TokenFamily, User

NOTE_EVERY = timedelta(minutes=5)  # allauth's own middleware writes at every request
NOTED_AT = "noted_at"  # in the session, so that a request which need not be noted asks no database
# What stands in a browser's name for itself → what people call it. The first that is found counts.
BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
    "curl/": "curl",
    "python-": "Python",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
HANDHELD = {"iPhone", "iPad", "Android"}


@dataclass(frozen=True)
class BrowserSession:
    row: UserSession
    is_current: bool

    @property
    def device(self) -> str:
        return device(self.row.user_agent)

    @property
    def icon(self) -> str:
        return "smartphone" if any(name in self.row.user_agent for name in HANDHELD) else "monitor"


def device(user_agent: str) -> str:
    """Browser and system in words."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return " on ".join(name for name in (browser, system) if name) or "Unknown browser"


def of(user: User) -> list[BrowserSession]:
    """Those that still count, this one first and then the latest."""
    rows = UserSession.objects.purge_and_list(user)
    sessions = [BrowserSession(row, bool(row.is_current())) for row in rows]
    return sorted(sessions, key=lambda session: (session.is_current, session.row.last_seen_at), reverse=True)


def sign_ins(user: User) -> QuerySet[TokenFamily]:
    """Programs that signed in through the API with the password, the latest first."""
    mark = user.get_session_auth_hash()
    alive = TokenFamily.objects.filter(user=user, password_mark=mark, expires_at__gt=now())
    return alive.order_by("-created_at", "-pk")


def note_last_seen(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every few minutes, keep when and from where this browser was last here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        session = request.session
        if session.session_key and request.user.is_authenticated and _is_due(session.get(NOTED_AT, 0)):
            session[NOTED_AT] = int(now().timestamp())
            here = {"ip": get_adapter().get_client_ip(request), "last_seen_at": now()}
            UserSession.objects.filter(session_key=session.session_key).update(**here)
        return get_response(request)

    return middleware


def lead_back(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: who has to sign in first comes back to the page they were on, as no action can be opened. What asks
    for a part of a page is refused, or the page to sign in would stand in its place."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_redirect = response.status_code == HTTPStatus.FOUND
        if not is_redirect or response["Location"] != redirect_to_login(request.get_full_path()).url:
            return response
        if "HX-Request" in request.headers:
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        return response if request.method in ("GET", "HEAD") else redirect_to_login(_page_of(request))

    return middleware


def _page_of(request: HttpRequest) -> str:
    """The page with the form that was sent."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}):
        return reverse(settings.LOGIN_REDIRECT_URL)
    return urlsplit(referrer)._replace(scheme="", netloc="").geturl()


def _is_due(noted_at: int) -> bool:
    return now().timestamp() - noted_at > NOTE_EVERY.total_seconds()

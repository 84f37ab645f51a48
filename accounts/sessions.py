"""Where somebody is signed in, and when each of these browsers was last seen."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

NOTE_EVERY = timedelta(minutes=5)  # allauth's own middleware writes at every request
NOTED_AT = "noted_at"  # in the session, so that a request which need not be noted asks no database


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


def _is_due(noted_at: int) -> bool:
    return now().timestamp() - noted_at > NOTE_EVERY.total_seconds()

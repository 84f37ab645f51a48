"""The end of sign-ins, and how those who listen over a socket come to know of it."""

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from bson import ObjectId

from accounts import audit, sessions, sockets
from accounts.models import ApiToken, TokenFamily, User


def end_everything(user: User) -> None:
    """End all that this person is signed in with: sessions, access and refresh tokens, API tokens, and sockets."""
    families, _ = TokenFamily.objects.filter(user=user).delete()
    api_tokens, _ = ApiToken.objects.filter(owner=user).delete()
    sessions = list(UserSession.objects.filter(user=user))
    get_adapter().end_sessions(sessions)
    if families or api_tokens or sessions:
        tell_sockets(user.pk)


def end_session(session: UserSession) -> None:
    """Sign one browser out."""
    get_adapter().end_sessions([session])
    tell_sockets(session.user_id)
    audit.record("session.ended", session.user)


def end_family(family: TokenFamily, event: str = "session.ended", **details: str) -> None:
    """Sign one program out."""
    family.delete()
    tell_sockets(family.user_id)
    audit.record(event, family.user, None, **details)


def end_others(user: User) -> None:
    """Sign out all browsers and programs but the browser that asks."""
    for session in sessions.of(user):
        if not session.is_current:
            end_session(session.row)
    for family in sessions.sign_ins(user):
        end_family(family)


def tell_sockets(user_id: ObjectId) -> None:
    """Let each of this person's sockets look again whether it may stay open. One that misses it looks at its next
    message."""
    sockets.tell(user_id, "sign_in.ended")

"""New passwords at the API, and the way back in for those who forgot theirs: a mail with a link, or for programs a
token, good once."""

from typing import Any

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.account.forms import UserTokenForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.timezone import now

from accounts import mail
from accounts.models import User

MAIL = "account/email/password_reset_key"


def may_ask(request: HttpRequest, email: str) -> bool:
    """Whether mail for this address was not asked for too often, on the page or here."""
    return bool(ratelimit.consume(request, action="reset_password", key=email.strip().lower()))


def send_link(request: HttpRequest, email: str) -> None:
    """Mail a link to set a new password, if there is such an account. To the caller both is the same."""
    mail.aside(lambda: _send_link(request, email.strip().lower()))


def _send_link(request: HttpRequest, email: str) -> None:
    """For an unknown address all is done but the sending: how busy we are says nothing either."""
    known = User.objects.filter(email=email, is_active=True).first()
    user = known or User(last_login=now())
    token = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    context: dict[str, Any] = {"user": user, "request": request, "reset_token": token}
    context["password_reset_url"] = get_adapter(request).get_reset_password_from_key_url(token)
    message = get_adapter(request).render_mail(MAIL, email, context)
    if known:
        message.send()


def owner_of(token: str) -> User | None:
    """Whose reset token this is, if it is still good."""
    uid, _, key = token.partition("-")
    form = UserTokenForm(data={"uidb36": uid, "key": key})
    user: User | None = form.reset_user if form.is_valid() else None
    return user if user is not None and user.is_active else None


def change(request: HttpRequest, user: User, password: str) -> None:
    """Set a new password in place of one that is known. It ends everything the account was signed in with."""
    user.set_password(password)
    user.save(update_fields=["password"])
    request.session.flush()
    signals.password_changed.send(sender=User, request=request, user=user)
    get_adapter(request).send_notification_mail("account/email/password_changed", user)


def reset(request: HttpRequest, user: User, password: str) -> None:
    """The same in place of one that was forgotten; the token is used up by that."""
    user.set_password(password)
    user.save(update_fields=["password"])
    adapter = get_adapter(request)
    adapter._delete_login_attempts_cached_email(request, email=user.email)
    signals.password_reset.send(sender=User, request=request, user=user)
    adapter.send_notification_mail("account/email/password_reset", user)

"""What Django, its admin and allauth tell of, for the audit trail."""

from collections.abc import Iterable
from functools import wraps
from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntryManager
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.db.models import Model
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.audit import record
from accounts.models import User
from accounts.sign_out import tell_sockets

ADMIN_EVENTS = {ADDITION: "admin.added", CHANGE: "admin.changed", DELETION: "admin.deleted"}


@receiver(account.user_signed_up)
def signed_up(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record("signed_up", user, request)


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    methods = [str(entry.get("method", "")) for entry in get_authentication_records(request, user)]
    record("signed_in", user, request, method=", ".join(methods))


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Looks for the account whether there is one or not, so that both take the same time."""
    user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
    record("sign_in.failed", user, request, reason="password")


@receiver(mfa.authentication_failed)
def code_refused(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record("sign_in.failed", user, request, reason="second factor")


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        tell_sockets(user.pk)
        record("signed_out", user, request)


@receiver([account.password_changed, account.password_set])
def password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record("password.changed", user, request)


@receiver(account.password_reset)
def password_reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record("password.reset", user, request)


@receiver(account.email_changed)
def email_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record("email.changed", user, request)


@receiver([mfa.authenticator_added, mfa.authenticator_reset])
def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    is_codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    record("recovery_codes.made" if is_codes else "mfa.enabled", user, request, type=str(authenticator.type))


@receiver(mfa.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record("mfa.disabled", user, request, type=str(authenticator.type))


@receiver(social.social_account_added)
def connection_added(request: HttpRequest, sociallogin: SocialLogin, **kwargs: Any) -> None:
    record("connection.added", sociallogin.user, request, provider=sociallogin.account.provider)


@receiver(social.social_account_removed)
def connection_removed(request: HttpRequest, socialaccount: SocialAccount, **kwargs: Any) -> None:
    record("connection.removed", socialaccount.user, request, provider=socialaccount.provider)


def audited(log_actions: Any) -> Any:
    """Django's admin keeps a log of its own, one line for each row touched; it comes here for all of them, and many
    at once without a signal."""

    @wraps(log_actions)
    def recording(
        manager: LogEntryManager, user_id: Any, queryset: Iterable[Model], action_flag: int, *args: Any, **kwargs: Any
    ) -> Any:
        rows = list(queryset)
        lines = log_actions(manager, user_id, rows, action_flag, *args, **kwargs)
        for row in rows:
            record(ADMIN_EVENTS[action_flag], User(pk=user_id), model=row._meta.label, row=str(row.pk))
        return lines

    return recording


LogEntryManager.log_actions = audited(LogEntryManager.log_actions)  # type: ignore[method-assign]

"""The end of an account: closed at once, and removed by a worker with all that belonged to it.

The worker's part, which knows what hangs on an account, is in ``scraping.removal``.
"""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.timezone import now

from accounts import audit, sign_out
from accounts.models import User
from sentimatrix_studio import bell


def leave(user: User) -> None:
    """Close the account and sign it out everywhere. Its address is free again, and its name gone, from here on."""
    forgotten = {"email": f"{user.pk}@removed.invalid", "name": "Removed", "password": "!"}
    if not User.objects.filter(pk=user.pk, removal_due=None).update(is_active=False, removal_due=now(), **forgotten):
        return
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    sign_out.end_everything(user)
    audit.record("account.deleted", user)
    bell.ring()


def finish(user: User) -> None:
    """Remove the row and all that hangs on it. When it is interrupted, it is done again from the start."""
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about, object_id=str(user.pk)).delete()  # has the address in it
    audit.erase(user.pk)
    user.delete()

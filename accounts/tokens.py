"""API tokens: what programs sign in with.

``smx_``, 43 random characters (256 bits), and six that are a checksum of the rest: whoever finds one in a log or a
repository knows what it is, and a mistyped one is told from an ended one without asking the database. Kept is only its
SHA-256; against 256 random bits no slower hash is needed.
"""

import hashlib
import secrets
import string
import zlib
from datetime import timedelta

from django.utils import timezone

from accounts import audit
from accounts.choices import Scope
from accounts.models import ApiToken, User
from accounts.sign_out import tell_sockets

PREFIX = "smx_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH, CHECKSUM_LENGTH = 43, 6
LONGEST_DAYS, USUAL_DAYS = 365, 90
MOST = 50  # tokens of one account


class TooManyTokens(Exception):  # noqa: N818  not an error: a limit at work
    message = f"An account has at most {MOST} tokens. Delete one you no longer use."


def create(owner: User, name: str, scope: Scope, days: int = USUAL_DAYS) -> tuple[ApiToken, str]:
    """A new token, and its text, which nobody can find out later. Raises TooManyTokens."""
    if ApiToken.objects.usable(owner).count() >= MOST:
        raise TooManyTokens
    text, now = _new_text(), timezone.now()
    token = ApiToken.objects.create(
        owner=owner,
        name=name,
        scope=scope,
        digest=_digest(text),
        ending=text[-4:],
        password_mark=owner.get_session_auth_hash(),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record("token.created", owner, token=str(token.pk), scope=scope.value, days=days)
    return token, text


def delete(token: ApiToken) -> None:
    """End it: from now on it opens nothing."""
    owner, pk = token.owner, token.pk
    token.delete()
    tell_sockets(owner.pk)
    audit.record("token.deleted", owner, token=str(pk))


def find(text: str) -> ApiToken | None:
    """The token with this text, whether it is still good or not."""
    if not is_well_formed(text):
        return None
    return ApiToken.objects.filter(digest=_digest(text)).first()


def is_well_formed(text: str) -> bool:
    """Whether somebody copied it whole and without a slip."""
    body, checksum = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    return len(text) == len(PREFIX) + RANDOM_LENGTH + CHECKSUM_LENGTH and checksum == _checksum(body)


def _new_text() -> str:
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + _checksum(body)


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

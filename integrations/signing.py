"""Proof that a message is from us: signatures after Standard Webhooks, and the older header beside them.

A receiver checks ``webhook-signature`` with the secret it was given when the webhook was made, and refuses what has an
old ``webhook-timestamp``. For a day after a new secret was asked for, messages are signed with both.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(secrets_that_count: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What proves that the body is from us. The older header knows one secret only: the newest."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in secrets_that_count]
    signatures = [base64.b64encode(_digest(key, signed)).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
        "X-Webhook-Signature": f"sha256={_digest(secrets_that_count[0].encode(), body).hex()}",
    }


def _digest(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()

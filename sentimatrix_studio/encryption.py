"""Secrets as they lie in the database: AES-256-GCM under the keys of ``ENCRYPTION_KEYS``, bound to where they belong.

A ciphertext that is copied elsewhere does not open there. New ones are made with the first key; the others still open
what was made with them, until ``manage.py rotate_keys`` has been through. Knows no app, so every app may import it.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
VERSION = "v1"


class Unreadable(Exception):  # noqa: N818  not a fault of the program: a state somebody has to be told about
    """The key is not here, is not the right one, or the text belongs elsewhere. It has to be entered again."""


def encrypt(text: str, *belongs_to: str) -> str:
    """``v1.<key id>.<nonce and ciphertext>``; opens only with the same ``belongs_to``: owner, field, row …"""
    key_id, key = next(iter(settings.ENCRYPTION_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _context(belongs_to))
    return f"{VERSION}.{key_id}.{urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(sealed: str, *belongs_to: str) -> str:
    """Raises ``Unreadable``."""
    version, _, rest = sealed.partition(".")
    key_id, _, body = rest.partition(".")
    key = settings.ENCRYPTION_KEYS.get(key_id)
    if version != VERSION or key is None:
        raise Unreadable
    try:
        raw = urlsafe_b64decode(body)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _context(belongs_to)).decode()
    except (InvalidTag, Base64Error, ValueError) as error:
        raise Unreadable from error


def is_current(sealed: str) -> bool:
    """Whether it was made with the first key."""
    return sealed.startswith(f"{VERSION}.{next(iter(settings.ENCRYPTION_KEYS))}.")


def _context(belongs_to: tuple[str, ...]) -> bytes:
    """Each part with its length before it: ("ab", "c") and ("a", "bc") are different places."""
    return "".join(f"{len(part)}:{part}" for part in belongs_to).encode()

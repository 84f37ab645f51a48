"""Secrets taken out of what others say. Services repeat keys in their errors: whole, cut off, quoted or encoded."""

import base64
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

PIECE = 8  # signs in a row that give a secret away
ELLIPSIS = "…"


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with every piece of a secret that is long enough to matter replaced by an ellipsis."""
    hidden = [False] * len(text)
    lowered = text.lower()
    for form in _forms([secret for secret in secrets if secret]):
        size = min(PIECE, len(form))
        pieces = {form[start : start + size] for start in range(len(form) - size + 1)}
        for start in range(len(text) - size + 1):
            if lowered[start : start + size] in pieces:
                hidden[start : start + size] = [True] * size
    return "".join(_shown(text, hidden))


def _forms(secrets: list[str]) -> set[str]:
    """How a secret may be written, in small letters: as it is, in an address, in base64."""
    encoded = {base64.b64encode(secret.encode()).decode() for secret in secrets}
    plain = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    return {form.lower() for form in plain | encoded}


def _shown(text: str, hidden: list[bool]) -> Iterable[str]:
    for index, sign in enumerate(text):
        if not hidden[index]:
            yield sign
        elif not index or not hidden[index - 1]:
            yield ELLIPSIS

"""What is kept in a session: encrypted JSON, in which the keys of rows are text."""

import json
from typing import Any

from bson import ObjectId

from sentimatrix_studio.encryption import decrypt, encrypt

PURPOSE = "session"  # what the ciphertext is bound to


def _as_text(value: Any) -> str:
    if isinstance(value, ObjectId):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be kept in a session.")


class SessionSerializer:
    """Like Django's own, but reusable apps remember primary keys, which are ObjectIds here, and secrets that are not
    confirmed yet."""

    def dumps(self, session: dict[str, Any]) -> bytes:
        return encrypt(json.dumps(session, separators=(",", ":"), default=_as_text), PURPOSE).encode()

    def loads(self, data: bytes) -> Any:
        """Raises ``Unreadable``, upon which Django begins an empty session."""
        return json.loads(decrypt(data.decode(), PURPOSE))

"""Sessions: encrypted JSON, in which the keys of rows are text."""

import json
from typing import Any

from bson import ObjectId
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils.timezone import now

from sentimatrix_studio.encryption import decrypt, encrypt
from sentimatrix_studio.mongo.fields import kept
from sentimatrix_studio.mongo.pipelines import row_where

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


class SessionStore(db.SessionStore):
    """Django's own, which every page asks, less the time that its ORM takes for that."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        found = row_where(self.model, {"session_key": str(kept(self.session_key or "")), "expire_date": {"$gt": now()}})
        if found is None:
            self._session_key = None
        return found

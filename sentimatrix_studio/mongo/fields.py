"""Keys that open something, kept so that whoever reads the database, or a backup of it, cannot use them."""

import hashlib
from typing import Any

from django.db.models import CharField, Model

HASH_BYTES = 20  # 40 digits: a session key's column is no longer


class Kept(str):
    """A key as the database has it: a hash, equal to the key that it was made from.

    Its type tells it from a key that somebody presents, so that presenting the hash itself opens nothing.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str.__eq__(self, kept(other))

    __hash__ = str.__hash__


def kept(key: str) -> Kept:
    if isinstance(key, Kept):
        return key
    return Kept(hashlib.blake2b(key.encode(), digest_size=HASH_BYTES).hexdigest())


class KeptKeyField(CharField):  # type: ignore[type-arg]  # not generic when it runs
    """For long random keys: they need no salt, and can be looked up by."""

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None else str(kept(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Kept | None:
        return value if value is None else Kept(value)

    def deconstruct(self) -> Any:
        """As what it is to the database, for migrations: those of its own app go for it."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def keep_hashed(model: type[Model], name: str) -> None:
    """Let a reusable app's model keep this column hashed, whatever the app does with it."""
    model._meta.get_field(name).__class__ = KeptKeyField

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from bson import ObjectId
from django.db import models

from sentimatrix_studio.encryption import Unreadable, decrypt, encrypt


class Sealed(models.Model):
    """What keeps secrets: ``sealed`` holds them as JSON, and opens only as this row of this owner."""

    kind: ClassVar[str]
    bound_to: ClassVar[tuple[str, ...]] = ()  # columns that no ciphertext outlives

    owner_id: ObjectId
    sealed = models.TextField(editable=False)

    class Meta:
        abstract = True

    @classmethod
    def place_of(cls, row: Mapping[str, Any]) -> tuple[str, ...]:
        """What the ciphertext in this document is bound to."""
        return cls.kind, "sealed", str(row["owner_id"]), *(row[name] for name in cls.bound_to), str(row["_id"])

    @property
    def is_readable(self) -> bool:
        try:
            self.open()
        except Unreadable:
            return False
        return True

    def open(self) -> dict[str, Any]:
        """The secrets. Raises ``Unreadable``."""
        values: dict[str, Any] = json.loads(decrypt(self.sealed, *self._place()))
        return values

    def hold(self, values: Mapping[str, Any]) -> None:
        """Have these secrets; to be saved."""
        self.pk = self.pk or ObjectId()
        self.sealed = encrypt(json.dumps(values), *self._place())

    def _place(self) -> tuple[str, ...]:
        columns = {name: getattr(self, name) for name in self.bound_to}
        return self.place_of({"_id": self.pk, "owner_id": self.owner_id, **columns})

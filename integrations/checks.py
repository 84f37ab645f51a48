"""What `manage.py check` finds out about stored secrets."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import DatabaseError
from pymongo.errors import PyMongoError

from integrations import sealed

SAMPLE = 100  # rows of each place: enough to notice a lost key, few enough for every command


def secrets_can_be_read(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A lost or wrong key is told here and on the pages it concerns. Without a database there is nothing to tell."""
    try:
        lost = {place.name: sealed.unreadable(place, SAMPLE) for place in sealed.PLACES if not place.is_passing}
    except (DatabaseError, PyMongoError):
        return []
    return [
        checks.Warning(
            f"{count} of at most {SAMPLE} {name} looked at cannot be read.",
            hint="ENCRYPTION_KEYS lacks the key they were encrypted with, or has another one under its name.",
            id="integrations.W001",
        )
        for name, count in lost.items()
        if count
    ]

from collections.abc import Collection

from django.db import models

from projects import config

NAME_LENGTH = 100  # of a project, and of a preset


class Settings(models.Model):
    """What a project has of its own, and a preset keeps for many."""

    config = models.JSONField("settings", default=config.defaults)

    class Meta:
        abstract = True

    def unmet(self, keys: Collection[str] = ()) -> list[str]:
        """What the settings want and cannot get here, and what happens instead. ``keys`` are the providers for which
        their owner has one."""
        return config.unmet(self.config, keys)

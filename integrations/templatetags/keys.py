"""What pages say where a key is missing. ``keys`` are the providers for which the reader has one."""

from collections.abc import Collection

from django import template

from integrations import needs
from projects.models import Settings
from projects.presets import SystemPreset

register = template.Library()


@register.filter
def unmet(settings: Settings | SystemPreset, keys: Collection[str]) -> list[str]:
    """What the settings want and cannot get, and what happens instead."""
    return settings.unmet(keys)


@register.filter
def missing_key(platform: str, keys: Collection[str]) -> str:
    """What to do before the platform gives anything; empty where nothing is missing."""
    return needs.missing(platform, keys)

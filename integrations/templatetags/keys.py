"""What pages say where a key is missing, and what its use costs. ``keys`` are the providers the reader has one for."""

from collections.abc import Collection

from django import template

from integrations import needs, prices
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


@register.filter
def dollars(amount: float) -> str:
    return prices.dollars(amount)

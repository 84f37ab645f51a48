"""Which platforms want a key, and of which provider; and what is said to somebody who has none."""

from collections.abc import Collection

from bson import ObjectId

from integrations.models import Credential
from projects.choices import Platform

PROVIDERS_FOR = {  # the first of which there is a key is used
    Platform.YOUTUBE: ("youtube",),
    Platform.GOOGLE: ("serpapi", "google_places"),
    Platform.REDDIT: ("reddit",),
}
WANTED = {  # by platforms that give nothing without
    Platform.YOUTUBE: "YouTube gives comments only to those with a key. Enter one for YouTube under “API keys”.",
    Platform.GOOGLE: (
        "Google gives reviews only to those with a key. Enter one under “API keys”: for SerpApi, which gives all of "
        "them, or for Google Places, which gives five."
    ),
}


def providers_for(platform: str) -> tuple[str, ...]:
    return next((providers for one, providers in PROVIDERS_FOR.items() if one == platform), ())


def keys_of(owner_id: ObjectId) -> frozenset[str]:
    """The providers this person has something for to try them with."""
    credentials = Credential.objects.filter(owner_id=owner_id)
    return frozenset(one.provider for one in credentials if one.can_be_used)


def missing(platform: str, keys: Collection[str]) -> str:
    """What somebody with keys for these providers is told about the platform; empty where nothing is missing."""
    has_key = any(provider in keys for provider in providers_for(platform))
    return "" if has_key else next((words for one, words in WANTED.items() if one == platform), "")

"""The services Studio can use with a key of its user's own: what they are, what they ask for, how a key is tried.

To add one: a ``Provider`` in the module of its kind. Its page, its place in the API and its test button follow.
"""

from integrations.providers.base import Field, Kind, Model, Probe, Provider
from integrations.providers.llms import LLMS
from integrations.providers.scrapers import SCRAPERS
from integrations.providers.sources import SOURCES

__all__ = ["PROVIDERS", "Field", "Kind", "Model", "Probe", "Provider", "of_kind"]

PROVIDERS = {provider.id: provider for provider in (*LLMS, *SCRAPERS, *SOURCES)}


def of_kind(kind: str) -> list[Provider]:
    return [provider for provider in PROVIDERS.values() if provider.kind == kind]

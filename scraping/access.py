"""What a visit to a target takes along: its owner's keys, and the way its pages come."""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations import keys, needs
from projects.models import Target
from scraping.sources.outcomes import Outcome, SourceError
from scraping.sources.transports import Direct, Transport

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Access:
    """``keys`` are by provider; ``notes`` are sentences for the job's log."""

    keys: Mapping[str, Values]
    transport: Transport
    notes: tuple[str, ...] = ()


def of(target: Target) -> Access:
    return Access(_keys(target, needs.providers_for(target.platform)), Direct())


def note_refusal(target: Target, taken: Access, error: SourceError) -> None:
    """Tell the owner that a provider does not accept their key any more. One that is used up stays valid."""
    if error.code == Outcome.INVALID_KEY and error.provider in taken.keys:
        keys.note_refused(target.owner_id, error.provider, taken.keys[error.provider])


def _keys(target: Target, providers: tuple[str, ...]) -> dict[str, Values]:
    """They are kept nowhere else. An empty one is none."""
    found = {provider: keys.values_for(target.owner_id, provider) for provider in providers}
    return {provider: values for provider, values in found.items() if values}

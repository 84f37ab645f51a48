"""Which models there are and what they cost, as somebody has it: the catalogue with what they added or corrected."""

from collections.abc import Sequence

from accounts.models import User
from integrations.models import OwnModel
from integrations.providers import Model, Provider


def models_of(user: User, providers: Sequence[Provider]) -> dict[str, list[Model]]:
    """By the provider's id; the database is asked once. One's own facts stand where the catalogue's stood."""
    own: dict[str, dict[str, Model]] = {}
    for row in OwnModel.objects.owned_by(user).of(providers):
        own.setdefault(row.provider, {})[row.model] = row.as_model()
    return {one.id: _merged(one.models, own.get(one.id, {})) for one in providers}


def _merged(noted: Sequence[Model], own: dict[str, Model]) -> list[Model]:
    return list(({model.id: model for model in noted} | own).values())


def dollars(amount: float) -> str:
    """In words as close as it takes: “$12.50”, “$0.0312”, “$0.000420”."""
    digits = 2 if amount >= 1 or not amount else 4 if amount >= 0.001 else 6
    return f"${amount:,.{digits}f}"

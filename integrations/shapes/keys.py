"""Providers, keys and their tests as the API shows them."""

from typing import Annotated, Any, Literal, TypedDict

from integrations.choices import KeyStatus
from integrations.keys import LOST
from integrations.models import Credential
from integrations.providers import Kind, Model, Provider
from integrations.verifying import Verdict
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Day, Id, Moment, Must

Dollars = Annotated[float, Must(minimum=0)]
TestedStatus = Literal["valid", "invalid", "unreachable", "unverifiable", "unreadable"]


class FieldJson(TypedDict):
    """Something the provider wants to be told; `name` is what it is called in a body."""

    name: str
    label: str
    secret: bool
    required: bool
    pattern: str
    help: str


class ModelJson(TypedDict):
    """Costs are US dollars for 1,000 tokens; null is a price nobody knows here, not a price of nothing."""

    id: str
    name: str
    context: Count | None
    cost_per_1k_input: Dollars | None
    cost_per_1k_output: Dollars | None
    noted_on: Day | None
    is_own: bool


class ProviderJson(TypedDict):
    """`key_url` is where one gets a key, `can_be_tested` whether one can be tried without paying."""

    id: str
    name: str
    kind: Annotated[str, Kind]
    description: str
    website: str
    key_url: str
    requires_api_key: bool
    can_be_tested: bool
    used_for: str
    fields: list[FieldJson]
    models: list[ModelJson]
    features: list[str]


class ApiKeyJson(TypedDict):
    """What of a key may be seen. `is_valid` is null until that is known; `fields` are its other values."""

    id: Id
    provider: str
    label: str
    masked_key: str
    fields: dict[str, str]
    is_valid: bool | None
    status: Annotated[str, KeyStatus]
    error: str
    last_used: Moment | None
    last_validated: Moment | None
    tested_at: Moment | None
    created_at: Moment


class KeyTestJson(TypedDict):
    """`success` is whether the key can be used now: a valid one with nothing left to spend cannot."""

    provider: str
    success: bool
    status: TestedStatus
    latency_ms: Count | None
    error: str | None
    tested_at: Moment


def provider_as_json(provider: Provider, models: list[Model]) -> ProviderJson:
    return {
        "id": provider.id,
        "name": provider.name,
        "kind": provider.kind.value,
        "description": provider.description,
        "website": provider.website,
        "key_url": provider.key_url,
        "requires_api_key": provider.requires_api_key,
        "can_be_tested": provider.probe is not None,
        "used_for": provider.used_for,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "secret": field.is_secret,
                "required": field.is_required,
                "pattern": field.pattern,
                "help": field.help,
            }
            for field in provider.fields
        ],
        "models": [_model_as_json(model) for model in models],
        "features": list(provider.features),
    }


def _model_as_json(model: Model) -> ModelJson:
    return {
        "id": model.id,
        "name": model.name,
        "context": model.context,
        "cost_per_1k_input": model.cost_per_1k_input,
        "cost_per_1k_output": model.cost_per_1k_output,
        "noted_on": model.noted_on.isoformat() if model.noted_on else None,
        "is_own": model.is_own,
    }


def key_as_json(credential: Credential) -> ApiKeyJson:
    """One that cannot be read is of no use, whatever was known of it before."""
    is_readable = credential.is_readable
    return {
        "id": str(credential.pk),
        "provider": credential.provider,
        "label": credential.label,
        "masked_key": credential.masked_key,
        "fields": credential.shown,
        "is_valid": credential.is_valid if is_readable else False,
        "status": credential.status if is_readable else KeyStatus.UNREADABLE.value,
        "error": credential.error if is_readable else LOST,
        "last_used": rest.utc(credential.last_used),
        "last_validated": rest.utc(credential.last_validated),
        "tested_at": rest.utc(credential.tested_at),
        "created_at": rest.utc(credential.created_at),
    }


def test_as_json(credential: Credential, verdict: Verdict) -> KeyTestJson:
    status: Any = verdict.status.value
    return {
        "provider": credential.provider,
        "success": verdict.is_usable,
        "status": status,
        "latency_ms": verdict.latency_ms,
        "error": verdict.error or None,
        "tested_at": rest.utc(verdict.at),
    }

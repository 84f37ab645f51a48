from accounts.models import User
from accounts.tests.factories import make_user
from integrations.models import Credential, OwnModel
from integrations.providers import PROVIDERS

KEY = "gsk_canary-0123456789-1234"


def make_credential(owner: User | None = None, provider: str = "groq", label: str = "", **values: str) -> Credential:
    fields = values or {"api_key": KEY}
    return Credential.objects.enter(owner or make_user(), PROVIDERS[provider], fields, label)[0]


def make_own_model(owner: User | None = None, **fields) -> OwnModel:
    facts = {"provider": "groq", "model": "own-model", "name": "Own model", "context": 8192, **fields}
    return OwnModel.objects.create(owner=owner or make_user(), **facts)

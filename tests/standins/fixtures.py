"""Fixtures for tests that let the real thing go out and lead it to the stand-ins."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

if TYPE_CHECKING:
    from tests.standins.hostile import Server
    from tests.standins.identity import IdentityProviders
    from tests.standins.server import Standins


@pytest.fixture(scope="session")
def running_standins(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Standins"]:
    # Imported here, because only tests that ask for it should pay for a web server.
    from tests.standins.server import Standins

    with Standins(tmp_path_factory.mktemp("standins")) as standins:
        yield standins


@pytest.fixture
def standins(running_standins: "Standins", settings: Settings) -> "Standins":
    """The stand-ins in their first state, with this process led to them."""
    running_standins.reset()
    for name, value in running_standins.environment.items():
        setattr(settings, name, value)
    return running_standins


@pytest.fixture(scope="session")
def running_identity_providers() -> Iterator["IdentityProviders"]:
    # Imported here for the same reason.
    from tests.standins.identity import IdentityProviders

    with IdentityProviders() as providers:
        yield providers


@pytest.fixture
def identity_providers(running_identity_providers: "IdentityProviders", settings: Settings) -> "IdentityProviders":
    """Google and GitHub as they are set up where Studio knows both, led to the stand-in."""
    from tests.standins.identity import CLIENTS

    running_identity_providers.reset()
    settings.PROVIDER_URLS = dict.fromkeys(("google", "github"), running_identity_providers.url)
    settings.SOCIALACCOUNT_PROVIDERS = {
        client.partition("-")[0]: {"APP": {"client_id": client, "secret": secret}, "OAUTH_PKCE_ENABLED": True}
        for client, secret in CLIENTS.items()
    }
    return running_identity_providers


@pytest.fixture
def serve() -> Iterator[Callable[..., "Server"]]:
    """Starts a server on loopback that answers with given bytes, or as a function says."""
    from tests.standins.hostile import servers  # imported here for the same reason

    with contextmanager(servers)() as start:
        yield start

"""Fixtures for tests that let the real thing go out and lead it to the stand-ins."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

if TYPE_CHECKING:
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

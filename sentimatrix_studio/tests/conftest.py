from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files are collected once for every Studio that is started here."""
    return tmp_path_factory.mktemp("static")

"""A real site with its worker for those who come over the wire: tools, programs, and what the documentation tells."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.site import running_site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/api/" in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("api"))  # one site for all of them


@pytest.fixture(scope="package")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="package")
def site(data_dir: Path, static_root: Path) -> Iterator[str]:
    with running_site(data_dir, static_root) as address:
        yield address

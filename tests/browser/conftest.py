"""A real site, a real browser, and the watch that every page is under.

All of it lasts for this folder only: while Playwright runs, Django takes its loop for one that forbids queries.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import running_chromium
from tests.browser.sample import Sample, make_sample
from tests.browser.site import running_site
from tests.browser.watching import Watch
from tests.standins.identity import IdentityProviders

KETTLES = """text,rating,date
Lovely little thing,5,2026-01-02
Broke after a day,1,2026-01-03
It is a kettle,3,2026-01-04
"""
OpenPage = Callable[..., Page]
PATIENCE = 60_000  # milliseconds for what a busy machine takes its time with
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one site and one Chromium for all of them


@pytest.fixture(scope="package")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that the site keeps."""
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="package")
def site(site_folder: Path, static_root: Path, running_identity_providers: IdentityProviders) -> Iterator[str]:
    with running_site(site_folder, static_root, **running_identity_providers.environment) as address:
        yield address


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def open_watched(chromium: Browser, site: str) -> Callable[..., tuple[Page, Watch]]:
    """Opens a page in a browser context of its own, with the watch over it. Answers with ``statuses`` are expected."""

    def open_page(*statuses: int, **options: Any) -> tuple[Page, Watch]:
        context = chromium.new_context(base_url=site, locale="en-GB", timezone_id="UTC", **options)
        context.set_default_timeout(PATIENCE)
        watch = Watch(statuses)
        watch.over(context)
        return context.new_page(), watch

    return open_page


@pytest.fixture
def open_page(open_watched: Callable[..., tuple[Page, Watch]]) -> Iterator[OpenPage]:
    """The same for one test, at whose end nothing must have gone wrong on any of its pages."""
    opened = []

    def open_one(*statuses: int, **options: Any) -> Page:
        opened.append(open_watched(*statuses, **options))
        return opened[-1][0]

    yield open_one
    for page, watch in opened:
        page.context.close()
        watch.assert_nothing_happened()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Of a person who has never been here."""
    return open_page()


@pytest.fixture
def own_page(open_page: OpenPage, sample: Sample) -> Page:
    """Of the person with the sample project."""
    return open_page(storage_state=sample.session)


@pytest.fixture(scope="package")
def sample(open_watched: Callable[..., tuple[Page, Watch]], tmp_path_factory: pytest.TempPathFactory) -> Sample:
    file = tmp_path_factory.mktemp("files") / "kettles.csv"
    file.write_text(KETTLES, encoding="utf-8")
    page, watch = open_watched()
    made = make_sample(page, file)
    page.context.close()
    watch.assert_nothing_happened()
    return made

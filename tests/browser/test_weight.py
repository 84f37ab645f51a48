"""No page is heavier than it needs to be."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.pages import PAGES, SitePage
from tests.browser.sample import Sample

HEAVIEST = 60 * 1024


def weigh(page: Page, path: str) -> dict[str, int]:
    """Bytes of everything a page loads with nothing in the cache, as they travel, by address; without headers."""
    addresses: dict[str, str] = {}
    headers: dict[str, int] = {}
    sizes: dict[str, int] = {}

    def on_response(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["response"]["url"]
        headers[event["requestId"]] = event["response"]["encodedDataLength"]

    def on_finished(event: dict[str, Any]) -> None:
        number = event["requestId"]
        sizes[addresses[number]] = event["encodedDataLength"] - headers[number]

    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.responseReceived", on_response)
    devtools.on("Network.loadingFinished", on_finished)
    page.goto(path, wait_until="networkidle")
    return sizes


@pytest.mark.parametrize("site_page", PAGES, ids=lambda page: page.name)
def test_a_page_weighs_at_most_60_kilobytes(site_page: SitePage, open_page: OpenPage, sample: Sample) -> None:
    page = open_page(401, 404, storage_state=sample.session if site_page.signed_in else None)
    sizes = weigh(page, site_page.path(sample))
    assert len(sizes) > 10
    heaviest_first = sorted(sizes.items(), key=lambda item: -item[1])
    assert sum(sizes.values()) <= HEAVIEST, f"{sum(sizes.values())} bytes: {heaviest_first}"

"""Each page, light and dark, on a phone and on a desk: nothing refused, unreadable or sticking out, nothing heavier
than it needs to be."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import URLResolver, get_resolver, resolve
from playwright.sync_api import Page

from tests.browser.accessibility import accessibility_violations
from tests.browser.pages import NOT_PAGES, PAGES, SitePage
from tests.browser.sample import Sample
from tests.browser.watching import Watch
from tests.browser.weighing import Scale

SCREENSHOTS = os.environ.get("SCREENSHOTS")
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}
LOOKS = [("light", "phone"), ("dark", "desk")]  # every theme and every size once; the other pairs take as long again
if SCREENSHOTS or "EXAMPLES" in os.environ:  # make test-full
    LOOKS += [("light", "desk"), ("dark", "phone")]
OUR_VIEWS = [
    f"{package}.views"
    for package in (
        *("accounts", "projects", "integrations", "results", "scraping", "scraping.reanalysis", "scraping.schedules"),
        "sentimatrix_studio",
    )
]
ID = "0" * 24
PROJECT = f"/projects/{ID}/"
NOWHERE = Sample(
    session={},
    project=PROJECT,
    target=f"{PROJECT}targets/{ID}/",
    job=f"{PROJECT}jobs/{ID}/",
    result=f"{PROJECT}results/{ID}/",
    marker=f"{PROJECT}markers/{ID}/",
    preset=f"/settings/presets/{ID}/",
    key="/settings/keys/openai/",
    model=f"/settings/models/{ID}/",
    channel=f"/settings/notifications/{ID}/",
    webhook=f"/settings/webhooks/{ID}/",
    delivery=f"/settings/webhooks/{ID}/deliveries/{ID}/",
    token=f"/settings/tokens/{ID}/",
    view=f"{PROJECT}results/views/{ID}/",
    upload=f"{PROJECT}import/",
)
Opened = tuple[Page, Watch, Scale]
HEAVIEST = 60 * 1024


@pytest.fixture(scope="module", params=LOOKS, ids="-".join)
def look(request: pytest.FixtureRequest) -> tuple[str, str]:
    theme, size = request.param
    return theme, size


@pytest.fixture(scope="module")
def opened(
    open_watched: Callable[..., tuple[Page, Watch]], sample: Sample, look: tuple[str, str]
) -> Iterator[Callable[[bool], Opened]]:
    """One page of somebody unknown and one of the sample's owner, each used for many addresses."""
    theme, size = look
    shown: dict[str, Any] = {"color_scheme": theme, "viewport": SIZES[size], "reduced_motion": "reduce"}
    pages = {True: open_watched(storage_state=sample.session, **shown), False: open_watched(401, 404, **shown)}
    weighed = {is_own: (page, watch, Scale(page)) for is_own, (page, watch) in pages.items()}
    yield weighed.__getitem__
    for page, _ in pages.values():
        page.context.close()


def routes_of_ours(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """Names of the routes that lead to one of our modules of views."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes_of_ours(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.callback.__module__.startswith(tuple(OUR_VIEWS)):
            yield f"{namespace}{pattern.name}"


def test_every_route_is_looked_at_or_known_to_be_no_page() -> None:
    paths = [urlsplit(page.path(NOWHERE)).path for page in PAGES if page.name != "not_found"]
    seen = {resolve(path).view_name for path in paths}
    assert set(routes_of_ours(get_resolver())) - seen == set(NOT_PAGES)


@pytest.mark.parametrize("site_page", PAGES, ids=lambda page: page.name)
def test_a_page_is_sound(
    site_page: SitePage, opened: Callable[[bool], Opened], sample: Sample, look: tuple[str, str]
) -> None:
    page, watch, scale = opened(site_page.signed_in)
    scale.clear()
    page.goto(site_page.path(sample), wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    watch.assert_nothing_happened()
    assert page.locator("main").count() == 1
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{'_'.join([site_page.name, *look])}.png")
    heaviest_first = sorted(scale.sizes.items(), key=lambda item: -item[1])
    assert len(heaviest_first) > 10
    assert sum(scale.sizes.values()) <= HEAVIEST, heaviest_first
    assert accessibility_violations(page) == []

"""A site that collects from the stand-ins: what a person sees of a run, its end and its hindrances."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.site import processes_of, running_site
from tests.standins import Standins

SHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("collecting")


@pytest.fixture
def page(folder: Path, static_root: Path, chromium: Browser, running_standins: Standins) -> Iterator[Page]:
    running_standins.reset()
    with running_site(folder, static_root, **running_standins.environment) as address:
        context = chromium.new_context(base_url=address, locale="en-GB", timezone_id="UTC")
        yield context.new_page()
        context.close()
    running_standins.reset()


def keep_picture(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_run_is_followed_over_a_restart_of_the_server_and_says_what_it_brought(
    page: Page, folder: Path, running_standins: Standins
) -> None:
    steam = running_standins.steam
    steps.sign_up(page)
    steps.begin_project(page, "Portal", "store.steampowered.com/app/440")
    steam.delay = 10.0
    page.get_by_role("button", name="Create and run").click()
    page.wait_for_url("**/jobs/*/")
    project = steps.project_path(page)
    expect(page.locator("live-job [data-field=status]").first).to_have_text("Running")
    steps.wait_until_live(page)
    (server,) = processes_of(folder, "web")
    server.kill()  # only that: Studio starts it again
    steam.delay = 1.0
    steps.wait_until_finished(page)
    expect(page.locator("live-job [data-field=new]")).to_have_text("45")
    expect(page.locator("live-job .log li").last).to_contain_text("45 reviews: 45 new.")
    page.reload()
    expect(page.get_by_text("Request id")).to_be_visible()
    keep_picture(page, "job")
    page.get_by_role("link", name="What changed").click()
    expect(page.get_by_role("link", name="New 45")).to_have_attribute("aria-current", "page")
    keep_picture(page, "changes")
    page.get_by_role("link", name="No longer there 0").click()
    expect(page.get_by_role("heading", name="Nothing is known to be gone")).to_be_visible()

    steam.delay, steam.mode = 0.0, "sign in"
    page.goto(project)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/jobs/*/")
    expect(page.locator("live-job [data-field=status]").first).to_have_text("Failed", timeout=steps.JOB_FINISHES_WITHIN)
    page.goto(f"{project}targets/")
    row = page.get_by_role("row").filter(has_text="440")
    expect(row).to_contain_text("45 of 45")
    expect(row).to_contain_text("sign-in required")
    expect(row.get_by_role("link", name="Import a file instead")).to_be_visible()
    keep_picture(page, "targets")

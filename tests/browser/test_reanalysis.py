"""From a filter of the list to a job that reads its reviews again."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import steps


def test_what_a_filter_finds_is_read_again(page: Page) -> None:
    steps.sign_up(page)
    steps.load_sample(page)
    steps.wait_until_finished(page)
    page.goto(f"{page.url.split('/jobs/')[0].rstrip('/')}/results/?sentiment=very_negative")
    page.get_by_role("link", name="Read again").click()
    number = page.locator("#which").inner_text()
    page.get_by_role("button", name="Read again").click()
    expect(page.locator("live-job")).to_contain_text(f"Read again: {number}.", timeout=steps.JOB_FINISHES_WITHIN)
    expect(page.locator("live-job")).not_to_contain_text("Unchanged")
    expect(page.get_by_role("link", name="The reviews")).to_be_visible()
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / "reanalysis_job.png", full_page=True)

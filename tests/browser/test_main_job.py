"""The one thing the product is for, from end to end."""

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.site import nobody_working

# Notes every value the bar takes; the page's own scripts are not touched.
NOTE_PROGRESS = """
window.bar = [];
new MutationObserver(() => {
  const job = document.querySelector("live-job");
  if (job) bar.push([job.dataset.connection ?? "", job.querySelector("[data-field=progress]").value]);
}).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
"""


def test_from_signing_up_to_a_file_of_the_filtered_reviews(page: Page, site_folder: Path, tmp_path: Path) -> None:
    page.add_init_script(NOTE_PROGRESS)
    steps.sign_up(page)
    with nobody_working(site_folder):
        steps.load_sample(page)
        steps.wait_until_live(page)
    steps.wait_until_finished(page)
    noted = page.evaluate("window.bar")
    assert [value for _, value in noted if 0 < value < 100], "the bar was never seen between its ends"
    assert noted[-1][1] == 100

    page.get_by_role("link", name="Results").first.click()
    filters = page.get_by_role("search", name="Filter results")
    filters.get_by_label("Negative", exact=True).check()
    expect(page).to_have_url(re.compile(r"\?sentiment=negative$"))
    expect(page.locator(".chip")).to_have_count(1)
    heading = page.locator("#results h2").first
    expect(heading).to_have_text(re.compile(r"^[1-9]\d* reviews$"))
    total = int((heading.text_content() or "").split()[0])
    rows = page.locator("#results tbody tr")
    expect(rows).to_have_count(min(total, 50))

    rows.first.locator("a.title").click()
    review = page.get_by_role("dialog")
    expect(review.get_by_text("Negative", exact=True).first).to_be_visible()
    expect(review.locator(".push-negative").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(review).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?sentiment=negative$"))

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert re.fullmatch(r"[\w-]+_results_\d{8}T\d{6}Z\.csv", file.name)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        exported = list(csv.DictReader(lines))
    assert len(exported) == total
    assert {row["sentiment"] for row in exported} == {"negative"}

    page.goto("/dashboard/", wait_until="networkidle")  # what it loads later takes nothing else away
    expect(page.locator("#figures #timeline")).to_be_visible()
    expect(page.locator("#words")).to_have_count(1)

"""What can be taken away from a chart."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sample import Sample


@pytest.fixture
def chart(own_page: Page, sample: Sample) -> Locator:
    own_page.goto(sample["analytics/"])
    return own_page.locator("figure[data-chart]", has=own_page.get_by_role("heading", name="Sentiment over time"))


def test_the_menu_of_downloads_closes_by_escape(own_page: Page, chart: Locator) -> None:
    opener, saves = chart.locator("[data-tools] summary"), chart.locator("[data-save]").first
    expect(chart.locator(".chart-tip")).to_be_attached()  # its script has come
    opener.press("Enter")
    expect(saves).to_be_visible()
    own_page.keyboard.press("Escape")
    expect(saves).to_be_hidden()
    expect(opener).to_be_focused()


def test_it_is_saved_as_a_table_and_as_an_image(own_page: Page, chart: Locator, tmp_path: Path) -> None:
    expect(chart.locator(".chart-tip")).to_be_attached()
    saved = {kind: save(own_page, chart, kind, tmp_path) for kind in ("csv", "svg", "png")}
    rows = list(csv.reader(saved["csv"].read_text(encoding="utf-8-sig").splitlines()))
    chart.get_by_text("View as table").click()
    cells = chart.locator(".chart-table tbody tr").last.locator("th, td").all_text_contents()
    assert len(rows) == 1 + chart.locator(".chart-table tbody tr").count()
    assert rows[-1][1:] == [cell.strip() for cell in cells[1:]]
    assert "<svg" in saved["svg"].read_text()
    assert saved["png"].read_bytes().startswith(b"\x89PNG")


def save(page: Page, chart: Locator, kind: str, folder: Path) -> Path:
    chart.locator("[data-tools] summary").click()
    with page.expect_download() as download:
        chart.locator(f"[data-save={kind}]").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path

"""Pages on paper: what they say, light, whole, and without what only a screen can use."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.sample import Sample

SHEET = {"width": 703, "height": 1000}  # A4 within its margins
ONLY_ON_SCREEN = ".sidebar, .topbar, .filters, .bulk, .btn, .segmented, .chart-tools, input:not([type=hidden]), select"

FROM_NOW = re.compile("ago|yesterday|this minute")  # of the newest review, which the sample dates today or just before


@pytest.fixture
def sheet(open_page: OpenPage, sample: Sample) -> Page:
    page = open_page(storage_state=sample.session, viewport=SHEET, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    return page


@pytest.mark.parametrize("path", ["", "analytics/", "analytics/aspects/", "results/"])
def test_a_sheet_holds_the_page_without_its_frame(sheet: Page, sample: Sample, path: str) -> None:
    sheet.goto(sample[path], wait_until="networkidle")
    expect(sheet.locator("h1")).to_be_visible()
    expect(sheet.locator(ONLY_ON_SCREEN).filter(visible=True)).to_have_count(0)
    expect(sheet.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert sheet.evaluate("document.documentElement.scrollWidth") == SHEET["width"]


def test_paper_names_dates(sheet: Page, sample: Sample) -> None:
    sheet.goto(sample["results/"])
    date = sheet.locator("#results time").first
    expect(date).to_have_text(FROM_NOW)
    sheet.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(date).to_have_text(re.compile(r"^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d\d:\d\d$"))
    sheet.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(date).to_have_text(FROM_NOW)

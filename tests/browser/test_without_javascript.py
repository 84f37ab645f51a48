"""Lists, filters and forms are plain HTML; scripts only add comfort."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import OpenPage
from tests.browser.sample import Sample


@pytest.fixture
def plain_page(open_page: OpenPage, sample: Sample) -> Page:
    return open_page(storage_state=sample.session, java_script_enabled=False)


def test_reviews_can_be_filtered(plain_page: Page, sample: Sample) -> None:
    plain_page.goto(sample["results/"])
    filters = plain_page.get_by_role("search", name="Filter results")
    filters.get_by_label("Steam", exact=True).check()
    filters.get_by_label("Search reviews").fill("boiler")
    filters.get_by_role("button", name="Apply").click()
    expect(plain_page.locator(".chip")).to_have_count(2)
    expect(filters.get_by_label("Steam", exact=True)).to_be_checked()
    expect(filters.get_by_label("Search reviews")).to_have_value("boiler")
    expect(plain_page.locator("#results mark").first).to_be_visible()


def test_reviews_can_be_leafed_through(plain_page: Page, sample: Sample) -> None:
    plain_page.goto(sample["results/"])
    plain_page.get_by_role("link", name="Older").click()
    expect(plain_page).to_have_url(re.compile(r"\?(after|cursor|before)="))
    expect(plain_page.locator("#results tbody tr")).to_have_count(50)
    plain_page.get_by_role("link", name="Newer").click()
    expect(plain_page.locator("#results tbody tr")).to_have_count(50)
    expect(plain_page.get_by_role("link", name="Newer")).to_have_count(0)


def test_a_review_and_what_decided_its_label_can_be_read(plain_page: Page, sample: Sample) -> None:
    plain_page.goto(f"{sample['results/']}?sentiment=negative&platform=steam")
    plain_page.locator("a.title").first.click()
    plain_page.get_by_role("link", name="Show the words that decided").click()
    expect(plain_page.locator(".push-negative").first).to_be_visible()


def test_reviews_can_be_exported(plain_page: Page, sample: Sample) -> None:
    plain_page.goto(sample["results/"])
    plain_page.get_by_role("button", name="Export").click()
    with plain_page.expect_download() as download:
        plain_page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong(open_page: OpenPage, sample: Sample) -> None:
    page = open_page(422, storage_state=sample.session, java_script_enabled=False)
    page.goto(sample["targets/"])
    page.get_by_label("Addresses").fill("https://evilamazon.com/dp/B000000001")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Addresses")).to_have_value("https://evilamazon.com/dp/B000000001")


def test_a_project_can_be_made(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    steps.sign_up(page)
    steps.begin_project(page, "Kettles", "store.steampowered.com/app/620")
    expect(page.get_by_text("https://store.steampowered.com/app/620/")).to_be_visible()
    page.get_by_role("button", name="Only create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kettles")


def test_a_person_can_sign_up_and_out(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    steps.sign_up(page)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_every_chart_opens_its_table(plain_page: Page, sample: Sample) -> None:
    plain_page.goto(sample["analytics/"])
    tables = plain_page.locator(".chart-table")
    assert tables.count() >= 6
    for table in tables.all():
        table.locator("summary").click()
        expect(table.locator("table")).to_be_visible()

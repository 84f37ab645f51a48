"""The form, the list and the address always say the same. Each test is a bug that a prototype had."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sample import Sample


@pytest.fixture
def results(own_page: Page, sample: Sample) -> Page:
    own_page.goto(sample["results/"])
    return own_page


@pytest.fixture
def filters(results: Page) -> Locator:
    return results.get_by_role("search", name="Filter results")


def ends_with(query: str) -> re.Pattern[str]:
    return re.compile(re.escape(query) + "$")


def test_back_restores_the_form_with_the_address(results: Page, filters: Locator, sample: Sample) -> None:
    filters.get_by_label("Positive", exact=True).check()
    expect(results).to_have_url(ends_with("?sentiment=positive"))
    filters.get_by_label("Steam", exact=True).check()
    expect(results).to_have_url(ends_with("?sentiment=positive&platform=steam"))
    expect(results.locator(".chip")).to_have_count(2)

    results.go_back()
    expect(results).to_have_url(ends_with("?sentiment=positive"))
    expect(filters.get_by_label("Steam", exact=True)).not_to_be_checked()
    expect(filters.get_by_label("Positive", exact=True)).to_be_checked()
    expect(results.locator(".chip")).to_have_count(1)

    results.go_back()
    expect(results).to_have_url(ends_with(sample["results/"]))
    expect(filters.get_by_label("Positive", exact=True)).not_to_be_checked()
    expect(results.locator(".chip")).to_have_count(0)


def test_back_from_a_page_that_was_left_shows_a_whole_page(results: Page, filters: Locator, sample: Sample) -> None:
    filters.get_by_label("Steam", exact=True).check()
    expect(results).to_have_url(ends_with("?platform=steam"))
    expect(results.locator(".chip")).to_have_count(1)
    results.goto(sample["analytics/"])
    results.go_back()
    expect(results.get_by_role("heading", level=1)).to_have_text("Results")
    expect(filters.get_by_label("Steam", exact=True)).to_be_checked()
    expect(results.locator(".chip")).to_have_count(1)


def test_a_search_is_one_step_of_history_even_when_the_field_is_left(results: Page, filters: Locator) -> None:
    before = results.evaluate("history.length")
    search = filters.get_by_label("Search reviews")
    search.fill("boiler")  # key by key, a slow machine takes the time between two for the end of typing
    expect(results).to_have_url(ends_with("?search=boiler"))
    search.blur()
    filters.get_by_label("Steam", exact=True).check()
    expect(results).to_have_url(ends_with("?search=boiler&platform=steam"))
    assert results.evaluate("history.length") == before + 2
    expect(results.locator("mark").first).to_have_text(re.compile("^boiler", re.IGNORECASE))


def test_slash_leads_to_the_search_after_a_click_on_a_checkbox(results: Page, filters: Locator) -> None:
    filters.get_by_label("Steam", exact=True).check()
    expect(results).to_have_url(ends_with("?platform=steam"))
    results.keyboard.press("/")
    expect(filters.get_by_label("Search reviews")).to_be_focused()
    results.keyboard.type("a/b")
    expect(filters.get_by_label("Search reviews")).to_have_value("a/b")


def test_empty_fields_stay_out_of_the_address(results: Page, filters: Locator, sample: Sample) -> None:
    filters.get_by_label("Steam", exact=True).check()
    expect(results).to_have_url(ends_with("?platform=steam"))
    filters.get_by_label("Steam", exact=True).uncheck()
    expect(results).to_have_url(ends_with(sample["results/"]))


def test_a_removed_chip_clears_its_box(results: Page, filters: Locator) -> None:
    filters.get_by_label("Steam", exact=True).check()
    filters.locator("summary", has_text="Emotion").click()
    filters.get_by_label("Joy").check()
    expect(results.locator(".chip")).to_have_count(2)
    results.get_by_role("link", name="Remove filter Platform: Steam").click()
    expect(filters.get_by_label("Steam", exact=True)).not_to_be_checked()
    expect(filters.get_by_label("Joy")).to_be_checked()
    results.get_by_role("link", name="Clear all").click()
    expect(filters.get_by_label("Joy")).not_to_be_checked()
    expect(results.locator(".chip")).to_have_count(0)


def test_older_and_newer_are_links_with_an_address_of_their_own(results: Page) -> None:
    first = results.locator("a.title").first.get_attribute("href") or ""
    older = results.get_by_role("link", name="Older")
    address = older.get_attribute("href") or ""
    older.click()
    expect(results).to_have_url(ends_with(address))
    expect(results.locator(f"a.title[href='{first}']")).to_have_count(0)
    results.get_by_role("link", name="Newer").click()
    expect(results.locator("a.title").first).to_have_attribute("href", re.compile(re.escape(first.split("?")[0])))


def test_no_page_needs_noscript(results: Page, filters: Locator) -> None:
    expect(results.locator("noscript")).to_have_count(0)
    expect(filters.get_by_role("button", name="Apply")).to_be_hidden()

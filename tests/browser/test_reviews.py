"""Labelling, deleting and reading reviews: by keys, in the drawer, without scripts. Each test undoes what it did."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.sample import Sample

FEW = "results/?platform=trustpilot&sentiment=positive"


@pytest.fixture
def results(own_page: Page, sample: Sample) -> Page:
    own_page.goto(sample[FEW])
    return own_page


def rows(page: Page) -> Locator:
    return page.locator("#results tbody tr")


def test_keys_move_label_tick_and_undo(results: Page, sample: Sample) -> None:
    results.goto(sample["results/?platform=trustpilot"])
    first, figures = rows(results).first, results.locator("#results-head")
    results.keyboard.press("j")
    expect(first.locator("a.title")).to_be_focused()
    results.keyboard.press("5")
    expect(first).to_contain_text("Very negative")
    expect(first).to_contain_text("set by hand")
    expect(first.locator("a.title")).to_be_focused()
    expect(figures).to_contain_text("1 label set by hand")
    expect(first.locator("a.title")).to_be_focused()  # again, in the list with the new figures
    results.keyboard.press("x")
    expect(results.get_by_text("1 selected")).to_be_visible()
    results.keyboard.press("u")
    expect(results.get_by_text("1 review is as before.")).to_be_visible()
    expect(rows(results).first).not_to_contain_text("set by hand")
    expect(rows(results).first.locator("a.title")).to_be_focused()
    results.keyboard.press("?")
    expect(results.get_by_role("dialog")).to_contain_text("Label the review, best first")


def test_the_drawer_has_an_address_labels_and_leads_on(results: Page, sample: Sample) -> None:
    address = results.url
    results.keyboard.press("j")
    expect(rows(results).first.locator("a.title")).to_be_focused()
    results.keyboard.press("Enter")
    drawer = results.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Your label")).to_be_visible()
    expect(results).to_have_url(re.compile(r"/results/[0-9a-f]{24}/\?"))
    expect(results).not_to_have_title(re.compile("^Results"))
    results.keyboard.press("3")
    expect(drawer.get_by_role("button", name="Neutral", pressed=True)).to_be_visible()
    expect(drawer).to_contain_text("The engine says: positive")
    expect(rows(results).locator("a.title").first).to_be_attached()
    results.keyboard.press("u")
    expect(drawer.get_by_role("button", name="Positive", exact=True, pressed=True)).to_be_visible()
    expect(drawer).not_to_contain_text("The engine says")
    opened = results.url
    results.keyboard.press("j")
    expect(results).not_to_have_url(opened)
    expect(drawer.locator("#previous")).to_be_visible()
    results.go_back()
    expect(drawer).to_have_count(0)
    expect(results).to_have_url(address)
    expect(results).to_have_title(re.compile("^Results"))
    expect(rows(results).first).to_be_visible()


def test_ticked_reviews_are_deleted_and_brought_back(results: Page) -> None:
    found = rows(results).count()
    results.get_by_role("checkbox", name="Select this review").nth(0).check()
    results.get_by_role("checkbox", name="Select this review").nth(1).check()
    results.get_by_role("button", name="Delete").click()
    expect(results.get_by_text("2 reviews deleted.")).to_be_visible()
    expect(rows(results)).to_have_count(found - 2)
    results.get_by_role("button", name="Undo").click()
    expect(results.get_by_text("2 reviews are as before.")).to_be_visible()
    expect(rows(results)).to_have_count(found)


def test_without_scripts_all_that_was_found_is_labelled_undone_and_kept_as_a_view(
    open_page: OpenPage, sample: Sample
) -> None:
    page = open_page(storage_state=sample.session, java_script_enabled=False)
    page.goto(sample[FEW])
    found = rows(page).count()
    page.get_by_role("checkbox", name=re.compile("that were found")).check()
    page.get_by_role("combobox", name="Sentiment").select_option("Neutral")
    page.get_by_role("button", name="Label").click()
    expect(page.get_by_text(f"{found} reviews labelled neutral.")).to_be_visible()
    page.goto(sample["results/changes/"])
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text(f"{found} reviews are as before.")).to_be_visible()
    page.goto(sample[FEW])
    expect(rows(page)).to_have_count(found)
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("Praise")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Praise", exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Rename or delete the view Praise").click()
    page.get_by_role("button", name="Delete this view").click()
    expect(page.get_by_role("link", name="Praise", exact=True)).to_have_count(0)

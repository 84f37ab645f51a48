"""From nothing to a project, with the comforts scripts add."""

import re

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.sample import Sample


def test_addresses_are_named_as_they_are_typed(own_page: Page, sample: Sample) -> None:
    own_page.goto(sample["targets/"])
    own_page.get_by_label("Addresses").press_sequentially("store.steampowered.com/app/620\nevilamazon.com/x")
    checked = own_page.locator(".checked")
    expect(checked).to_contain_text("1 recognised, 1 not")
    expect(checked).to_contain_text(re.compile(r"Steam\s+game\s+620"))
    expect(checked).to_contain_text("Line 2: evilamazon.com is none of the sites Studio knows")
    own_page.get_by_label("Addresses").fill("")
    expect(checked).to_be_empty()


def test_back_leads_through_the_steps_with_all_that_was_typed(page: Page) -> None:
    steps.sign_up(page)
    steps.begin_project(page, "Kettles", "store.steampowered.com/app/620")
    page.go_back()
    page.get_by_text("Budget", exact=True).click()
    page.go_back()
    expect(page.get_by_label("Addresses")).to_have_value("store.steampowered.com/app/620")
    page.goto("/projects/new/review/")
    expect(page.get_by_role("button", name="Create and run")).to_be_visible()
    page.goto("/projects/new/")
    page.get_by_role("button", name="start over").click()
    expect(page.get_by_label("Name")).to_have_value("")


SUBMIT_TWICE = """() => {
    const form = document.querySelector("main form[method=post]");
    const stopped = [];
    form.noValidate = true;
    addEventListener("submit", event => {
        stopped.push(event.defaultPrevented);
        event.preventDefault();
    });
    form.requestSubmit();
    form.requestSubmit();
    return stopped;
}"""


def test_a_second_click_while_the_answer_is_on_its_way_sends_nothing(page: Page) -> None:
    page.goto("/accounts/signup/")
    assert page.evaluate(SUBMIT_TWICE) == [False, True]

"""Webhooks, by keyboard alone."""

import re

from playwright.sync_api import Page, expect

from tests.browser import steps


def test_a_webhook_is_added_tested_and_deleted_by_keyboard(page: Page) -> None:
    steps.sign_up(page)
    page.goto("/settings/webhooks/")
    page.get_by_role("link", name="New webhook").press("Enter")
    page.get_by_label("Address").press_sequentially("https://127.0.0.1/hook")
    page.get_by_role("checkbox", name="Job failed A job").press("Space")
    page.get_by_label("Address").press("Enter")
    expect(page.get_by_label("Secret of 127.0.0.1")).to_have_value(re.compile("whsec_.{44}"))
    page.get_by_role("link", name="I have copied it").press("Enter")
    page.get_by_role("button", name="Send a test").press("Enter")
    expect(page.get_by_text("Not delivered")).to_be_visible()  # of itself: nobody has opened this machine's own network
    expect(page.get_by_text("is not on the public internet")).to_have_count(2)
    page.get_by_role("link", name="127.0.0.1").press("Enter")
    page.get_by_role("link", name="Delete").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_text("No webhooks yet")).to_be_visible()

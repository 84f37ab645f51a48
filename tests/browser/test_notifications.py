"""The bell and the channels, as people use them: with the keyboard alone, and without scripts."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.accessibility import accessibility_violations
from tests.browser.conftest import OpenPage
from tests.browser.site import nobody_working

TOPIC = "https://127.0.0.1/a-topic-nobody-guesses-0123"


def test_a_channel_is_added_tried_turned_off_and_deleted_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page(422)
    steps.sign_up(page)
    page.goto("/settings/notifications/")
    page.get_by_role("link", name="Add ntfy").press("Enter")
    page.get_by_label("Topic").fill("https://ntfy.sh")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Topic")
    assert accessibility_violations(page) == []
    page.get_by_label("Topic").fill(TOPIC)
    page.get_by_label("Target failed").press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/settings/notifications/[0-9a-f]{24}/$"))
    page.get_by_role("button", name="Send a test message").press("Enter")
    expect(page.locator("#messages")).to_contain_text("Not delivered")  # the list renews itself
    expect(page.locator("#messages")).to_contain_text("127.0.0.1 is not on the public internet")
    assert accessibility_violations(page) == []
    page.goto("/settings/notifications/")
    expect(page.get_by_text("https://127.0.0.1/...0123")).to_be_visible()
    page.get_by_role("button", name="Turn off ntfy").press("Enter")
    expect(page.get_by_role("button", name="Turn on ntfy")).to_be_visible()
    page.get_by_role("link", name="Delete ntfy").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_text("ntfy is deleted.")).to_be_visible()


def test_the_bell_rings_when_a_job_is_done_and_leads_to_it(open_page: OpenPage, site_folder: Path) -> None:
    page = open_page()
    steps.sign_up(page)
    elsewhere = page.context.new_page()
    steps.listen(elsewhere, "/settings/keys/", "connected")
    expect(elsewhere.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    with nobody_working(site_folder):
        steps.load_sample(page)
        steps.wait_until_live(page)
    steps.wait_until_finished(page)
    expect(elsewhere.get_by_role("button", name="Notifications, 1 unread")).to_be_visible()  # without loading it anew
    bell = page.get_by_role("button", name="Notifications, 1 unread")
    expect(bell).to_be_visible()  # with the figures, without loading the page anew
    bell.press("Enter")
    menu = page.locator("#notices")
    notice = menu.get_by_role("button", name=re.compile("^Unread: Job completed"))
    expect(notice).to_be_visible()
    assert accessibility_violations(page) == []
    notice.press("Enter")
    page.wait_for_url("**/jobs/*/")
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    plain = open_page(storage_state=page.context.storage_state(), java_script_enabled=False)
    plain.goto("/dashboard/")
    plain.get_by_role("link", name="Notifications", exact=True).click()
    plain.get_by_role("button", name=re.compile("^Open: Job completed")).click()
    plain.wait_for_url("**/jobs/*/")

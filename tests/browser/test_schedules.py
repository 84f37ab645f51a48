"""Saying when a project runs: the next runs show while one chooses, and without scripts at the press of a button."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.sample import Sample


def test_the_next_runs_follow_what_is_chosen(own_page: Page, sample: Sample) -> None:
    own_page.goto(sample["schedule/"])
    form, shown = own_page.get_by_role("form", name="Schedule"), own_page.locator("#next-runs")
    expect(shown).to_contain_text("Every Friday at 16:45, UTC")
    expect(form.get_by_label("On day")).to_be_hidden()
    form.get_by_label("How often").select_option(label="Every month")
    form.get_by_label("On day").select_option("22")
    expect(form.get_by_label("On", exact=True)).to_be_hidden()
    form.get_by_label("Time zone").select_option("Asia/Kolkata")
    expect(shown).to_contain_text("Every month on the 22nd at 16:45, Kolkata time")
    expect(shown.locator("tbody tr")).to_have_count(5)
    expect(shown.locator("tbody tr").first).to_have_text(re.compile(r" 22, 11:15.* 22, 16:45.* 22, 11:15", re.DOTALL))
    form.get_by_label("How often").select_option(label="As cron says it")
    form.get_by_label("Cron expression").fill("0 9 31 2 *")
    expect(shown).to_contain_text("The day of month is not one that cron understands, or never comes.")
    own_page.get_by_role("link", name="Weekdays").click()
    expect(shown).to_contain_text("At 09:00 on Monday through Friday, UTC")
    expect(own_page.get_by_text("Every Friday at 16:45, UTC, next")).to_be_visible()  # nothing of it is kept


def test_a_schedule_is_switched_and_says_why_a_run_cannot_start(own_page: Page, sample: Sample) -> None:
    own_page.goto(sample["schedule/"])
    own_page.get_by_role("button", name="Switch off").click()
    expect(own_page.get_by_text("The schedule is off.")).to_be_visible()
    own_page.get_by_role("button", name="Switch on").click()
    expect(own_page.get_by_text("The schedule is on.")).to_be_visible()
    own_page.get_by_role("button", name="Run now").click()
    expect(own_page.get_by_text("There is nothing to collect")).to_be_visible()
    own_page.get_by_role("link", name="Delete").click()
    dialog = own_page.get_by_role("dialog")
    expect(dialog).to_contain_text("Jobs and reviews stay.")
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).to_be_hidden()


def test_without_scripts_a_button_shows_the_next_runs(open_page: OpenPage, sample: Sample) -> None:
    page = open_page(storage_state=sample.session, java_script_enabled=False)
    page.goto(sample["schedule/"])
    page.get_by_label("How often").select_option(label="Every day")
    page.get_by_label("At", exact=True).fill("06:10")
    page.get_by_role("button", name="Show next runs").click()
    expect(page.locator("#next-runs")).to_contain_text("Every day at 06:10, UTC")
    expect(page.get_by_label("At", exact=True)).to_have_value("06:10")
    page.goto(sample["schedule/"])
    expect(page.locator("#next-runs")).to_contain_text("Every Friday at 16:45, UTC")

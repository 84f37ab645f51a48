"""Progress and new reviews arrive by themselves, over a socket or without one."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import KETTLES
from tests.browser.site import nobody_working

NOTE_CONNECTIONS = """
window.connections = new Set();
const note = () => document.querySelectorAll("live-job").forEach(job => connections.add(job.dataset.connection));
new MutationObserver(note).observe(document, {subtree: true, childList: true, attributes: true});
"""


def test_where_sockets_are_blocked_the_bar_is_polled_to_its_end(page: Page, site_folder: Path) -> None:
    page.route_web_socket("**", lambda socket: socket.close())
    page.add_init_script(NOTE_CONNECTIONS)
    steps.sign_up(page)
    with nobody_working(site_folder):
        steps.load_sample(page)
        expect(page.locator("live-job")).to_have_attribute("data-connection", "polling")
    steps.wait_until_finished(page)
    assert "live" not in page.evaluate("[...window.connections]")
    expect(page.locator("live-job time").last).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))


def test_a_bar_survives_reloading(page: Page) -> None:
    steps.sign_up(page)
    steps.load_sample(page)
    page.reload()
    steps.wait_until_finished(page)


def test_a_list_offers_new_reviews_instead_of_moving(page: Page, tmp_path: Path) -> None:
    steps.sign_up(page)
    project = steps.create_project(page, "Kettles")
    steps.listen(page, f"{project}results/", "subscribed")
    expect(page.get_by_role("heading", name="No reviews yet")).to_be_visible()

    file = tmp_path / "kettles.csv"
    file.write_text(KETTLES, encoding="utf-8")
    steps.import_file(page.context.new_page(), project, file)

    offer = page.locator("new-results")
    expect(offer).to_contain_text("3 new reviews.", timeout=steps.JOB_FINISHES_WITHIN)
    expect(page.locator("#results tbody tr")).to_have_count(0)
    offer.get_by_role("link").click()
    expect(page.locator("#results tbody tr")).to_have_count(3)
    expect(offer).to_be_hidden()

"""What a person does on the site, in the words of the pages."""

import re
import time
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

PASSWORD = "Kettlemoon-42"
JOB_FINISHES_WITHIN = 240_000  # milliseconds
LISTENS_WITHIN = 60  # seconds
_number = count(1)


def sign_up(page: Page, name: str = "Ada Analyst", base: str = "") -> str:
    """The address of the new account."""
    email = f"ada{next(_number)}@example.com"
    page.goto(f"{base}/accounts/signup/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/dashboard/")
    return email


def load_sample(page: Page) -> None:
    """From the dashboard to the page where its job is to be seen."""
    page.get_by_role("button", name="Load the sample project").click()
    page.wait_for_url("**/projects/**")


def begin_project(page: Page, name: str, addresses: str = "") -> None:
    """As far as the last step, where the project can be created."""
    page.goto("/projects/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/new/sources/")
    page.get_by_label("Addresses").fill(addresses)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/new/preset/")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/new/review/")


def create_project(page: Page, name: str) -> str:
    """The path of the new project's page."""
    begin_project(page, name)
    page.get_by_role("button", name="Create the project").click()
    page.wait_for_url(re.compile(r"/projects/[0-9a-f]{24}/$"))
    return project_path(page)


def enter_key(page: Page, provider: str, key: str) -> None:
    """As far as the list that shows it."""
    page.goto(f"/settings/keys/{provider}/")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/keys/#*")


def add_channel(page: Page, service: str, address: str) -> None:
    """As far as its own page."""
    page.goto(f"/settings/notifications/new/{service}/")
    page.get_by_label("Topic").fill(address)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/settings/notifications/[0-9a-f]{24}/$"))


def confirm_password(page: Page) -> None:
    """Where the site asks for it once more."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/settings/**")


def make_token(page: Page, name: str) -> None:
    """As far as the page that shows it."""
    page.goto("/settings/tokens/new/")
    confirm_password(page)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the token").click()
    expect(page.get_by_role("heading", name="Your new token")).to_be_visible()


def choose_file(page: Page, project: str, file: Path) -> None:
    """As far as the page that shows how the file is read."""
    page.goto(f"{project}import/")
    page.get_by_label("Choose a file").set_input_files(file)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/import/?file=*")


def import_file(page: Page, project: str, file: Path) -> None:
    """As far as the page of the job."""
    choose_file(page, project, file)
    page.get_by_role("button", name="Import").click()
    page.wait_for_url("**/jobs/*/")


def listen(page: Page, path: str, told: str) -> None:
    """Open a page, until its socket has told that from here on it hears what happens."""
    heard: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda message: heard.append(message)))
    page.goto(path)
    give_up = time.monotonic() + LISTENS_WITHIN
    while not any(f'"type": "{told}"' in str(message) for message in heard):
        assert time.monotonic() < give_up, f"The socket has only told {heard}."
        page.wait_for_timeout(50)


def wait_until_live(page: Page) -> None:
    expect(page.locator("live-job").first).to_have_attribute("data-connection", "live")


def wait_until_finished(page: Page) -> None:
    expect(page.locator("live-job [data-field=status]").first).to_have_text("Completed", timeout=JOB_FINISHES_WITHIN)


def project_path(page: Page) -> str:
    found = re.match(r"/projects/[0-9a-f]{24}/", urlsplit(page.url).path)
    assert found, f"{page.url} is not of a project"
    return found[0]

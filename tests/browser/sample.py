"""The sample project in the hands of a person who is signed in, and where its pages are."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, StorageState

from tests.browser import steps


@dataclass(frozen=True)
class Sample:
    session: StorageState
    project: str  # the path of its page
    target: str  # of one of its targets, without what is to be done with it
    job: str
    result: str
    upload: str  # the page on which a file that was just handed over is looked at

    def __getitem__(self, page: str) -> str:
        return f"{self.project}{page}"


def make_sample(page: Page, file: Path) -> Sample:
    """Sign up, load the sample project, wait for it, and hand over a file as well."""
    steps.sign_up(page)
    steps.load_sample(page)
    steps.wait_until_finished(page)
    project = steps.project_path(page)
    return Sample(
        session=page.context.storage_state(),
        project=project,
        target=_first_link(page, f"{project}targets/", r"/targets/[0-9a-f]{24}/"),
        job=_first_link(page, f"{project}jobs/", r"/jobs/[0-9a-f]{24}/"),
        result=_first_link(page, f"{project}results/?platform=trustpilot", r"/results/[0-9a-f]{24}/"),
        upload=_hand_over(page, project, file),
    )


def _first_link(page: Page, path: str, pattern: str) -> str:
    """The beginning of the first link on a page that matches, up to the end of the pattern."""
    page.goto(path)
    hrefs = [link.get_attribute("href") or "" for link in page.locator("main a").all()]
    return next(found[0] for href in hrefs if (found := re.match(rf".*?{pattern}", href)))


def _hand_over(page: Page, project: str, file: Path) -> str:
    steps.choose_file(page, project, file)
    address = urlsplit(page.url)
    return f"{address.path}?{address.query}"

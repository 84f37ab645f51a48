"""The sample project in the hands of a person who is signed in and has begun another, and where its pages are."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, StorageState

from tests.browser import steps

ADDRESSES = """store.steampowered.com/app/620
https://www.reddit.com/r/gaming/comments/1abc2d/a_title/
"""


@dataclass(frozen=True)
class Sample:
    session: StorageState
    project: str  # the path of its page
    target: str  # of one of its targets, without what is to be done with it
    job: str
    result: str
    marker: str
    preset: str  # one of one's own, without what is to be done with it
    key: str  # one of one's own, likewise
    model: str  # a model of one's own
    channel: str  # one to which notifications go, likewise
    webhook: str  # one of one's own, likewise
    delivery: str  # one to it
    token: str  # one for the API, without what is to be done with it
    view: str  # a saved view of its reviews
    upload: str  # the page on which a file that was just handed over is looked at

    def __getitem__(self, page: str) -> str:
        return f"{self.project}{page}"


def make_sample(page: Page, file: Path) -> Sample:
    """Sign up, load the sample project, wait for it, and hand over a file as well."""
    steps.sign_up(page)
    steps.load_sample(page)
    steps.wait_until_finished(page)
    project = steps.project_path(page)
    _start_schedule(page, project)
    steps.begin_project(page, "Kettlemoon II", ADDRESSES)
    _order_exports(page, project)
    _have_insights_written(page, project)
    webhook, delivery = _test_webhook(page)
    return Sample(
        session=page.context.storage_state(),
        project=project,
        target=_first_link(page, f"{project}targets/", r"/targets/[0-9a-f]{24}/"),
        job=_first_link(page, f"{project}jobs/", r"/jobs/[0-9a-f]{24}/"),
        preset=_duplicate_preset(page),
        key=_enter_key(page),
        model=_add_model(page),
        channel=_add_channel(page),
        webhook=webhook,
        delivery=delivery,
        token=_make_token(page),
        marker=_mark_day(page, project),
        result=_first_link(page, f"{project}results/?platform=trustpilot", r"/results/[0-9a-f]{24}/"),
        view=_save_view(page, project),
        upload=_hand_over(page, project, file),
    )


def _first_link(page: Page, path: str, pattern: str) -> str:
    """The beginning of the first link on a page that matches, up to the end of the pattern."""
    page.goto(path)
    hrefs = [link.get_attribute("href") or "" for link in page.locator("main a").all()]
    return next(found[0] for href in hrefs if (found := re.match(rf".*?{pattern}", href)))


def _have_insights_written(page: Page, project: str) -> None:
    page.goto(f"{project}analytics/insights/")
    page.get_by_role("button", name="Write it").click()
    page.get_by_text("Built from the reviews").wait_for()


def _start_schedule(page: Page, project: str) -> None:
    page.goto(f"{project}schedule/?frequency=weekly&day_of_week=4&time=16:45")
    page.get_by_role("button", name="Start the schedule").click()
    page.get_by_role("button", name="Switch off").wait_for()


def _order_exports(page: Page, project: str) -> None:
    """The menu offers it where there are very many reviews, which is more than a sample has."""
    page.goto(f"{project}results/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    for kind, query in (("parquet", ""), ("xlsx", "?sentiment=negative&platform=steam&search=crash")):
        form: dict[str, str | float | bool] = {"csrfmiddlewaretoken": token, "format": kind}
        page.request.post(f"{project}results/exports/new/{query}", form=form, headers={"Referer": page.url})
    page.goto(f"{project}results/exports/")
    page.get_by_text("Ready", exact=True).nth(1).wait_for()  # the page looks again by itself


def _mark_day(page: Page, project: str) -> str:
    page.goto(f"{project}markers/new/")
    page.get_by_label("Name").fill("Version 2 with the lid that everybody had been waiting for")
    page.get_by_label("Day", exact=True).fill("2026-06-15")
    page.get_by_role("button", name="Save").click()
    return _first_link(page, f"{project}markers/", r"/markers/[0-9a-f]{24}/")


def _duplicate_preset(page: Page) -> str:
    page.goto("/settings/presets/")
    page.get_by_role("button", name="Duplicate Advanced").click()
    page.wait_for_url("**/edit/")
    return urlsplit(page.url).path.removesuffix("edit/")


def _enter_key(page: Page) -> str:
    steps.enter_key(page, "openai", "sk-kettlemoon-0123456789")
    return "/settings/keys/openai/"


def _add_model(page: Page) -> str:
    page.goto("/settings/keys/groq/models/new/")
    page.get_by_label("Id", exact=True).fill("kettle/moon-1")
    page.get_by_role("button", name="Save").click()
    return _first_link(page, "/settings/keys/groq/", r"/settings/models/[0-9a-f]{24}/")


def _add_channel(page: Page) -> str:
    steps.add_channel(page, "ntfy", "https://127.0.0.1/kettlemoon-0123456789")
    page.get_by_role("button", name="Send a test message").click()
    return urlsplit(page.url).path


def _test_webhook(page: Page) -> tuple[str, str]:
    """Its address is no public one: what was tried, and why it did not arrive, is there to be seen."""
    page.goto("/settings/webhooks/new/")
    page.get_by_label("Address").fill("https://127.0.0.1/a/long/path/of/a/program/that/listens/for/kettles")
    page.get_by_label("Name").fill("The chat of everybody who has to do with kettles")
    page.get_by_role("checkbox", name="Job failed A job").check()
    page.get_by_label("Headers of your own").fill("X-Team: kettles")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="I have copied it").click()
    webhook = urlsplit(page.url).path
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("Not delivered").wait_for()
    return webhook, urlsplit(page.url).path


def _make_token(page: Page) -> str:
    steps.make_token(page, "Nightly import of everything that people say about kettles anywhere")
    return _first_link(page, "/settings/tokens/", r"/settings/tokens/[0-9a-f]{24}/")


def _save_view(page: Page, project: str) -> str:
    page.goto(f"{project}results/views/new/?sentiment=negative&platform=steam")
    page.get_by_label("Name").fill("Angry players of the last update on Steam")
    page.get_by_role("button", name="Save").click()
    return _first_link(page, page.url, r"/results/views/[0-9a-f]{24}/")


def _hand_over(page: Page, project: str, file: Path) -> str:
    steps.choose_file(page, project, file)
    address = urlsplit(page.url)
    return f"{address.path}?{address.query}"

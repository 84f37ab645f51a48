"""Eight platforms in fifteen conditions: what comes out of each is what ``docs/platforms.md`` says."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest

from scraping.sources import SOURCES
from scraping.sources import fetch as fetching
from scraping.sources.base import SourceError
from scraping.sources.outcomes import Outcome
from scraping.sources.transports import direct
from tests.standins import Standins, amazon, google, imdb, pages, reddit, trustpilot, yelp, youtube
from tests.standins.visits import Visit

TABLE = re.compile(r"^\| (?P<condition>[\w -]+) \| (?P<cells>`.*`) \|$", re.MULTILINE)
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "platforms.md"
PLATFORMS = ("amazon", "steam", "youtube", "reddit", "google", "trustpilot", "yelp", "imdb")


def few(name: str, number: int) -> Callable[[Standins], None]:
    """Sets how many reviews there are on a site."""
    return lambda standins: setattr(getattr(standins, name.split(".")[0]), name.split(".")[1], number)


@dataclass(frozen=True)
class Case:
    """A target, what its owner has for it, and how many reviews come from it on one page and on several."""

    identity: str
    one_page: Callable[[Standins], None]
    on_one_page: int
    on_several: int
    keys: dict[str, dict[str, str]] = field(default_factory=dict)


APP = {"reddit": {"client_id": reddit.CLIENT, "client_secret": reddit.SECRET}}
CASES = {
    "amazon": Case(amazon.ASIN, few("amazon.count", 5), 5, 25),
    "steam": Case("440", few("steam.total", 5), 5, 45),
    "youtube": Case(youtube.VIDEO, few("youtube.threads", 1), 8, 54, {"youtube": {"api_key": "good-youtube-0123"}}),
    "reddit": Case(reddit.POST, lambda standins: None, 9, 9, APP),  # a thread of which some is always held back
    "google": Case(google.PLACE, few("google.total", 5), 5, 45, {"serpapi": {"api_key": "good-serpapi-0123"}}),
    "trustpilot": Case(trustpilot.DOMAIN, few("trustpilot.count", 5), 5, 45),
    "yelp": Case(yelp.SLUG, few("yelp.count", 5), 5, 25),
    "imdb": Case(imdb.TITLE, few("imdb.count", 5), 5, 60),
}
MODES = {
    "good": "ok",
    "paged": "ok",
    "empty": "empty",
    "not found": "not found",
    "login wall": "sign in",
    "captcha": "captcha",
    "403": "blocked",
    "429": "rate limited",
    "5xx then good": "failing once",
    "redirect home": "redirect home",
    "changed layout": "changed",
    "truncated": "truncated",
    "slow": "ok",
    "non-UTF-8": "other encoding",
    "hostile HTML": "hostile",
}
OF_DATA = ("steam", "youtube", "reddit", "google")  # which answer with JSON, where the others do with pages
DISGUISES = {"non-UTF-8": pages.in_latin_1, "hostile HTML": pages.hostile}


def documented() -> dict[tuple[str, str], str]:
    """Platform and condition → outcome, as the document has it."""
    rows = {row["condition"]: re.findall(r"`(\w+)`", row["cells"]) for row in TABLE.finditer(DOCUMENT.read_text())}
    return {
        (platform, condition): outcome
        for condition, outcomes in rows.items()
        for platform, outcome in zip(PLATFORMS, outcomes, strict=True)
    }


def arrange(standins: Standins, platform: str, condition: str) -> None:
    site, mode = getattr(standins, platform), MODES[condition]
    if platform == "reddit":
        site.open_json = site.feed = site.app = mode
    else:
        site.mode = mode
    standins.delay = 0.5 if condition == "slow" else 0.0
    standins.disguise = DISGUISES.get(condition) if platform in OF_DATA else None
    if condition == "good":
        CASES[platform].one_page(standins)


def visited(platform: str) -> tuple[Visit, str]:
    """The visit, and its outcome as the worker writes it down."""
    case = CASES[platform]
    seen = Visit(SOURCES[platform]())
    try:
        seen.run(case.identity, keys=case.keys)
    except SourceError as error:
        return seen, error.code.value
    return seen, (Outcome.OK if seen.items else Outcome.EMPTY).value


def test_the_document_knows_every_platform_and_every_condition():
    assert set(documented()) == set(product(PLATFORMS, MODES))
    assert set(PLATFORMS) == {str(platform) for platform in SOURCES}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_answer_that_is_too_large_is_called_so(standins, platform):
    if platform == "reddit":
        standins.reddit.app = "oversized"
    else:
        getattr(standins, platform).mode = "oversized"
    assert visited(platform)[1] == Outcome.TOO_LARGE


@pytest.mark.parametrize("condition", MODES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_comes_out_is_what_the_document_says(standins, monkeypatch, platform, condition):
    for module in (fetching, direct):
        monkeypatch.setattr(module, "ANSWER", 0.1 if condition == "slow" else 30.0)
    arrange(standins, platform, condition)
    seen, outcome = visited(platform)
    assert outcome == documented()[platform, condition]
    if outcome == Outcome.OK:
        expected = CASES[platform].on_one_page if condition == "good" else CASES[platform].on_several
        assert len(seen.items) == len({item.external_id for item in seen.items}) == expected
    if condition == "hostile HTML":
        assert {bool(re.search(r"<script>.*<iframe", item.text)) for item in seen.items if item.text} == {True}

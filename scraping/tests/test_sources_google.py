from datetime import UTC, datetime

import pytest

from scraping.sources.base import Outcome, SourceError
from scraping.sources.google import NO_KEY, NO_PLACE_ID, GoogleSource
from scraping.sources.outcomes import FOR_NOW
from tests.standins.google import FEATURE, FIRST, MORE, PLACE, TOTAL
from tests.standins.visits import Visit

SERPAPI = {"serpapi": {"api_key": "good-serpapi-0123456789"}}
PLACES = {"google_places": {"api_key": "good-places-0123456789"}}


def visit(place: str = PLACE, **said) -> Visit:
    return Visit(GoogleSource()).run(place, **{"keys": SERPAPI, **said})


def failure(place: str = PLACE, **said) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(place, **said)
    return caught.value


# Through SerpApi


@pytest.mark.parametrize("place", [PLACE, FEATURE])
def test_serpapi_gives_every_review_once_page_by_page(standins, place):
    seen = visit(place, keys={**SERPAPI, **PLACES})
    assert len({item.external_id for item in seen.items}) == len(seen.items) == TOTAL
    assert [len(page.items) for page in seen.pages] == [FIRST, MORE, TOTAL - FIRST - MORE]
    assert [page.reported_total for page in seen.pages] == [TOTAL, None, None]
    assert ["num" in request.query for request in standins.asked("serpapi.com")] == [False, True, True]
    assert standins.asked("places.googleapis.com") == []


def test_a_review_from_serpapi_is_what_google_shows(standins):
    first, translated, wordless = visit().items[:3]
    assert first.text == "Lovely staff and the best coffee in town. (0)"
    assert (first.author, first.rating, first.rating_max) == ("Guest 0", 5.0, 5.0)
    assert first.published_at == datetime(2026, 3, 28, 9, 8, 7, tzinfo=UTC)
    assert first.segments == {"local_guide": True}
    assert translated.text == "They asked me to sign in to continue. A captcha for a coffee! (1)"
    assert (wordless.text, wordless.rating) == ("", 3.0)


def test_serpapi_goes_on_after_the_page_that_was_kept(standins):
    kept = visit().pages[0]
    assert len(visit(cursor=kept.cursor).items) == TOTAL - FIRST


def test_the_language_of_the_target_is_asked_for(standins):
    visit(options={"language": "de"})
    visit(options={"language": "de"}, keys=PLACES)
    assert standins.asked("serpapi.com")[0].query["hl"] == "de"
    assert standins.asked("places.googleapis.com")[0].query["languageCode"] == "de"


# From Google itself


def test_google_gives_five_and_says_of_how_many(standins):
    seen = visit(keys=PLACES)
    [page] = seen.pages
    assert (len(page.items), page.reported_total) == (5, TOTAL)
    assert seen.notes[0].startswith(f"Google gives 5 of its {TOTAL} reviews")
    assert standins.requests[0].headers["X-Goog-Api-Key"] == PLACES["google_places"]["api_key"]


def test_a_review_from_google_is_what_was_written_and_no_translation(standins):
    first = visit(keys=PLACES).items[0]
    assert (first.text, first.language) == ("Lovely staff and the best coffee in town. (0)", "de")
    assert (first.external_id, first.author, first.rating) == ("ChdDSUhN000", "Guest 0", 5.0)
    assert first.published_at == datetime(2026, 3, 28, 9, 8, 7, 123456, tzinfo=UTC)


@pytest.mark.parametrize("keys", [SERPAPI, PLACES])
def test_a_place_without_reviews_is_no_error(standins, keys):
    standins.google.mode = "empty"
    assert visit(keys=keys).items == []


# What is in the way


def test_without_a_key_nothing_is_asked(standins):
    assert (failure(keys={}).code, failure(keys={}).message) == (Outcome.INVALID_KEY, NO_KEY)
    assert standins.requests == []


@pytest.mark.parametrize(("place", "keys"), [("cid:123", SERPAPI), ("A café", SERPAPI), (FEATURE, PLACES)])
def test_a_place_that_is_not_known_by_its_id_says_what_to_paste(standins, place, keys):
    error = failure(place, keys=keys)
    assert (error.code, error.message) == (Outcome.UNSUPPORTED, NO_PLACE_ID)
    assert standins.requests == []


@pytest.mark.parametrize(("keys", "provider"), [(SERPAPI, "serpapi"), (PLACES, "google_places")])
def test_a_refused_or_used_up_key_is_told_with_its_provider(standins, keys, provider):
    refused = failure(keys={provider: {"api_key": "bad-canary-0123456789"}})
    assert (refused.code, refused.provider) == (Outcome.INVALID_KEY, provider)
    assert "canary" not in refused.message
    standins.google.mode = "quota"
    used_up = failure(keys=keys)
    assert (used_up.code, used_up.provider, used_up.can_retry) == (Outcome.QUOTA_EXCEEDED, provider, False)


@pytest.mark.parametrize("keys", [SERPAPI, PLACES], ids=["serpapi", "places"])
@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("bare", Outcome.LAYOUT_CHANGED),
        ("changed", Outcome.LAYOUT_CHANGED),
        ("damaged", Outcome.LAYOUT_CHANGED),
        ("captcha", Outcome.CAPTCHA),
        ("redirect home", Outcome.REDIRECTED_HOME),
        ("blocked", Outcome.BLOCKED),
        ("down", Outcome.NETWORK),
        ("rate limited", Outcome.RATE_LIMITED),
        ("oversized", Outcome.TOO_LARGE),
    ],
)
def test_what_is_in_the_way_is_called_by_its_name(standins, mode, outcome, keys):
    standins.google.mode = mode
    error = failure(keys=keys)
    assert (error.code, error.can_retry) == (outcome, outcome in FOR_NOW)


def test_a_place_that_is_gone_is_not_found(standins):
    elsewhere = f"{PLACE[:-1]}X"
    assert failure(elsewhere).code == failure(elsewhere, keys=PLACES).code == Outcome.NOT_FOUND


def test_an_interface_that_is_not_enabled_for_the_key_says_so(standins):
    standins.google.mode = "disabled"
    error = failure(keys=PLACES)
    assert error.code == Outcome.INVALID_KEY
    assert "not enabled" in error.message

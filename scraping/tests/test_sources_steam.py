from datetime import UTC, datetime
from urllib.parse import quote_plus

import pytest

from scraping.sources.base import Outcome, SourceError
from scraping.sources.outcomes import FOR_NOW
from scraping.sources.steam import SteamSource
from scraping.sources.transports import direct
from tests.standins.steam import CURSORS, MARKUP, PER_PAGE, TEXTS, TOTAL
from tests.standins.visits import Visit

GAME = "440"
SERVICE, STORE = "api.steampowered.com", "store.steampowered.com"


def visit(**said) -> Visit:
    return Visit(SteamSource()).run(GAME, **said)


def failure(**said) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(**said)
    return caught.value


def test_every_review_comes_once_over_three_pages_and_a_repeated_cursor(standins):
    seen = visit()
    assert len(seen.items) == TOTAL
    assert len({item.external_id for item in seen.items}) == TOTAL
    assert [len(page.items) for page in seen.pages] == [PER_PAGE, PER_PAGE, TOTAL - 2 * PER_PAGE]
    assert seen.fetch.requests == 3


def test_cursors_are_quoted(standins):
    visit()
    asked = [request.query["input_json"] for request in standins.asked(SERVICE)]
    assert [CURSORS[n] in asked[n] for n in (1, 2)] == [True, True]
    assert '"cursor"' not in asked[0]


def test_a_review_is_what_steam_says(standins):
    standins.steam.total = 2
    first, second = visit().items
    assert first.external_id == "170000000"
    assert first.text == f"{TEXTS[0]} (0)"
    assert (first.rating, first.rating_max, second.rating) == (5.0, 5.0, 1.0)
    assert first.published_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert first.author == "76561198000000000"
    assert first.url == f"https://steamcommunity.com/profiles/76561198000000000/recommended/{GAME}/"
    assert first.language == "english"
    assert "\n\n" in second.text


def test_segments_tell_how_a_reviewer_got_the_game_and_how_long_they_had_played(standins):
    standins.steam.total = 3
    first, second, third = (item.segments for item in visit().items)
    flags = {"early_access": False, "received_for_free": False, "steam_deck": False}
    assert first == {**flags, "playtime_hours": 5.0, "purchase": "steam"}
    assert (second["purchase"], second["playtime_hours"], second["early_access"]) == ("elsewhere", 5.2, True)
    assert third["received_for_free"] is True


def test_what_steam_does_not_say_is_no_segment(standins):
    standins.steam.mode, standins.steam.total = "no author", 1
    assert visit().items[0].segments == {"received_for_free": False}


def test_the_first_page_tells_how_many_there_are(standins):
    assert [page.reported_total for page in visit().pages] == [TOTAL, None, None]


def test_the_language_of_the_target_is_asked_for(standins):
    visit(options={"language": "de"})
    assert '"languages":["german"]' in standins.requests[0].query["input_json"]


def test_no_more_is_asked_for_than_is_wanted(standins):
    assert len(visit(max_results=5).pages[0].items) == 5


def test_a_visit_goes_on_after_the_page_that_was_kept(standins):
    kept = visit().pages[0]
    standins.requests.clear()
    rest = visit(cursor=kept.cursor)
    assert len(rest.items) == TOTAL - PER_PAGE
    assert not {item.external_id for item in rest.items} & {item.external_id for item in kept.items}


def test_markup_in_a_text_does_no_harm(standins):
    standins.steam.mode, standins.steam.total = "markup", 3
    assert [item.text for item in visit().items] == [MARKUP] * 3


def test_a_review_without_words_is_kept_with_its_thumb(standins):
    standins.steam.mode, standins.steam.total = "no words", 2
    assert [(item.text, item.rating) for item in visit().items] == [("", 5.0), ("", 1.0)]


def test_a_missing_thumb_is_not_taken_for_a_thumb_up(standins):
    standins.steam.mode, standins.steam.total = "no thumb", 1
    [item] = visit().items
    assert (item.rating, item.rating_max) == (None, None)


def test_a_game_without_reviews_is_no_error(standins):
    standins.steam.mode = "empty"
    assert visit().pages == []
    assert standins.asked(STORE) == []


# The older address


@pytest.mark.parametrize("mode", ["not found", "bare", "changed", "redirect home", "down", "blocked"])
def test_the_store_is_asked_where_the_service_fails(standins, mode):
    standins.steam.service = mode
    seen = visit()
    assert len(seen.items) == TOTAL
    assert len({item.external_id for item in seen.items}) == TOTAL
    assert seen.notes[0].startswith("Steam's review service failed")
    assert [len(page.notes) for page in seen.pages] == [1, 0, 0]


def test_the_store_gets_its_cursors_quoted_too(standins):
    standins.steam.service = "not found"
    cursors = [page.cursor for page in visit().pages]
    assert cursors == [f"store {CURSORS[1]}", f"store {CURSORS[2]}", f"store {CURSORS[2]}"]
    assert [request.query["cursor"] for request in standins.asked(STORE)] == CURSORS[:3]
    assert "+" not in quote_plus(CURSORS[1])


def test_a_visit_to_the_store_goes_on_at_the_store(standins):
    rest = visit(cursor=f"store {CURSORS[2]}")
    assert len(rest.items) == TOTAL - 2 * PER_PAGE
    assert standins.asked(SERVICE) == []


def test_a_service_that_fails_later_is_not_replaced_half_way(standins):
    standins.steam.mode = "captcha"
    with pytest.raises(SourceError):
        Visit(SteamSource()).run(GAME, cursor=f"service {CURSORS[1]}")
    assert standins.asked(STORE) == []


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("captcha", Outcome.CAPTCHA),
        ("captcha with 403", Outcome.CAPTCHA),
        ("blocked", Outcome.BLOCKED),
        ("changed", Outcome.LAYOUT_CHANGED),
        ("damaged", Outcome.LAYOUT_CHANGED),
        ("bare", Outcome.LAYOUT_CHANGED),
        ("redirect home", Outcome.REDIRECTED_HOME),
        ("sign in", Outcome.LOGIN_REQUIRED),
        ("not found", Outcome.NOT_FOUND),
        ("down", Outcome.NETWORK),
        ("rate limited", Outcome.RATE_LIMITED),
        ("oversized", Outcome.TOO_LARGE),
    ],
)
def test_what_is_in_the_way_is_called_by_its_name(standins, mode, outcome):
    standins.steam.mode = mode
    error = failure()
    assert error.code == outcome
    assert error.message.endswith(outcome.advice)
    assert error.can_retry == (outcome in FOR_NOW)


def test_the_service_being_gone_hides_nothing_of_the_store(standins):
    standins.steam.service, standins.steam.store = "not found", "captcha"
    assert failure().code == Outcome.CAPTCHA


# Patience


def test_a_wait_that_is_asked_for_is_waited(standins):
    standins.steam.service = "rate limited once"
    seen = visit()
    assert len(seen.items) == TOTAL
    assert seen.pace.holds == [(SERVICE, 2.0)]
    assert sum(seen.clock.slept) == pytest.approx(2.0)
    assert standins.asked(STORE) == []


def test_a_passing_failure_is_tried_again(standins):
    standins.steam.service = "failing once"
    seen = visit()
    assert (len(seen.items), seen.fetch.requests) == (TOTAL, 4)
    assert 0.5 <= sum(seen.clock.slept) <= 1.5


def test_a_site_that_never_answers_ends_the_visit(standins, monkeypatch):
    monkeypatch.setattr(direct, "ANSWER", 0.05)
    standins.steam.delay = 1.0
    error = failure()
    assert (error.code, error.can_retry) == (Outcome.TIMEOUT, True)

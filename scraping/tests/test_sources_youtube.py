from datetime import UTC, datetime

import pytest

from scraping.sources.base import Outcome, SourceError
from scraping.sources.outcomes import FOR_NOW
from scraping.sources.youtube import NO_KEY, OFF, WITHOUT_REPLIES, YouTubeSource
from tests.standins.visits import Visit
from tests.standins.youtube import MANY_REPLIES, THREADS, VIDEO

KEYS = {"youtube": {"api_key": "good-youtube-0123456789"}}
REPLIES = MANY_REPLIES + 2


def visit(video: str = VIDEO, **said) -> Visit:
    return Visit(YouTubeSource()).run(video, **{"keys": KEYS, **said})


def failure(video: str = VIDEO, **said) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(video, **said)
    return caught.value


def test_every_comment_and_every_reply_comes_once(standins):
    seen = visit()
    assert len(seen.items) == THREADS + REPLIES
    assert len({item.external_id for item in seen.items}) == THREADS + REPLIES
    assert [page.reported_total for page in seen.pages] == [THREADS + REPLIES, None, None]
    assert [item.external_id for item in seen.items[:9]] == ["Ug0000", *(f"Ug0000.{n:02}" for n in range(7)), "Ug0001"]
    paths = [request.path.rpartition("/")[2] for request in standins.requests]
    assert paths == ["videos", "commentThreads", "comments", "commentThreads", "commentThreads"]


def test_replies_are_left_out_where_they_are_not_wanted_and_the_log_says_so(standins):
    seen = visit(include_replies=False)
    assert (len(seen.items), seen.notes) == (THREADS, [WITHOUT_REPLIES])
    assert not any(item.segments["reply"] for item in seen.items)


def test_a_comment_is_what_youtube_says(standins):
    first, reply = visit().items[:2]
    assert first.text == "Best review I have seen so far.\n\nThank you! (Ug0000)"
    assert (first.author, first.rating) == ("@viewer0", None)
    assert first.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=Ug0000"
    assert first.published_at == datetime(2026, 3, 28, 10, 20, 30, tzinfo=UTC)
    assert (first.segments, reply.segments) == ({"likes": 0, "reply": False}, {"likes": 0, "reply": True})


def test_a_visit_goes_on_after_the_page_that_was_kept(standins):
    kept = visit().pages[0]
    rest = visit(cursor=kept.cursor)
    assert {item.external_id for item in rest.items}.isdisjoint(item.external_id for item in kept.items)
    assert len(rest.items) + len(kept.items) == THREADS + REPLIES


def test_the_key_travels_in_a_header_and_no_more_is_asked_for_than_is_wanted(standins):
    visit(max_results=5)
    assert {request.headers["X-Goog-Api-Key"] for request in standins.requests} == {KEYS["youtube"]["api_key"]}
    assert not any("good-" in str(request.query) for request in standins.requests)
    assert standins.requests[1].query["maxResults"] == "5"


@pytest.mark.parametrize("cursor", ["", "token-20"])
def test_a_video_whose_comments_are_turned_off_is_empty_and_says_why(standins, cursor):
    standins.youtube.mode = "off"
    seen = visit(cursor=cursor)
    assert (seen.items, seen.notes) == ([], [OFF])


def test_a_video_without_comments_is_no_error(standins):
    standins.youtube.mode = "empty"
    assert (visit().items, visit().pages[0].reported_total) == ([], 0)


def test_without_a_key_nothing_is_asked(standins):
    error = failure(keys={})
    assert (error.code, error.message, error.provider) == (Outcome.INVALID_KEY, NO_KEY, "")
    assert standins.requests == []


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("quota", Outcome.QUOTA_EXCEEDED),
        ("disabled", Outcome.INVALID_KEY),
        ("private", Outcome.LOGIN_REQUIRED),
        ("bare", Outcome.LAYOUT_CHANGED),
        ("changed", Outcome.LAYOUT_CHANGED),
        ("damaged", Outcome.LAYOUT_CHANGED),
        ("captcha", Outcome.CAPTCHA),
        ("redirect home", Outcome.REDIRECTED_HOME),
        ("sign in", Outcome.LOGIN_REQUIRED),
        ("blocked", Outcome.BLOCKED),
        ("down", Outcome.NETWORK),
        ("rate limited", Outcome.RATE_LIMITED),
        ("oversized", Outcome.TOO_LARGE),
    ],
)
def test_what_is_in_the_way_is_called_by_its_name(standins, mode, outcome):
    standins.youtube.mode = mode
    error = failure()
    assert (error.code, error.can_retry) == (outcome, outcome in FOR_NOW)
    assert error.message.endswith(outcome.advice)


def test_a_refused_key_is_told_with_its_provider_and_never_shown(standins):
    error = failure(keys={"youtube": {"api_key": "bad-canary-0123456789"}})
    assert (error.code, error.provider) == (Outcome.INVALID_KEY, "youtube")
    assert "canary" not in error.message
    assert len(standins.requests) == 1


def test_a_video_that_is_gone_is_not_found(standins):
    assert failure("AAAAAAAAAAA").code == Outcome.NOT_FOUND
    assert failure("AAAAAAAAAAA", cursor="token-20").code == Outcome.NOT_FOUND


def test_a_passing_failure_is_tried_again(standins):
    standins.youtube.mode = "failing once"
    assert len(visit().items) == THREADS + REPLIES

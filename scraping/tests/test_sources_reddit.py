from datetime import UTC, datetime

import pytest

from scraping.sources.base import Outcome, SourceError
from scraping.sources.reddit import END, RedditSource
from tests.standins import reddit
from tests.standins.reddit import CLIENT, POST, SECRET, TEXTS, TOKEN
from tests.standins.visits import Visit

KEY = {"client_id": CLIENT, "client_secret": SECRET}
APP = {"reddit": KEY}
SITE, WITH_APP = "www.reddit.com", "oauth.reddit.com"
ALL = ["k001", "k002", "k003", "k006", "k007"]


def visit(**said) -> Visit:
    return Visit(RedditSource()).run(POST, **said)


def failure(**said) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(**said)
    return caught.value


@pytest.fixture(params=["app", "open", "feed"])
def way(request, standins):
    """The keys of an owner, for each way to the same comments."""
    if request.param == "open":
        standins.reddit.open_json = "ok"
    return APP if request.param == "app" else {}


def test_every_way_gives_the_same_comments(way):
    items = visit(keys=way).items[: len(ALL)]
    assert [item.external_id for item in items] == ALL
    assert [item.author for item in items] == ["user_1", "user_2", "user_3", "user_6", "user_7"]


def test_texts_are_unescaped_once_and_keep_their_paragraphs(way):
    assert visit(keys=way).items[0].text == "It > everything else & cheaper, too.\n\nBuy it."


def test_a_comment_has_an_author_a_link_and_a_date(way):
    comment = visit(keys=way).items[1]
    assert comment.author == "user_2"
    assert comment.url == f"https://www.reddit.com/r/gaming/comments/{POST}/title/k002/"
    assert comment.published_at == datetime(2023, 11, 14, 22, 15, 20, tzinfo=UTC)
    assert (comment.rating, comment.rating_max) == (None, None)


def test_replies_come_after_what_they_answer(standins):
    standins.reddit.open_json = "ok"
    seen = visit()
    assert [item.text for item in seen.items[1:3]] == [TEXTS[1], TEXTS[2]]
    assert seen.notes == ["Left out, as Reddit does not give them at once: 5 comments deeper down or further on."]


def test_what_was_deleted_is_left_out(way):
    assert {"k004", "k005"}.isdisjoint(item.external_id for item in visit(keys=way).items)


def test_nothing_is_asked_again_after_the_page_was_kept(standins):
    assert visit(cursor=END).pages == []
    assert standins.requests == []


def test_a_post_without_comments_is_no_error(standins):
    standins.reddit.open_json = "empty"
    assert visit().pages == []


# With an app


def test_an_app_reads_with_a_token_and_openly_nothing_is_asked(standins):
    seen = visit(keys=APP)
    assert [(request.method, request.host) for request in standins.requests[:2]] == [("POST", SITE), ("GET", WITH_APP)]
    assert standins.requests[0].body == "grant_type=client_credentials"
    assert {request.headers["Authorization"] for request in standins.asked(WITH_APP)} == {f"Bearer {TOKEN}"}
    assert seen.pages[0].reported_total == 12


def test_an_app_asks_for_what_the_thread_holds_back_and_says_what_is_left(standins):
    seen = visit(keys=APP)
    assert [item.external_id for item in seen.items] == [*ALL, "k008", "k010", "k009", "k011"]
    assert [request.query.get("children") for request in standins.asked(WITH_APP)] == [None, "k008,k009", "k011"]
    assert seen.notes == ["Left out, as Reddit does not give them at once: 1 comment deeper down or further on."]
    assert [page.cursor for page in seen.pages] == ["more k008,k009", "more k011", END]
    assert [page.is_whole for page in seen.pages] == [False, False, False]


def test_what_is_held_back_is_asked_for_100_at_a_time(standins, monkeypatch):
    monkeypatch.setattr("scraping.sources.reddit.AT_ONCE", 1)
    assert len(visit(keys=APP).items) == 9
    assert [request.query.get("children") for request in standins.asked(WITH_APP)] == [None, "k008", "k009", "k011"]


def test_a_visit_goes_on_with_what_is_still_held_back(standins):
    rest = visit(keys=APP, cursor="more k011")
    assert [item.external_id for item in rest.items] == ["k011"]
    assert [request.path for request in standins.asked(WITH_APP)] == ["/api/morechildren"]


def test_segments_tell_votes_and_replies(standins):
    first, reply = visit(keys=APP).items[0], visit(keys=APP).items[6]
    assert (first.segments, reply.segments) == ({"score": 1, "reply": False}, {"score": 10, "reply": True})


@pytest.mark.parametrize("wrong", [{"client_id": "x"}, {"client_secret": "y"}])
def test_refused_credentials_are_told_without_showing_them(standins, wrong):
    error = failure(keys={"reddit": {**KEY, **wrong}})
    assert (error.code, error.can_retry, error.provider) == (Outcome.INVALID_KEY, False, "reddit")
    assert SECRET not in error.message
    assert standins.asked(WITH_APP) == []


def test_half_of_the_credentials_are_none(standins):
    assert visit(keys={"reddit": {"client_id": CLIENT}}).items != []
    assert standins.asked(WITH_APP) == []


# Without


def test_the_feed_is_read_where_data_is_refused_and_the_log_says_so(standins):
    seen = visit()
    assert [request.path for request in standins.requests] == [f"/comments/{POST}.json", f"/comments/{POST}/.rss"]
    assert len(seen.notes) == 1
    assert seen.notes[0].startswith("Reddit does not give its comments as data (blocked): its feed was read instead")


@pytest.mark.parametrize("mode", ["sign in", "captcha", "changed", "redirect home", "damaged"])
def test_the_feed_is_tried_whatever_keeps_the_data_away(standins, mode):
    standins.reddit.open_json = mode
    assert [item.external_id for item in visit().items] == ALL


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("blocked", Outcome.BLOCKED),
        ("sign in", Outcome.LOGIN_REQUIRED),
        ("changed", Outcome.LAYOUT_CHANGED),
        ("rate limited", Outcome.RATE_LIMITED),
        ("captcha", Outcome.CAPTCHA),
        ("bomb", Outcome.LAYOUT_CHANGED),
        ("rss", Outcome.LAYOUT_CHANGED),
    ],
)
def test_when_the_feed_fails_too_its_error_counts(standins, mode, outcome):
    standins.reddit.feed = mode
    assert failure().code == outcome


def test_a_post_that_is_gone_is_not_looked_for_in_the_feed(standins):
    standins.reddit.open_json = "not found"
    assert failure().code == Outcome.NOT_FOUND
    assert len(standins.requests) == 1


def test_a_deep_thread_is_read_to_its_bottom(standins, monkeypatch):
    deep = reddit.comment(0, "the end")
    for number in range(1, 150):
        deep = reddit.comment(number, "and so on", [deep])
    listing = reddit.thread()
    listing[1]["data"]["children"] = [deep]
    monkeypatch.setattr(reddit, "thread", lambda: listing)
    standins.reddit.open_json = "ok"
    items = visit().items
    assert len(items) == 150
    assert items[-1].text == "the end"

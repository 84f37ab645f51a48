from datetime import UTC, datetime

import pytest

from projects.options import UNDERSTOOD
from scraping.sources.base import Outcome, SourceError
from scraping.sources.trustpilot import FILTERS, TrustpilotSource
from tests.standins.trustpilot import DOMAIN
from tests.standins.visits import Visit


def visit(**said) -> Visit:
    return Visit(TrustpilotSource()).run(DOMAIN, **said)


def failure(**said) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(**said)
    return caught.value


@pytest.mark.parametrize("mode", ["ok", "cards"])
def test_every_review_comes_once_over_three_pages(standins, mode):
    standins.trustpilot.mode = mode
    seen = visit()
    assert [len(page.items) for page in seen.pages] == [20, 20, 5]
    assert len({item.external_id for item in seen.items}) == 45
    assert [request.query.get("page") for request in standins.requests] == [None, "2", "3"]
    assert {request.query["sort"] for request in standins.requests} == {"recency"}
    assert {request.query["languages"] for request in standins.requests} == {"all"}


def test_a_review_is_what_trustpilot_says(standins):
    page = visit().pages[0]
    first, second = page.items[:2]
    assert page.reported_total == 45
    assert first.external_id == "65718f1ba9549dd90f390000"
    assert (first.title, first.author, first.language) == ("Quick & kind", "Dean 0", "en")
    assert second.text == "It broke after a week.\n\nNobody answers the phone: a waste of money. (1)"
    assert (first.rating, second.rating, first.rating_max) == (5.0, 4.0, 5.0)
    assert first.published_at == datetime(2024, 3, 28, 11, 23, 40, tzinfo=UTC)
    assert first.url == "https://www.trustpilot.com/reviews/65718f1ba9549dd90f390000"
    assert first.segments == {"verified": True, "country": "DK", "reviews_written": 4, "replied": False}
    assert second.segments == {"verified": False, "country": "DK", "reviews_written": 4, "replied": True}


def test_the_cards_say_the_same_as_the_data(standins):
    from_data = visit().items
    standins.trustpilot.mode = "cards"
    for card, review in zip(visit().items, from_data, strict=True):
        assert (card.external_id, card.title, card.text) == (review.external_id, review.title, review.text)
        assert (card.author, card.url, card.rating) == (review.author, review.url, review.rating)
        assert card.published_at == review.published_at


def test_every_filter_that_can_be_chosen_is_obeyed():
    offered = [one for one in UNDERSTOOD["trustpilot"] if one.name == "filter"]
    assert {code for code, _ in offered[0].options} == set(FILTERS)


def test_language_and_filter_are_asked_for(standins):
    visit(options={"language": "da", "filter": "2_star"})
    asked = standins.requests[0].query
    assert (asked["languages"], asked["stars"]) == ("da", "2")


def test_a_visit_goes_on_after_the_page_that_was_kept(standins):
    rest = visit(cursor=visit().pages[1].cursor)
    assert len(rest.items) == 5
    standins.requests.clear()
    assert visit(cursor=rest.pages[-1].cursor).pages == []
    assert standins.requests == []


def test_pages_for_members_are_an_end_that_is_told(standins):
    standins.trustpilot.mode = "walled later"
    seen = visit()
    assert (len(seen.items), seen.pages[0].reported_total) == (20, 45)
    assert seen.notes == ["Trustpilot shows further pages only to people who are signed in."]


@pytest.mark.parametrize(("mode", "outcome"), [("odd", Outcome.LAYOUT_CHANGED), ("cut off", Outcome.NETWORK)])
def test_a_page_that_lies_is_not_taken_for_an_empty_one(standins, mode, outcome):
    standins.trustpilot.mode = mode
    assert failure().code == outcome


def test_reviews_that_cannot_be_read_are_counted(standins, monkeypatch):
    whole = standins.trustpilot._review
    broken = lambda number: {"id": None} if number == 3 else whole(number)  # noqa: E731
    monkeypatch.setattr(standins.trustpilot, "_review", broken)
    standins.trustpilot.count = 5
    standins.trustpilot._card = lambda number: ""
    seen = visit()
    del standins.trustpilot._card
    assert (len(seen.items), seen.notes) == (4, ["1 review of a page could not be read."])

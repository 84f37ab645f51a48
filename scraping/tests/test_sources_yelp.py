from datetime import UTC, datetime

import pytest

from scraping.sources.base import Outcome, SourceError
from scraping.sources.yelp import YelpSource
from tests.standins import pages
from tests.standins.visits import Visit
from tests.standins.yelp import SLUG


def visit(**said) -> Visit:
    return Visit(YelpSource()).run(SLUG, **said)


def failure(**said) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(**said)
    return caught.value


@pytest.mark.parametrize("mode", ["ok", "older", "cards"])
def test_every_review_comes_once_over_three_pages(standins, mode):
    standins.yelp.mode = mode
    seen = visit()
    assert [len(page.items) for page in seen.pages] == [10, 10, 5]
    assert len({item.external_id for item in seen.items}) == 25
    assert [page.reported_total for page in seen.pages] == [25, 25, 25]
    assert [request.query.get("start") for request in standins.requests] == [None, "10", "20"]
    assert {request.query["sort_by"] for request in standins.requests} == {"date_desc"}


def test_a_review_is_what_yelp_says(standins):
    first, second = visit().items[:2]
    assert first.external_id == "aBcDeFgHiJkLmNoPqRs000"
    assert (first.author, first.language) == ("Cleo 0.", "en")
    assert second.text == "It broke after a week.\n\nNobody answers the phone: a waste of money. (1)"
    assert (first.rating, second.rating, first.rating_max) == (5.0, 4.0, 5.0)
    assert first.published_at == datetime(2024, 3, 28, 10, 20, 30, tzinfo=UTC)
    assert first.url == f"https://www.yelp.com/biz/{SLUG}?hrid=aBcDeFgHiJkLmNoPqRs000"
    assert first.segments == {"location": "Oakland, CA", "reviews_written": 12}


def test_reviews_and_counts_of_neighbours_are_not_taken(standins):
    standins.yelp.count = 3
    [page] = visit().pages
    assert (len(page.items), page.reported_total) == (3, 3)
    assert "Not about this house." not in [item.text for item in page.items]


def test_a_card_without_an_id_goes_by_its_author(standins):
    from_data = visit().items
    standins.yelp.mode = "cards"
    items = visit().items
    assert items[3].external_id == "uSeR-0000000000003"
    assert [(card.text, card.author, card.rating) for card in items] == [
        (review.text, review.author, review.rating) for review in from_data
    ]
    assert items[0].published_at == datetime(2024, 3, 28, tzinfo=UTC)


def test_a_visit_goes_on_after_the_page_that_was_kept(standins):
    rest = visit(cursor=visit().pages[1].cursor)
    assert len(rest.items) == 5
    standins.requests.clear()
    assert visit(cursor=rest.pages[-1].cursor).pages == []
    assert standins.requests == []


@pytest.mark.parametrize(("mode", "outcome"), [("odd", Outcome.LAYOUT_CHANGED), ("cut off", Outcome.NETWORK)])
def test_a_page_that_lies_is_not_taken_for_an_empty_one(standins, mode, outcome):
    standins.yelp.mode = mode
    assert failure().code == outcome


def test_a_page_with_a_way_in_and_nothing_else_is_for_members(standins):
    standins.yelp.mode = "sign in page"
    assert failure().code == Outcome.LOGIN_REQUIRED


@pytest.mark.parametrize("guard", [pages.DATADOME, pages.PERIMETERX, pages.AWS, pages.CAPTCHA])
def test_the_guards_of_sites_are_known(standins, guard, monkeypatch):
    monkeypatch.setattr(standins.yelp, "walls", lambda: {"captcha": guard})
    standins.yelp.mode = "captcha"
    assert failure().code == Outcome.CAPTCHA

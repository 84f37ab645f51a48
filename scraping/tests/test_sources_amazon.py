from datetime import UTC, datetime

import pytest

from projects.options import UNDERSTOOD
from projects.platforms import AMAZON_COUNTRIES
from scraping.sources.amazon import FILTERS, AmazonSource
from scraping.sources.base import Outcome, SourceError
from tests.standins.amazon import ASIN, DAYS, SHOWN
from tests.standins.visits import Visit

SITE = "www.amazon.com"


def visit(**said) -> Visit:
    return Visit(AmazonSource()).run(ASIN, **said)


def failure(**said) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(**said)
    return caught.value


def test_every_review_comes_once_over_three_pages(standins):
    seen = visit()
    assert [len(page.items) for page in seen.pages] == [10, 10, 5]
    assert len({item.external_id for item in seen.items}) == 25
    assert [page.reported_total for page in seen.pages] == [25, 25, 25]
    assert [request.query["pageNumber"] for request in standins.asked(SITE)] == ["1", "2", "3"]
    assert {request.query["sortBy"] for request in standins.requests} == {"recent"}


def test_a_review_is_what_amazon_says(standins):
    first, second = visit().items[:2]
    assert first.external_id == "R0000ABCDEFGHI"
    assert (first.title, first.author) == ("Kettle & I", "Ann 0")
    assert first.text == "Crème brûlée for everyone, I love it & would buy it again. (0)"
    assert second.text == "It broke after a week.\n\nNobody answers the phone: a waste of money. (1)"
    assert (first.rating, first.rating_max) == (4.0, 5.0)
    assert first.published_at == datetime(2024, 3, 28, tzinfo=UTC)
    assert first.url == f"https://{SITE}/gp/customer-reviews/R0000ABCDEFGHI"
    assert first.segments == {"verified": True, "variant": "Colour: Black | Size: 1.7 l", "helpful_votes": 1203}
    assert second.segments["verified"] is False


@pytest.mark.parametrize(("domain", "country"), AMAZON_COUNTRIES.items())
def test_every_country_is_read_in_its_language(standins, domain, country):
    standins.amazon.count = 2
    seen = visit(options={"country": country})
    assert {request.host for request in standins.requests} == {f"www.amazon.{domain}"}
    assert [item.published_at.day for item in seen.items if item.published_at] == [28, 27]
    assert [item.rating for item in seen.items] == [4.0, 4.0]
    assert seen.pages[0].reported_total == 2


def test_without_a_country_it_is_that_of_the_address(standins):
    visit(url=f"https://www.amazon.it/dp/{ASIN}")
    assert {request.host for request in standins.requests} == {"www.amazon.it"}


def test_the_stand_in_speaks_more_than_english():
    assert len({dated for dated, *_ in DAYS.values()}) == 13


def test_newer_names_of_parts_are_known(standins):
    before = visit().items
    standins.amazon.mode = "renamed"
    assert visit().items == before


def test_every_filter_that_can_be_chosen_is_obeyed():
    offered = [one for one in UNDERSTOOD["amazon"] if one.name == "filter"]
    assert {code for code, _ in offered[0].options} == set(FILTERS)


def test_a_filter_is_asked_for(standins):
    visit(options={"filter": "1_star"})
    assert {request.query["filterByStar"] for request in standins.requests} == {"one_star"}
    standins.requests.clear()
    visit(options={"filter": "verified"})
    assert {request.query["reviewerType"] for request in standins.requests} == {"avp_only_reviews"}


def test_a_visit_goes_on_after_the_page_that_was_kept(standins):
    kept = visit().pages[0]
    standins.requests.clear()
    rest = visit(cursor=kept.cursor)
    assert len(rest.items) == 15
    assert visit(cursor=rest.pages[-1].cursor).pages == []
    assert len(standins.requests) == 2


def test_after_the_tenth_page_nothing_is_asked_for(standins):
    standins.amazon.count = 120
    [page] = visit(cursor="10").pages
    assert (len(page.items), page.reported_total, page.is_whole) == (10, 120, False)
    assert len(standins.requests) == 1


def test_where_the_list_is_for_members_the_products_own_page_is_read(standins):
    standins.amazon.mode = "walled list"
    seen = visit()
    assert (len(seen.items), seen.pages[0].is_whole, seen.pages[0].reported_total) == (SHOWN, False, None)
    assert seen.notes[0].startswith("Amazon shows the list of reviews only to people who are signed in")
    assert [request.path for request in standins.requests] == [
        f"/product-reviews/{ASIN}/",
        "/ap/signin",
        f"/dp/{ASIN}",
    ]


@pytest.mark.parametrize(("count", "options"), [(0, {}), (25, {"filter": "1_star"})])
def test_the_products_own_page_is_not_read_in_place_of_what_it_does_not_show(standins, count, options):
    standins.amazon.mode, standins.amazon.count = "walled list", count
    assert failure(options=options).code == Outcome.LOGIN_REQUIRED


def test_a_review_without_words_is_kept_with_its_stars(standins, monkeypatch):
    monkeypatch.setattr(standins.amazon, "words", lambda number: "")
    standins.amazon.count = 1
    [item] = visit().items
    assert (item.text, item.rating, item.author) == ("", 4.0, "Ann 0")


def test_a_wall_on_a_later_page_is_an_end_that_is_told(standins):
    standins.amazon.mode = "walled later"
    seen = visit()
    assert [page.is_whole for page in seen.pages] == [True, False]
    assert (len(seen.items), seen.notes) == (10, ["Amazon shows no more reviews to people who are not signed in."])
    assert visit(cursor=seen.pages[-1].cursor).pages == []


def test_a_page_that_comes_again_is_an_end_that_is_told(standins):
    standins.amazon.mode = "repeated"
    seen = visit()
    assert (len(seen.items), seen.pages[-1].is_whole) == (10, False)
    assert seen.notes == ["The site gives the same reviews again in place of further ones."]


def test_amazons_page_for_programs_is_a_block(standins):
    standins.amazon.mode = "dogs"
    assert failure().code == Outcome.BLOCKED


@pytest.mark.parametrize(("mode", "outcome"), [("odd", Outcome.LAYOUT_CHANGED), ("cut off", Outcome.NETWORK)])
def test_a_page_that_lies_is_not_taken_for_an_empty_one(standins, mode, outcome):
    standins.amazon.mode = mode
    assert failure().code == outcome

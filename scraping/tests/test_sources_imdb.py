import json
from datetime import UTC, datetime
from typing import Any

import pytest

from scraping.sources.base import Outcome, SourceError
from scraping.sources.imdb import ImdbSource
from tests.standins.imdb import TITLE
from tests.standins.visits import Visit

PAGE, MORE = "www.imdb.com", "caching.graphql.imdb.com"


def visit(**said) -> Visit:
    return Visit(ImdbSource()).run(TITLE, **said)


def failure(**said) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(**said)
    return caught.value


def further(standins) -> list[dict[str, Any]]:
    return [json.loads(request.query["variables"]) for request in standins.asked(MORE)]


@pytest.mark.parametrize("mode", ["ok", "edges", "cards", "listers"])
def test_every_review_comes_once_in_each_form_of_the_page(standins, mode):
    standins.imdb.mode = mode
    seen = visit()
    assert len(seen.pages[0].items) == 25
    assert [item.external_id for item in seen.items] == [f"rw{number:07}" for number in range(60)]
    assert seen.pages[0].reported_total == 60
    assert len(standins.asked(PAGE)) == 1


def test_more_is_asked_for_where_the_page_ends(standins):
    standins.imdb.mode = "edges"
    visit()
    assert standins.asked(PAGE)[0].query == {"sort": "submission_date,desc"}
    assert [asked["after"] for asked in further(standins)] == ["after-25", "after-50"]
    assert [asked["sort"] for asked in further(standins)] == [{"by": "SUBMISSION_DATE", "order": "DESC"}] * 2
    assert {asked["const"] for asked in further(standins)} == {TITLE}


def test_where_the_page_does_not_say_from_where_to_go_on_it_is_begun_again(standins):
    seen = visit()
    assert [asked.get("after") for asked in further(standins)] == [None, "after-50"]
    assert [len(page.items) for page in seen.pages] == [25, 25, 10]


def test_a_review_is_what_imdb_says(standins):
    first, second = visit().items[:2]
    assert first.external_id == "rw0000000"
    assert (first.title, first.author) == ("Whoa & wow", "neo-0")
    assert second.text == "It broke after a week.\n\nNobody answers the phone: a waste of money. (1)"
    assert (first.rating, second.rating, first.rating_max) == (10.0, 9.0, 10.0)
    assert first.published_at == datetime(2024, 3, 28, tzinfo=UTC)
    assert first.url == "https://www.imdb.com/review/rw0000000/"
    assert (first.segments, second.segments) == ({"spoiler": False}, {"spoiler": True})


@pytest.mark.parametrize("mode", ["edges", "cards", "listers"])
def test_all_forms_say_the_same(standins, mode):
    before = visit().items
    standins.imdb.mode = mode
    for item, known in zip(visit().items, before, strict=True):
        assert (item.title, item.text, item.author) == (known.title, known.text, known.author)
        assert (item.rating, item.published_at, item.url) == (known.rating, known.published_at, known.url)


def test_spoilers_are_left_out_where_that_is_wished(standins):
    visit(options={"filter": "no_spoilers"})
    assert standins.asked(PAGE)[0].query["spoilers"] == "EXCLUDE"
    assert further(standins)[0]["filter"] == {"spoiler": "EXCLUDE"}


def test_a_visit_goes_on_after_the_page_that_was_kept(standins):
    rest = visit(cursor=visit().pages[1].cursor)
    assert len(rest.items) == 10
    standins.requests.clear()
    assert visit(cursor=rest.pages[-1].cursor).pages == []
    assert standins.requests == []


def test_a_question_that_is_not_known_any_longer_is_a_changed_site(standins):
    standins.imdb.mode = "forgotten"
    seen = Visit(ImdbSource())
    with pytest.raises(SourceError) as caught:
        seen.run(TITLE)
    assert (caught.value.code, len(seen.items)) == (Outcome.LAYOUT_CHANGED, 25)


@pytest.mark.parametrize(("mode", "outcome"), [("odd", Outcome.LAYOUT_CHANGED), ("cut off", Outcome.NETWORK)])
def test_a_page_that_lies_is_not_taken_for_an_empty_one(standins, mode, outcome):
    standins.imdb.mode = mode
    assert failure().code == outcome

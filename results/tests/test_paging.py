from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId
from django.core.exceptions import ValidationError

from projects.tests.factories import make_project
from results import paging
from results.models import Result
from results.tests.factories import START, make_item, make_items, make_target, store


def ids(part: paging.Slice) -> list[str]:
    return [result.external_id for result in part.results]


@pytest.mark.django_db
@pytest.mark.parametrize("sort", paging.SORTS)
@pytest.mark.parametrize("step", [timedelta(0), timedelta(hours=5)])
def test_pages_follow_each_other_there_and_back(sort: str, step: timedelta) -> None:
    target = make_target()
    store(target, *make_items(23, step=step))
    rows = Result.objects.filter(project=target.project)
    order = ("-dated_at", "-pk") if sort == "-date" else ("dated_at", "pk")
    expected = list(rows.order_by(*order).values_list("external_id", flat=True))
    there = [paging.take(rows, size=5, sort=sort)]
    while there[-1].next:
        there.append(paging.take(rows, cursor=there[-1].next, size=5, sort=sort))
    assert [one for part in there for one in ids(part)] == expected
    back = [there[-1]]
    while back[-1].previous:
        back.append(paging.take(rows, cursor=back[-1].previous, size=5, sort=sort))
    assert [ids(part) for part in back] == [ids(part) for part in reversed(there)]
    assert (there[0].previous, there[-1].next) == ("", "")


@pytest.mark.django_db
def test_pages_hold_still_while_reviews_arrive() -> None:
    target = make_target()
    store(target, *make_items(10))
    rows = Result.objects.filter(project=target.project)
    first = paging.take(rows, size=5)
    store(target, make_item("newer", published_at=START + timedelta(days=99)))
    assert ids(paging.take(rows, cursor=first.next, size=5)) == ["4", "3", "2", "1", "0"]


@pytest.mark.django_db
def test_an_empty_page_has_no_neighbours() -> None:
    part = paging.take(Result.objects.filter(project=make_project()))
    assert (part.results, part.next, part.previous) == ([], "", "")


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "é", "A" * 28, "A" * 2000, "{'$gt': ''}", "//////////////////////////8="]
)
def test_a_cursor_that_was_not_given_out_is_refused(cursor: str) -> None:
    if cursor == "A" * 28:
        cursor += "\n"
    with pytest.raises(ValidationError, match="This is not a cursor"):
        paging.take(Result.objects.all(), cursor=cursor)


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = paging.Cursor(True, datetime(2026, 3, 2, 12, 30, 0, 123000, UTC), ObjectId())
    assert paging.Cursor.parse(str(cursor)) == cursor


def test_only_orders_with_an_index_are_offered() -> None:
    assert [paging.read_sort(text) for text in ("", "-date", "date")] == ["-date", "-date", "date"]
    with pytest.raises(ValidationError, match="Sort by -date or date"):
        paging.read_sort("score")

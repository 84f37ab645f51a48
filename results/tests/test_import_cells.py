from datetime import UTC, datetime

import pytest

from results.imports import preview
from results.tests.uploads import errors, items, table, workbook

# Scales and dates


@pytest.mark.parametrize(
    ("ratings", "scale"),
    [
        ("1 2 3 4 5", (None, 5)),
        ("1 1 1", (None, 5)),
        ("0 1 1 0", (None, 1)),
        ("0.2 0.9", (None, 1)),
        ("7 8 10", (None, 10)),
        ("80 95", (None, 100)),
        ("-1 0 1", (-1, 1)),
        ("-3.7 0.2 3.85", (-4, 4)),
        ("4/5 3/5", (None, None)),
        (" ".join(["4"] * 500 + ["99"]), (None, 5)),
    ],
)
def test_the_scale_is_the_narrowest_usual_one(ratings, scale):
    rows = [["some words to read", rating] for rating in ratings.split()]
    options = preview(table(["text", "rating"], *rows)).options
    assert (options.rating_min, options.rating_max) == scale


def test_a_rating_that_names_its_scale_keeps_it():
    file = table(["text", "rating"], ["a", "8/10"], ["b", "★★★★☆"], ["c", "4,5"], ["d", ""])
    assert [(i.rating, i.rating_max) for i in items(file)] == [(8, 10), (4, 5), (4.5, 5), (None, None)]


def test_a_rating_off_the_scale_is_a_bad_row():
    [error] = errors(table(["text", "rating"], *[["fine", "4"]] * 200, ["odd", "9"]))
    assert (error.line, error.reason, error.raw) == (202, "The rating 9 is off the scale of 0 to 5.", "odd,9")


@pytest.mark.parametrize(
    ("dates", "order", "first"),
    [
        (["03/04/2024", "13/04/2024"], "dmy", datetime(2024, 4, 3, tzinfo=UTC)),
        (["03/04/2024", "04/13/2024"], "mdy", datetime(2024, 3, 4, tzinfo=UTC)),
        (["03.04.2024", "05.06.2024"], "dmy", datetime(2024, 4, 3, tzinfo=UTC)),
        (["2024-04-03", "2024-04-04"], "", datetime(2024, 4, 3, tzinfo=UTC)),
    ],
)
def test_the_column_decides_about_day_and_month(dates, order, first):
    file = table(["text", "date"], *[["fine", day] for day in dates])
    assert preview(file).options.date_order == order
    assert items(file)[0].published_at == first


def test_an_undecidable_order_is_said():
    shown = preview(table(["text", "date"], ["fine", "03/04/2024"]))
    assert shown.warnings == ["Dates like 03/04/2024 can be read two ways; the month is taken to come first."]
    told = items(table(["text", "date"], ["fine", "03/04/2024"]), date_order="dmy")
    assert told[0].published_at == datetime(2024, 4, 3, tzinfo=UTC)


# Identity


def test_the_same_file_gives_the_same_ids():
    rows = [["author", "date", "text"], ["Ann", "2024-01-05", "Good"], ["Bob", "2024-01-05", "Good"]]
    first, second = items(table(*rows))
    assert first.external_id != second.external_id
    assert [item.external_id for item in items(table(*rows))] == [first.external_id, second.external_id]
    assert items(table(*rows, delimiter=";"))[0].external_id == first.external_id


def test_numbers_in_workbooks_are_whole_ids():
    assert [item.external_id for item in items(workbook(["id", "text"], [7.0, "Good"], [8, "Bad"]))] == ["7", "8"]


def test_only_web_addresses_become_links():
    file = table(["url", "text"], ["javascript:alert(1)", "one"])
    assert items(file, header=True, columns={"text": "text", "url": "url"})[0].url == ""


def test_entities_of_html_become_what_they_stand_for():
    (item,) = items(table(["author", "text"], ["Bram &quot;Boots&quot; Oduya", "Tea &amp; cake &lt;3"]))
    assert (item.author, item.text) == ('Bram "Boots" Oduya', "Tea & cake <3")

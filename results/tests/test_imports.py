import csv
import io
import json
import random
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from results.imports import Options, RowError, check, preview, read, write_errors
from results.ingest import Item

AT = datetime(2024, 1, 5, tzinfo=UTC)


class Upload(io.BytesIO):
    """An uploaded file with its name."""

    def __init__(self, content: bytes | str, name: str = "") -> None:
        super().__init__(content.encode() if isinstance(content, str) else content)
        self.name = name


def table(*rows: list[Any], delimiter: str = ",", name: str = "") -> Upload:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return Upload(text.getvalue(), name)


def workbook(*rows: list[Any], sheets: int = 1) -> Upload:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    for _ in range(1, sheets):
        book.create_sheet()
    content = io.BytesIO()
    book.save(content)
    return Upload(content.getvalue())


def items(file: Upload, **options: Any) -> list[Item]:
    found = list(read(file, Options(**options)))
    assert [row for row in found if isinstance(row, RowError)] == []
    return [row for row in found if isinstance(row, Item)]


def errors(file: Upload, **options: Any) -> list[RowError]:
    return [row for row in read(file, Options(**options)) if isinstance(row, RowError)]


def refusal(file: Upload, **options: Any) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        preview(file, Options(**options))
    return caught.value


# Formats

REVIEWS = [["id", "rating", "date", "text"], ["a1", "5", "2024-01-05", "Very good"], ["a2", "1", "2024-01-05", "Awful"]]
READ = [("a1", 5.0, 5.0, AT, "Very good"), ("a2", 1.0, 5.0, AT, "Awful")]


def entries() -> list[dict[str, str]]:
    return [dict(zip(REVIEWS[0], row, strict=True)) for row in REVIEWS[1:]]


FILES = {
    "csv": lambda: table(*REVIEWS),
    "tsv": lambda: table(*REVIEWS, delimiter="\t"),
    "semicolons": lambda: table(*REVIEWS, delimiter=";"),
    "bars": lambda: table(*REVIEWS, delimiter="|"),
    "xlsx": lambda: workbook(REVIEWS[0], ["a1", 5, AT.replace(tzinfo=None), READ[0][4]], ["a2", 1, AT.date(), "Awful"]),
    "json": lambda: Upload(json.dumps(entries())),
    "json indented": lambda: Upload(json.dumps({"app": 1, "reviews": entries()}, indent=1)),
    "jsonl": lambda: Upload("\n".join(map(json.dumps, entries()))),
    "utf-8 with mark": lambda: Upload(table(*REVIEWS).getvalue().decode().encode("utf-8-sig")),
    "utf-16": lambda: Upload(table(*REVIEWS).getvalue().decode().encode("utf-16")),
    "utf-16 without mark": lambda: Upload(table(*REVIEWS).getvalue().decode().encode("utf-16-le")),
    "utf-32": lambda: Upload(table(*REVIEWS).getvalue().decode().encode("utf-32")),
    "json in utf-16": lambda: Upload("\n".join(map(json.dumps, entries())).encode("utf-16")),
    "old Mac line ends": lambda: Upload(table(*REVIEWS).getvalue().replace(b"\r\n", b"\r")),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_read_without_a_word_about_it(kind):
    found = items(FILES[kind]())
    assert [(i.external_id, i.rating, i.rating_max, i.published_at, i.text) for i in found] == READ


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("csv", ("csv", "utf-8", ",", True)),
        ("tsv", ("tsv", "utf-8", "\t", True)),
        ("xlsx", ("xlsx", "", "", True)),
        ("json", ("json", "utf-8", "", None)),
        ("jsonl", ("jsonl", "utf-8", "", None)),
        ("utf-8 with mark", ("csv", "utf-8-sig", ",", True)),
        ("utf-16", ("csv", "utf-16", ",", True)),
    ],
)
def test_a_preview_tells_what_was_guessed(kind, told):
    options = preview(FILES[kind]()).options
    assert (options.format, options.encoding, options.delimiter, options.header) == told
    assert options.columns == {"text": "text", "rating": "rating", "date": "date", "id": "id"}
    assert options.is_complete


def test_text_is_one_review_a_line():
    file = Upload("Loved it, every minute.\n\n  Not for me; too long. \nMeh\n", "notes.txt")
    assert [item.text for item in items(file)] == ["Loved it, every minute.", "Not for me; too long.", "Meh"]
    assert preview(file).options.format == "text"


def test_bare_json_texts_are_reviews():
    assert [item.text for item in items(Upload('["Good", "Bad"]'))] == ["Good", "Bad"]


def test_nested_json_is_reached_by_dotted_names():
    entry = {"content": "Nice", "score": 4, "author": {"name": "Ann"}, "tags": ["x"]}
    found = items(Upload(json.dumps({"meta": {"n": 1}, "data": {"items": [entry] * 2}})))
    assert [(item.text, item.author, item.rating) for item in found] == [("Nice", "Ann", 4.0)] * 2


def test_windows_encodings_are_recognised():
    lines = ["text;sterne"] + ["Die Qualität ist großartig, schöne Grüße aus München;5"] * 20
    found = items(Upload("\r\n".join(lines).encode("cp1252")))
    assert found[0].text == "Die Qualität ist großartig, schöne Grüße aus München"


IN_CODE_PAGES = [
    ("cp1252", "Avis;Note\nTrès bon produit, je l'ai acheté à Noël;5\nDéçu, ça ne marche pas;1\n"),
    ("cp1252", "Reseña;Nota\nMuy bueno, el niño está contento;5\nMala atención, no lo compraría;1\n"),
    ("cp1252", "Rezension;Sterne\nSehr gutes Gerät, läuft prima, größer als gedacht;5\n"),
    ("cp1252", "text,stars\nThe café was fine – “really” fine,5\n"),
    ("mac_roman", "Rezension;Sterne\nSehr gutes Gerät, läuft prima, größer als gedacht;5\n"),
    ("cp1250", "recenze;hodnocení\nVelmi dobrý výrobek, jsem spokojený, příliš žluťoučký kůň;5\n"),
    ("cp1254", "yorum;puan\nÇok güzel ürün, çok beğendim, İstanbul'a hızlı geldi;5\n"),
    ("cp1251", "текст;оценка\nОтличный товар, рекомендую;5\n"),
    ("cp932", "本文,評価\nとても良い商品です。おすすめします,5\n"),
]


@pytest.mark.parametrize("number", range(len(IN_CODE_PAGES)))
def test_a_few_lines_are_enough_to_tell_a_code_page(number):
    encoding, content = IN_CODE_PAGES[number]
    assert preview(Upload(content.encode(encoding))).options.encoding == encoding


def test_stars_are_no_text_whatever_they_are_called():
    file = table(["Datum", "Autor", "Bewertung", "Rezension"], ["13.02.2026", "Öz", "4,5", "Gut"], delimiter=";")
    assert preview(file).options.columns == {
        "date": "Datum", "author": "Autor", "rating": "Bewertung", "text": "Rezension",
    }  # fmt: skip
    assert preview(table(["Bewertung", "Sterne"], ["Sehr gut", "5"])).options.columns["text"] == "Bewertung"


@pytest.mark.parametrize("name", ["reviews.csv", "reviews.txt"])
def test_one_column_may_hold_commas_without_quotation_marks(name):
    lines = ["review", "Great product, love it", "Terrible, broke at once", '"Two', 'lines, quoted"']
    found = items(Upload("\n".join(lines), name))
    assert [item.text for item in found] == [*lines[1:3], "Two\nlines, quoted"]


def test_a_first_line_for_excel_is_no_row():
    content = "sep=;\ntext;rating\nGood;5\nBad;x\n"
    shown = preview(Upload(content, "reviews.csv"))
    assert (shown.columns, shown.options.columns) == (["text", "rating"], {"text": "text", "rating": "rating"})
    assert [(error.line, error.reason) for error in shown.errors] == [(4, "“x” is not a rating.")]


def test_headings_say_how_wide_a_table_is():
    shown = preview(Upload("text,rating,date\nGood,5\nBad,1,2026-01-01,more,more\nFine\nOk,3,2026-01-02\n"))
    assert shown.columns == ["text", "rating", "date"]
    assert [(error.line, error.reason) for error in shown.errors] == [
        (2, "It has 2 fields instead of 3."),
        (3, "It has 5 fields instead of 3."),
        (4, "It has 1 field instead of 3."),
    ]


def test_a_quoted_cell_may_hold_anything():
    text = 'Said "wow",\nthen left\r\nfor good'
    assert items(table(["id", "text", "rating"], ["1", text, "5"], ["2", "ok", "4"]))[0].text == text


def test_a_preview_shows_the_first_twenty_rows():
    shown = preview(table(["text", "rating"], *[[f"Review number {n}", "5"] for n in range(100)]))
    assert (shown.columns, len(shown.rows), shown.rows[19]) == (["text", "rating"], 20, ["Review number 19", "5"])
    assert (shown.errors, shown.warnings) == ([], [])


def test_a_preview_of_a_workbook_tells_of_other_sheets():
    told = "Only one sheet is read, the first that is not empty; this workbook has 3: Sheet, Sheet1, Sheet2."
    assert told in preview(workbook(*REVIEWS, sheets=3)).warnings[0]


# Files without headings


def ground_truth() -> Upload:
    """Like the public ground truth files: id, mean rating −4…4, sentence, and quotation marks as they come."""
    spread = random.Random(7)
    rows = [f"{n // 9 + 1}_{n % 9 + 1}\t{spread.uniform(-3.8, 3.9):.4g}\tit was {n} times as good" for n in range(3000)]
    rows[5] = '1_6\t-0.5\t"this one opens a quotation mark and never closes it'
    rows[9] = '2_1\t1\t"closed" and gone on'
    return Upload("\n".join(rows), "ground_truth.txt")


def test_id_rating_and_text_are_found_without_headings():
    options = preview(ground_truth()).options
    assert options.columns == {"id": 0, "rating": 1, "text": 2}
    assert (options.format, options.header, options.quote) == ("tsv", False, "")
    assert (options.rating_min, options.rating_max) == (-4.0, 4.0)


def test_unquoted_lines_with_quotation_marks_are_all_kept():
    found = items(ground_truth())
    assert len({item.external_id for item in found}) == 3000
    assert found[5].text == '"this one opens a quotation mark and never closes it'
    assert (found[5].rating, found[5].rating_min, found[5].rating_max) == (-0.5, -4.0, 4.0)


def test_every_kind_of_column_is_found_without_headings():
    rows = [
        [
            f"https://x.example/{n}",
            f"{n % 28 + 1}.02.2024",
            f"R{n}",
            str(n % 5 + 1),
            "en",
            f"The thing broke after {n} days",
        ]
        for n in range(40)
    ]
    columns = preview(table(*rows)).options.columns
    assert columns == {"url": 0, "date": 1, "id": 2, "rating": 3, "language": 4, "text": 5}


def test_consecutive_numbers_are_ids_and_repeated_ones_ratings():
    rows = [[str(n), str(n % 5 + 1), f"It has worked for {n} days now"] for n in range(1, 30)]
    assert preview(table(*rows)).options.columns == {"id": 0, "rating": 1, "text": 2}


def test_names_of_people_are_no_ids():
    rows = [[name, "5", "I like this a lot"] for name in ("Ann", "Bob", "Cem", "Dee", "Eve")]
    assert preview(table(*rows)).options.columns == {"author": 0, "rating": 1, "text": 2}


# Headings of known exports

EXPORTS = {
    "Google Play Console": (
        "Package Name,App Version Code,Reviewer Language,Device,Review Submit Date and Time,"
        "Review Submit Millis Since Epoch,Star Rating,Review Title,Review Text,Developer Reply Text,Review Link",
        "app,12,de,pixel,2024-01-05T10:00:00Z,1704448800000,4,Ganz gut,Läuft meistens,Danke,https://play.example/1",
        {
            "text": "Review Text",
            "title": "Review Title",
            "rating": "Star Rating",
            "date": "Review Submit Date and Time",
            "url": "Review Link",
            "language": "Reviewer Language",
        },
        "file",
    ),
    "google-play-scraper": (
        "reviewId,userName,content,score,thumbsUpCount,reviewCreatedVersion,at,replyContent",
        "gp-1,Ann,Works well,5,2,1.0,2024-01-05 10:00:00,Thanks",
        {"text": "content", "author": "userName", "rating": "score", "date": "at", "id": "reviewId"},
        "file",
    ),
    "App Store": (
        "Date,Rating,Title,Review,Nickname,Territory",
        '"Jan 5, 2024",5,Great,Does what it should,ann,USA',
        {"text": "Review", "title": "Title", "author": "Nickname", "rating": "Rating", "date": "Date"},
        "file",
    ),
    "Steam": (
        "recommendationid,author.steamid,language,review,timestamp_created,voted_up,votes_up",
        "1001,7656,english,Fun,1704448800,True,3",
        {
            "text": "review",
            "author": "author.steamid",
            "rating": "voted_up",
            "date": "timestamp_created",
            "id": "recommendationid",
            "language": "language",
        },
        "steam",
    ),
    "Amazon": (
        "marketplace,customer_id,review_id,product_id,product_title,star_rating,review_headline,review_body,review_date",
        "US,11,R1,B0,Lamp,5,Bright,Lights up the room,2024-01-05",
        {
            "text": "review_body",
            "title": "review_headline",
            "author": "customer_id",
            "rating": "star_rating",
            "date": "review_date",
            "id": "review_id",
        },
        "amazon",
    ),
    "Amazon (reviews 2014)": (
        "reviewerID,asin,reviewerName,helpful,reviewText,overall,summary,unixReviewTime,reviewTime",
        'A1,B0,Ann,1,Lights up the room,5.0,Bright,1252800000,"09 13, 2009"',
        {
            "text": "reviewText",
            "title": "summary",
            "author": "reviewerName",
            "rating": "overall",
            "date": "unixReviewTime",
        },
        "amazon",
    ),
    "Trustpilot": (
        "Review Username,Review Created (UTC),Review Id,Review Title,Review Content,Review Stars,Review Language,"
        "Business Unit Id",
        "Ann,2024-01-05 10:00:00,tp1,Fast,Came the next day,5,en,b1",
        {
            "text": "Review Content",
            "title": "Review Title",
            "author": "Review Username",
            "rating": "Review Stars",
            "date": "Review Created (UTC)",
            "id": "Review Id",
            "language": "Review Language",
        },
        "trustpilot",
    ),
    "YouTube Takeout": (
        "Comment ID,Channel ID,Comment create timestamp,Video ID,Comment text",
        "Ugw1,UC1,2024-01-05T10:00:00+00:00,dQw,First!",
        {"text": "Comment text", "date": "Comment create timestamp", "id": "Comment ID"},
        "youtube",
    ),
    "Reddit": (
        "id,author,body,score,created_utc,permalink",
        "k1,ann,Same here,12,1704448800.0,https://www.reddit.com/r/x/1",
        {"text": "body", "author": "author", "date": "created_utc", "url": "permalink", "id": "id"},
        "reddit",
    ),
}


def visited(day: int, stars: int, text: str) -> dict[str, Any]:
    """A review in what Google Takeout gives somebody who has written it."""
    told = {"date": f"2026-01-0{day}T10:00:00Z", "five_star_rating_published": stars, "review_text_published": text}
    place = {"geometry": {"coordinates": [1, 2], "type": "Point"}, "type": "Feature"}
    return place | {"properties": told | {"google_maps_url": "https://maps.google.com/?cid=1"}}


def test_reviews_of_google_takeout_are_known():
    file = Upload(json.dumps({"type": "FeatureCollection", "features": [visited(1, 4, "Nice"), visited(2, 1, "Rude")]}))
    assert [(item.text, item.rating, item.author, item.published_at) for item in items(file)] == [
        ("Nice", 4.0, "", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("Rude", 1.0, "", datetime(2026, 1, 2, 10, tzinfo=UTC)),
    ]
    assert preview(file).options.platform == "google"


def test_reviews_of_a_business_profile_at_google_are_known():
    reviews = [
        {"name": f"accounts/1/reviews/{n}", "reviewer": {"displayName": name}, "starRating": stars, "comment": text,
         "createTime": f"2026-01-0{n}T00:00:00Z"}
        for n, (name, stars, text) in enumerate([("Ann", "FIVE", "Great place"), ("Bob", "ONE", "Bad")], start=1)
    ]  # fmt: skip
    file = Upload(json.dumps({"reviews": reviews}))
    assert [(item.author, item.rating, item.rating_max, item.text) for item in items(file)] == [
        ("Ann", 5.0, 5.0, "Great place"),
        ("Bob", 1.0, 5.0, "Bad"),
    ]


@pytest.mark.parametrize("export", EXPORTS)
def test_the_headings_of_usual_exports_are_known(export):
    heading, row, columns, platform = EXPORTS[export]
    file = Upload(f"{heading}\n{row}\n")
    options = preview(file).options
    assert options.columns == columns
    assert options.platform == platform
    [item] = items(file)
    assert item.text
    assert item.published_at is None or item.published_at.tzinfo is UTC


def test_votes_are_no_ratings_and_product_numbers_no_ids():
    rows = [["id", "text", "score"], *[["B0", f"Comment number {n}", str(n * 40)] for n in range(20)]]
    assert preview(table(*rows)).options.columns == {"text": "text"}


def test_unknown_headings_are_judged_by_their_cells():
    rows = [
        ["Wann", "Punkte", "Was"],
        *[[f"2024-01-{n:02}", str(n % 5 + 1), "Der Akku hält lange"] for n in range(1, 20)],
    ]
    options = preview(table(*rows)).options
    assert options.header is True
    assert options.columns == {"date": "Wann", "rating": "Punkte", "text": "Was"}


def test_columns_can_be_said_by_name_or_number():
    file = table(["a", "b"], ["left", "right"])
    assert [item.text for item in items(file, header=True, columns={"text": "B"})] == ["right"]
    assert [item.text for item in items(file, header=True, columns={"text": 0})] == ["left"]
    assert [item.text for item in items(Upload('{"a": "left"}'), columns={"text": 0})] == ["left"]


@pytest.mark.parametrize("column", ["c", 2])
def test_a_column_that_is_not_there_is_refused(column):
    error = refusal(table(["a", "b"], ["left", "right"]), header=True, columns={"text": column})
    assert error.message_dict == {"columns": [f"There is no column “{column}” in this file."]}


def test_a_file_without_words_waits_for_the_column_to_be_chosen():
    shown = preview(table(["n", "m"], ["1", "2"], ["3", "4"]))
    assert "Choose the column that holds the text." in shown.warnings
    with pytest.raises(ValidationError):
        list(read(table(["n", "m"], ["1", "2"]), shown.options))


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


# Bad rows


def spoiled(n: int) -> list[str]:
    good = [f"r{n}", "4", "2024-01-05", f"Review number {n}, quite good"]
    return [
        good[:3],
        [*good, "extra"],
        [good[0], "great", *good[2:]],
        [*good[:2], "someday", good[3]],
        [good[0], "", good[2], ""],
        [good[0], "17", *good[2:]],
    ][n % 6]


def test_of_ten_thousand_rows_thirty_seven_are_bad():
    bad = set(random.Random(3).sample(range(100, 10_000), 37))
    rows = [
        spoiled(n) if n in bad else [f"r{n}", "4", "2024-01-05", f"Review number {n}, quite good"]
        for n in range(10_000)
    ]
    found = list(read(table(["id", "rating", "date", "text"], *rows), Options()))
    wrong = [row for row in found if isinstance(row, RowError)]
    assert (len(found) - len(wrong), len(wrong)) == (9_963, 37)
    assert {error.line for error in wrong} == {n + 2 for n in bad}
    assert {error.reason.split("“")[0] for error in wrong} == {
        "It has 3 fields instead of 4.",
        "It has 5 fields instead of 4.",
        "",
        "It has no text.",
        "The rating 17 is off the scale of 0 to 5.",
    }


def test_an_open_quotation_mark_costs_one_row():
    lines = ["id,text,rating", '1,"good",5', '2,"never closed,4', '3,"fine, really",5', "4,ok,3"]
    file = Upload("\n".join(lines))
    assert [item.external_id for item in read(file, Options()) if isinstance(item, Item)] == ["1", "3", "4"]
    [error] = errors(file)
    assert (error.line, error.raw) == (3, '2,"never closed,4')
    assert error.reason == "A quotation mark is opened and never closed."


def test_lines_are_counted_in_the_file_and_not_in_records():
    file = Upload('id,text,rating\n1,"two\nlines",5\n\n2,ok,x\n')
    [error] = errors(file, columns={"id": "id", "text": "text", "rating": "rating"}, rating_max=5)
    assert error.line == 5


def test_a_review_of_stars_alone_is_kept():
    [item] = items(table(["text", "rating"], ["", "5"]), header=True, columns={"text": "text", "rating": "rating"})
    assert (item.text, item.rating) == ("", 5.0)


def test_a_bad_line_of_json_is_a_row_error():
    file = Upload('{"text": \n{"text": "a"}\n[1]\n{"text": "b"}\n')
    assert [(e.line, e.reason) for e in errors(file)] == [(n, "It is not a JSON object.") for n in (1, 3)]


def test_dates_in_the_future_are_not_believed():
    soon = datetime.now(UTC) + timedelta(days=30)
    [error] = errors(table(["text", "date"], ["a", "2024-01-05"], ["b", f"{soon:%Y-%m-%d}"]))
    assert error.reason.endswith("cannot be the date of a review.")


def test_reading_goes_on_where_it_stopped():
    rows = [["text", "rating"], *[[f"review {n}", "x" if n == 3 else "5"] for n in range(10)]]
    whole = list(read(table(*rows), Options(rating_max=5)))
    assert list(read(table(*rows), Options(rating_max=5), start_row=3)) == whole[3:]


def test_the_error_file_is_safe_to_open():
    content = b"".join(
        write_errors([RowError(3, "It has no text.", '=HYPERLINK("x")'), RowError(9, "Bad.", 'a,"b"\nc')])
    )
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [
        ["line", "reason", "row"],
        ["3", "It has no text.", '\'=HYPERLINK("x")'],
        ["9", "Bad.", 'a,"b"\nc'],
    ]


# Files that are refused


def bomb() -> Upload:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet>" + bytes(60 * 2**20))
    return Upload(content.getvalue())


def repacked(name: str, change) -> Upload:
    content = io.BytesIO()
    with zipfile.ZipFile(workbook(*REVIEWS)) as source, zipfile.ZipFile(content, "w") as archive:
        for entry in source.infolist():
            body = source.read(entry)
            archive.writestr(entry.filename, change(body) if entry.filename == name else body)
    return Upload(content.getvalue())


def entities(body: bytes) -> bytes:
    prolog = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return prolog + body.partition(b"?>")[2]


def zipped(**files: bytes) -> Upload:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return Upload(content.getvalue())


REFUSED = {
    "empty": (lambda: Upload(""), "empty"),
    "blank": (lambda: Upload(" \n\n \n"), "empty"),
    "headings only": (lambda: Upload("id,text,rating\n", "x.csv"), "empty"),
    "an empty list": (lambda: Upload("[]", "x.json"), "empty"),
    "an empty workbook": (workbook, "empty"),
    "zeros": (lambda: Upload(b"text\0\0\0more"), "binary"),
    "random bytes": (lambda: Upload(random.Random(1).randbytes(20_000)), "binary"),
    "random bytes without zeros": (lambda: Upload(random.Random(1).randbytes(20_000).replace(b"\0", b"x")), "encoding"),
    "a picture": (lambda: Upload(b"\x89PNG\r\n\x1a\n" + bytes(100)), "binary"),
    "a PDF": (lambda: Upload(b"%PDF-1.7 ..."), "binary"),
    "a web page": (lambda: Upload("<!DOCTYPE html><table><tr><td>text</td></tr></table>", "x.csv"), "markup"),
    "gzip": (lambda: Upload(b"\x1f\x8b\x08\x00..."), "binary"),
    "an old workbook": (lambda: Upload(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "binary"),
    "another archive": (lambda: zipped(readme=b"hello"), "binary"),
    "a broken archive": (lambda: Upload(b"PK\x03\x04 and nothing"), "damaged"),
    "a bomb": (bomb, "too_large"),
    "entities in a sheet": (lambda: repacked("xl/worksheets/sheet1.xml", entities), "bomb"),
    "entities in the styles": (lambda: repacked("xl/styles.xml", entities), "bomb"),
    "a sheet in UTF-16": (lambda: repacked("xl/worksheets/sheet1.xml", lambda b: b.decode().encode("utf-16")), "bomb"),
    "a damaged sheet": (lambda: repacked("xl/worksheets/sheet1.xml", lambda b: b[: len(b) // 2]), "damaged"),
    "a missing sheet": (lambda: repacked("xl/_rels/workbook.xml.rels", lambda b: b"<Relationships/>"), "damaged"),
    "a cell of 5 MB": (lambda: table(*REVIEWS, ["a3", "5", "2024-01-05", "x" * 5_000_000]), "too_large"),
    "a quoted cell of 5 MB": (lambda: table(*REVIEWS, ["a3", "5", "2024-01-05", "so,it " * 900_000]), "too_large"),
    "a cell of 5 MB in lines": (lambda: table(*REVIEWS, ["a3", "5", "2024-01-05", "line\n" * 1_000_000]), "too_large"),
    "a line of 20 MB": (lambda: Upload("text\n" + "word " * 4_000_000), "too_large"),
    "a JSON text of 5 MB": (lambda: Upload(json.dumps([{"text": "ok"}, {"text": "x" * 5_000_000}])), "too_large"),
    "a JSON entry of 10 MB": (lambda: Upload(json.dumps([{"text": "ok"}, {"a": ["y"] * 2_500_000}])), "too_large"),
    "cut off JSON": (lambda: Upload('[{"text": "a"}, {"text": "b"'), "damaged"),
    "no JSON": (lambda: Upload('{"text": oops}', "x.json"), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_at_once(kind):
    make, code = REFUSED[kind]
    error = refusal(make())
    assert error.code == code
    assert error.message.endswith(".")


@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(kind):
    """Whatever happened to a file on its way, the answer is rows, bad rows or a refusal."""
    chance = random.Random(kind)
    content = FILES[kind]().getvalue()
    outcomes = set()
    for _ in range(60):
        body = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(body))
            body[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        try:
            options = preview(Upload(bytes(body))).options
            outcomes |= {type(row).__name__ for row in read(Upload(bytes(body)), options)}
        except ValidationError:
            outcomes.add("refused")
    assert outcomes <= {"Item", "RowError", "refused"}
    assert outcomes & {"RowError", "refused"}


def test_a_file_beyond_the_limit_is_refused(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    error = refusal(Upload("text\n" + "word\n" * 1000))
    assert error.code == "too_large"


def test_a_wrong_encoding_is_refused_with_the_place():
    file = Upload("text,rating\n" + "fine,5\n" * 50 + "caf\u00e9,5\n", "x.csv")
    error = refusal(Upload(file.getvalue().decode().encode("latin-1")), encoding="utf-8")
    assert error.code == "encoding"
    assert "not in the encoding utf-8" in error.message


def test_what_comes_late_in_a_large_file_is_found_by_the_check(settings, monkeypatch):
    monkeypatch.setattr("results.imports.reading.CHECKED_AT_ONCE", (1000, 1000))
    file = table(["id", "text"], *[[str(n), f"review {n}"] for n in range(5000)], ["x", "y" * 2_000_000])
    options = preview(file).options
    with pytest.raises(ValidationError) as caught:
        check(file, options)
    assert caught.value.code == "too_large"


def test_the_file_stays_open_for_others():
    file = table(*REVIEWS)
    preview(file)
    next(iter(read(file, Options())))
    assert not file.closed
    assert file.seek(0) == 0


def test_no_more_is_read_than_is_needed():
    file = table(["id", "text"], *[[str(n), f"review number {n}"] for n in range(50_000)])
    told = Options(format="csv", encoding="utf-8", delimiter=",", quote='"', header=True, columns={"text": 1})
    rows = read(file, told)
    assert [row.text for row in islice(rows, 3) if isinstance(row, Item)][2] == "review number 2"
    assert file.tell() < len(file.getvalue()) / 4


# Options


def test_options_survive_json():
    options = preview(ground_truth()).options
    assert Options.from_json(json.loads(json.dumps(options.to_json()))) == options
    assert Options.from_json({}) == Options.from_json({"format": None, "columns": None}) == Options()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"formt": "csv"}, "formt"),
        ({"format": "xml"}, "format"),
        ({"format": ["csv"]}, "format"),
        ({"encoding": "utf-99"}, "encoding"),
        ({"encoding": "base64"}, "encoding"),
        ({"encoding": 8}, "encoding"),
        ({"delimiter": "::"}, "delimiter"),
        ({"delimiter": "\n"}, "delimiter"),
        ({"quote": "x"}, "quote"),
        ({"header": "yes"}, "header"),
        ({"columns": ["text"]}, "columns"),
        ({"columns": {"txt": 0}}, "columns"),
        ({"columns": {"text": -1}}, "columns"),
        ({"columns": {"text": True}}, "columns"),
        ({"columns": {"rating": 0}}, "columns"),
        ({"platform": "myspace"}, "platform"),
        ({"rating_max": 0}, "rating_max"),
        ({"rating_max": "5"}, "rating_max"),
        ({"rating_min": True}, "rating_min"),
        ({"date_order": "ymd"}, "date_order"),
    ],
)
def test_wrong_options_are_refused_by_name(given, name):
    with pytest.raises(ValidationError) as caught:
        Options.from_json(given)
    assert list(caught.value.message_dict) == [name]


@pytest.mark.parametrize("given", [None, [], "csv", 5])
def test_options_must_be_an_object(given):
    with pytest.raises(ValidationError):
        Options.from_json(given)

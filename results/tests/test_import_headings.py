import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from results.imports import preview, read
from results.tests.uploads import Upload, ground_truth, items, refusal, table

# Files without headings


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

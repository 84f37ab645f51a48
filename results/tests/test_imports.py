import json

import pytest
from django.core.exceptions import ValidationError

from results.imports import Options, preview
from results.tests.uploads import FILES, READ, REVIEWS, Upload, ground_truth, items, table, workbook

# Formats


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

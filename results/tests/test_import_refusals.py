import csv
import io
import json
import random
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from django.core.exceptions import ValidationError

from results.imports import Options, RowError, check, preview, read, write_errors
from results.ingest import Item
from results.tests.uploads import FILES, REVIEWS, Upload, errors, items, refusal, table, workbook

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

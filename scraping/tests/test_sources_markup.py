import httpx
import pytest
from bs4 import BeautifulSoup

from integrations.outbound import Response
from scraping.sources import markup
from scraping.sources.base import Fetcher, Outcome, SourceError


def answer(body: bytes, kind: str = "text/html") -> Response:
    return Response(200, httpx.Headers({"content-type": kind}), body, "https://www.shop.example/")


@pytest.mark.parametrize(
    ("charset", "kind"),
    [
        ("utf-8", "text/html; charset=utf-8"),
        ("iso-8859-1", "text/html; charset=iso-8859-1"),
        ("shift_jis", "text/html; charset=Shift_JIS"),
        ("shift_jis", "text/html"),
        ("utf-8", "text/html; charset=bogus"),
    ],
)
def test_a_page_is_read_in_its_own_encoding(charset, kind):
    words = "とても良い" if charset == "shift_jis" else "très bien"
    body = f'<html><head><meta charset="{charset}"></head><body><p>{words}</p></body></html>'.encode(charset)
    assert markup.text(markup.page(answer(body, kind), Fetcher()).p) == words


@pytest.mark.parametrize(
    ("body", "kind", "outcome"),
    [
        (b'{"a": 1}', "application/json", Outcome.LAYOUT_CHANGED),
        (b"<html><body><p>half of", "text/html", Outcome.NETWORK),
        (b"<html></html>" + b" " * 9_000, "text/html", Outcome.NETWORK),
    ],
)
def test_what_is_no_page_or_half_of_one_is_refused(body, kind, outcome):
    with pytest.raises(SourceError) as caught:
        markup.page(answer(body, kind), Fetcher())
    assert (caught.value.code, caught.value.can_retry) == (outcome, outcome == Outcome.NETWORK)


def test_a_text_keeps_its_lines_and_loses_what_nobody_sees():
    html = (
        "<div>One\n two<br>three<p>four</p><p>five <b>six</b></p><!-- seven --><script>eight</script>"
        "<style>nine</style><noscript>ten</noscript>&lt;b&gt; &amp; 5 < 6</div>"
    )
    assert markup.plain(html) == "One two\nthree\n\nfour\n\nfive six<b> & 5 < 6"
    assert markup.text(None) == ""


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("1,234 total ratings, 56 with reviews", [1234, 56]),
        ("1.234.567 Bewertungen", [1234567]),
        ("1 234 évaluations", [1234]),
        ("1,23,456 ratings", [123456]),
        ("5’000", [5000]),
        ("none", []),
        ("9" * 5_000, []),
        ("999,999,999,999", []),
        ("1.2K reviews", []),
        ("4.5 of 5, 2M readers", [5]),
    ],
)
def test_numbers_are_counted_however_they_are_written(words, numbers):
    assert markup.counts(words) == numbers


@pytest.mark.parametrize(("value", "number"), [(5, 5), (0, 0), (-1, None), (2**40, None), (True, None), ("5", None)])
def test_a_number_of_things_is_a_whole_one_of_sensible_size(value, number):
    assert markup.count(value) == number


@pytest.mark.parametrize(
    ("script", "found"), [('{"a": [1]}', {"a": [1]}), ('<!--{"a": 2}-->', {"a": 2}), ("{", None), ("[" * 9_000, None)]
)
def test_data_in_a_page_is_read_or_is_none(script, found):
    document = BeautifulSoup(f"<script>{script}</script>", "html.parser")
    assert markup.data(document.script) == found
    assert markup.data(None) is None


def test_a_path_that_breaks_off_leads_to_nothing():
    tree = {"a": [{"b": None}]}
    assert [markup.find(tree, *path) for path in (("a", 0), ("a", 1), ("a", 0, "b", "c"), ("x",))] == [
        {"b": None},
        None,
        None,
        None,
    ]

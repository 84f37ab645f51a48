import pytest

from results.highlighting import marked


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("Cats, cat’s category", "cat", "<mark>Cats</mark>, <mark>cat’s</mark> category"),
        ("It crashed, then CRASHES", "crash the", "It <mark>crashed</mark>, then <mark>CRASHES</mark>"),
        ("the weather", "weather the", "<mark>the</mark> <mark>weather</mark>"),
        ("Cafés and cafe\u0301", "cafe", "<mark>Cafés</mark> and <mark>cafe\u0301</mark>"),
        ("good battery  LIFE, life", '"battery life"', "good <mark>battery  LIFE</mark>, life"),
        ("battery life", 'battery -life -"battery life"', "<mark>battery</mark> life"),
        ("この電池の寿命は長い", "電池の寿 長", "この<mark>電池の寿</mark>命は<mark>長</mark>い"),
        ("fish & chips", "amp fish", "<mark>fish</mark> &amp; chips"),
        ("plain (text).", "(((", "plain (text)."),
        ("plain (text).", '".*"', "plain (text)."),
        ("plain (text).", "", "plain (text)."),
        (
            "<script>alert(1)</script>",
            "script <script>",
            "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt;",
        ),
        ('<b onx="1">', '"<b onx"', "<mark>&lt;b onx</mark>=&quot;1&quot;&gt;"),
        ("", "x", ""),
    ],
)
def test_what_a_search_has_found_is_marked_and_all_escaped(text: str, typed: str, shown: str) -> None:
    assert marked(text, typed) == shown


def test_an_excerpt_is_around_the_first_that_was_found() -> None:
    text = "filler " * 100 + "the cameras & lenses broke " + "filler " * 100 + "camera"
    excerpt = marked(text, "camera lenses", 90)
    assert excerpt.startswith("…filler")
    assert "the <mark>cameras</mark> &amp; <mark>lenses</mark> broke" in excerpt
    assert excerpt.endswith("filler…")
    assert len(excerpt) < 160


@pytest.mark.parametrize("typed", ["", "nothing"])
def test_without_any_it_is_the_beginning(typed: str) -> None:
    assert marked("one two three", typed, 8) == "one two…"
    assert marked("short", typed, 90) == "short"


def test_what_is_longer_than_an_excerpt_is_marked_as_far_as_it_goes() -> None:
    assert marked("x" * 100, "x" * 100, 9) == f"<mark>{'x' * 9}</mark>…"
    assert marked("電池" * 20, "電池", 3) == "<mark>電池電</mark>…"
